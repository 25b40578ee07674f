"""Values of other kinds than scalar as TensorBoard itself has them: an oracle for ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import json_format
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.plugins.mesh import plugin_data_pb2 as mesh_pb2
from tensorboard.util import tensor_util

from lightboard.index import Audio, Graph, Histogram, Image, Mesh, PrCurve

Seen = dict[str, list[tuple[int, str, bytes, Any]]]
"""By tag: step, plugin, the plugin's content and the tensor of each value, in log order."""


def read(path: Path) -> Seen:
    """What TensorBoard reads in a file, all shapes brought to its modern ones."""
    seen: Seen = {}
    first: dict[str, tuple[str, bytes]] = {}
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value if event.HasField("summary") else ():
            plugin = value.metadata.plugin_data
            kept = first.setdefault(value.tag, (plugin.plugin_name, plugin.content))
            name, content = (plugin.plugin_name, plugin.content) if plugin.plugin_name else kept
            tensor = tensor_util.make_ndarray(value.tensor) if value.HasField("tensor") else None
            seen.setdefault(value.tag, []).append((event.step, name, content, tensor))
    return seen


def check(ours: Any, plugin: str, content: bytes, tensor: Any) -> None:
    """Fail unless `ours` says the same as TensorBoard's tensor."""
    CHECKS[plugin](ours, content, tensor)


def _histogram(ours: Histogram, _: bytes, tensor: Any) -> None:
    rows = np.stack([ours.left, ours.right, ours.count], axis=1)
    np.testing.assert_array_equal(rows.astype(tensor.dtype), tensor)


def _images(ours: tuple[Image, ...], _: bytes, tensor: Any) -> None:
    width, height, *encoded = tensor.tolist()
    assert [image.encoded for image in ours] == encoded
    assert all((image.width, image.height) == (int(width), int(height)) for image in ours)


def _audio(ours: tuple[Audio, ...], _: bytes, tensor: Any) -> None:
    assert [clip.encoded for clip in ours] == tensor.reshape(len(tensor), -1)[:, 0].tolist()


def _text(ours: Any, _: bytes, tensor: Any) -> None:
    decoded = np.vectorize(bytes.decode, otypes=[object])(tensor) if tensor.size else tensor
    assert ours == decoded.tolist()


def _pr_curve(ours: PrCurve, _: bytes, tensor: Any) -> None:
    rows = (
        ours.true_positives, ours.false_positives, ours.true_negatives, ours.false_negatives,
        ours.precision, ours.recall,
    )  # fmt: skip
    np.testing.assert_array_equal(np.stack(rows), tensor)
    np.testing.assert_array_equal(ours.thresholds, np.arange(tensor.shape[1]) / (tensor.shape[1] - 1))


def _mesh(ours: Mesh, content: bytes, tensor: Any) -> None:
    told = mesh_pb2.MeshPluginData.FromString(content)
    np.testing.assert_array_equal(ours.array, tensor)
    assert ours.array.dtype == tensor.dtype
    part = mesh_pb2.MeshPluginData.ContentType.Name(told.content_type).lower()
    assert (ours.name, ours.part, ours.components) == (told.name, part, told.components)


def _hparams(ours: dict[str, Any], content: bytes, _: Any) -> None:
    told = plugin_data_pb2.HParamsPluginData.FromString(content)
    (name,) = ours
    if name == "session_start":
        session, message = told.session_start_info, ours[name]
        assert message.pop("hparams") == {
            key: json_format.MessageToDict(value) for key, value in session.hparams.items()
        }
        expected = [session.model_uri, session.monitor_url, session.group_name, session.start_time_secs]
        assert [message[key] for key in ("model_uri", "monitor_url", "group_name", "start_time")] == expected
    elif name == "session_end":
        status = type(told.session_end_info).DESCRIPTOR.fields_by_name["status"].enum_type
        assert ours[name] == {
            "status": status.values_by_number[told.session_end_info.status].name.split("_")[-1].lower(),
            "end_time": told.session_end_info.end_time_secs,
        }
    else:
        experiment, message = told.experiment, ours[name]
        assert [hparam["name"] for hparam in message["hparams"]] == [
            it.name for it in experiment.hparam_infos
        ]
        for hparam, info in zip(message["hparams"], experiment.hparam_infos, strict=True):
            assert hparam["data_type"].upper() == info.DESCRIPTOR.fields_by_name[
                "type"
            ].enum_type.values_by_number[info.type].name.removeprefix("DATA_TYPE_")
            domain = info.WhichOneof("domain")
            if domain == "domain_discrete":
                assert hparam["domain"] == {"discrete": json_format.MessageToDict(info.domain_discrete)}
            elif domain == "domain_interval":
                interval = info.domain_interval
                assert hparam["domain"] == {"interval": [interval.min_value, interval.max_value]}
            else:
                assert hparam["domain"] is None
        assert [(metric["group"], metric["tag"]) for metric in message["metrics"]] == [
            (it.name.group, it.name.tag) for it in experiment.metric_infos
        ]


def _layout(ours: dict[str, Any], _: bytes, tensor: Any) -> None:
    told = layout_pb2.Layout.FromString(tensor.item())
    assert ours == {
        "version": told.version,
        "categories": [
            {
                "title": category.title,
                "closed": category.closed,
                "charts": [
                    {"title": chart.title}
                    | ({"multiline": list(chart.multiline.tag)} if chart.HasField("multiline") else {})
                    | (
                        {
                            "margin": [
                                {"value": it.value, "lower": it.lower, "upper": it.upper}
                                for it in chart.margin.series
                            ]
                        }
                        if chart.HasField("margin")
                        else {}
                    )
                    for chart in category.chart
                ],
            }
            for category in told.category
        ],
    }


def _graph(ours: Graph, _: bytes, tensor: Any) -> None:
    assert ours.encoded == tensor.ravel()[0]


def _tensor(ours: Any, _: bytes, tensor: Any) -> None:
    np.testing.assert_array_equal(ours, tensor)
    assert ours.dtype == tensor.dtype


CHECKS: dict[str, Callable[[Any, bytes, Any], None]] = {
    "histograms": _histogram,
    "images": _images,
    "audio": _audio,
    "text": _text,
    "pr_curves": _pr_curve,
    "mesh": _mesh,
    "hparams": _hparams,
    "custom_scalars": _layout,
    "graphs": _graph,
    "graph_tagged_run_metadata": _graph,
    "graph_run_metadata": _graph,
    "graph_run_metadata_graph": _graph,
    "graph_keras_model": _graph,
    "tensor": _tensor,
}
