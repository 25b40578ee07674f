"""Values of other kinds than scalar for event files, in TensorBoard's own words."""

import io
import wave
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData
from tensorboard.util.tensor_util import make_tensor_proto

from index.records import frame, header
from lightboard.index import Series, UnavailableError


def png(width: int = 4, height: int = 3, colour: int = 7) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (width, height), (colour, 0, 255)).save(out, "png")
    return out.getvalue()


def gif() -> bytes:
    out = io.BytesIO()
    frames = [Pillow.new("P", (4, 3), colour) for colour in (1, 2)]
    frames[0].save(out, "gif", save_all=True, append_images=frames[1:])
    return out.getvalue()


def wav(frames: int = 100) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(bytes(4 * frames))
    return out.getvalue()


def record(step: int, *values: Summary.Value) -> bytes:
    event = Event(wall_time=1_700_000_000.0 + step, step=step, summary=Summary(value=values))
    return frame(event.SerializeToString())


def tensor(tag: str, plugin: str, proto: TensorProto, content: bytes = b"") -> Summary.Value:
    data = SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    return Summary.Value(tag=tag, tensor=proto, metadata=SummaryMetadata(plugin_data=data))


def mesh(content_type: int, array: np.ndarray[Any, Any]) -> Summary:
    """Part of a mesh as TensorFlow writes it: its dtypes are others than those of torch and tensorboardX."""
    told = MeshPluginData(name="mesh", content_type=content_type, components=14, json_config='{"a": 1}')
    content = told.SerializeToString()
    return Summary(value=[tensor(f"mesh_{content_type}", "mesh", make_tensor_proto(array), content)])


def strings(*items: bytes, shape: tuple[int, ...] | None = None) -> TensorProto:
    sizes = (len(items),) if shape is None else shape
    dims = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])
    return TensorProto(dtype=7, string_val=items, tensor_shape=dims)


def refused(series: Series, place: int) -> tuple[str, str]:
    """Code and message with which a value is refused."""
    with pytest.raises(UnavailableError) as error:
        _ = series.values[place]
    return error.value.code, str(error.value)


def notes(count: int) -> tuple[list[bytes], bytes]:
    """Records of texts, and a file of them."""
    records = [record(step, tensor("t", "text", strings(b"note %d" % step))) for step in range(count)]
    return records, header() + b"".join(records)
