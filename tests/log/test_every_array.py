"""Every method that takes arrays, with every kind of array: torch writes the same of the same numbers."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
from tensorboard.compat.proto.types_pb2 import DataType
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.util import tensor_util

from lightboard import SummaryWriter
from log.peers import peer_named
from log.pictures import decode
from log.records import event_files, events

torch = pytest.importorskip("torch", reason="run by make test-torch")

pytestmark = pytest.mark.torch

WALL = 1763800000.25

# Numbers from 0 to 1 that every type holds exactly, bfloat16 too.
HALF = np.array([0.5])
RAMP = np.linspace(0, 1, 9)
SQUARE = np.tile(RAMP[:8], (8, 1))
POINTS = SQUARE[None, :, :3]
PICTURE = np.stack([SQUARE, SQUARE.T, 1 - SQUARE])
COUNTS = [3, 2, 1]


def of_torch(dtype: str) -> Callable[[Any], Any]:
    return lambda array: torch.tensor(array).to(getattr(torch, dtype))


def spread(array: Any) -> Any:
    tensor = torch.tensor(array, dtype=torch.float32)
    return torch.stack([tensor, -tensor], dim=-1)[..., 0]


def of_jax(array: Any) -> Any:
    import jax

    return jax.numpy.asarray(array, np.float32)


KINDS: dict[str, Callable[[Any], Any]] = {
    "numpy": lambda array: np.asarray(array, np.float32),
    "numpy float64": np.asarray,
    "numpy float16": lambda array: np.asarray(array, np.float16),
    "list": lambda array: np.asarray(array).tolist(),
    "float32": of_torch("float32"),
    "float64": of_torch("float64"),
    "float16": of_torch("float16"),
    "bfloat16": of_torch("bfloat16"),
    "int32": of_torch("int32"),
    "uint8": of_torch("uint8"),
    "bool": of_torch("bool"),
    "requires_grad": lambda array: torch.tensor(array, dtype=torch.float32, requires_grad=True) * 1,
    "parameter of bfloat16": lambda array: torch.nn.Parameter(torch.tensor(array).to(torch.bfloat16)),
    "non-contiguous": spread,
    "jax": of_jax,
    "zero-dim": lambda array: torch.tensor(array, dtype=torch.float32).flatten()[0],
}


class Of(NamedTuple):
    """Makes arrays of one kind."""

    kind: str

    def __call__(self, numbers: Any, top: int = 1) -> Any:
        """Of numbers from 0 to 1; in types of whole numbers from 0 to `top`."""
        if self.kind == "bool":
            numbers = numbers > 0.5
        elif self.kind in ("int32", "uint8"):
            numbers = np.round(numbers * top)
        return KINDS[self.kind](numbers)

    def whole(self, numbers: Any) -> Any:
        """Of whole numbers, which bools are not."""
        return KINDS["int32" if self.kind == "bool" else self.kind](np.asarray(numbers, float))


class Method(NamedTuple):
    """What calls it, and with which kinds of arrays."""

    call: Callable[[Any, str, Of], object]
    # What torch's is given in place of a kind, besides `OTHERS`.
    others: Mapping[str, str] = MappingProxyType({})
    # Those that are no value of it.
    refused: tuple[str, ...] = ("zero-dim",)
    # Those of which torch's has none.
    only_ours: tuple[str, ...] = ()


def as_taken(log: Any, array: Any) -> Any:
    """The array, or what torch's writer takes of it where it makes no array of a tensor by itself."""
    return array if isinstance(log, SummaryWriter) or not torch.is_tensor(array) else array.detach().numpy()


def as_levels(log: Any, of: Of, numbers: Any) -> Any:
    """Pictures, which torch's sprites have of floats only: of a number above each level, since it is cut off."""
    if isinstance(log, SummaryWriter) or of.kind not in ("int32", "uint8"):
        return of(numbers, 255)
    return KINDS["float32"]((np.round(numbers * 255) + 0.5) / 255)


# What torch's writer refuses.
OTHERS = {"bfloat16": "float32", "parameter of bfloat16": "float32", "jax": "numpy", "list": "numpy float64"}
# Where it takes tensors only.
TENSORS = {"numpy": "float32", "numpy float64": "float64", "numpy float16": "float16"}
TENSORS |= {"list": "float64", "jax": "float32"}
# It multiplies whole numbers that are not uint8 by 255: docs/logging.md, "Where Lightboard differs on purpose".
LEVELS = {"int32": "uint8"}

METHODS: dict[str, Method] = {
    "add_scalar": Method(lambda log, tag, of: log.add_scalar(tag, of(HALF), 3, WALL), refused=()),
    "add_scalars": Method(lambda log, tag, of: log.add_scalars("main", {tag: of(HALF)}, 3, WALL), refused=()),
    # Torch has no such method: each of its numbers is as one of add_scalar.
    "log": Method(
        lambda log, tag, of: (
            log.log({tag: of(HALF)}, 3, WALL)
            if isinstance(log, SummaryWriter)
            else log.add_scalar(tag, of(HALF), 3, WALL)
        ),
        refused=(),
    ),
    "add_hparams": Method(
        lambda log, tag, of: log.add_hparams({"a": of(HALF)}, {"b": of(HALF)}, run_name=tag),
        others=TENSORS | {"zero-dim": "float32"},
        refused=("list",),
    ),
    "add_histogram": Method(
        lambda log, tag, of: log.add_histogram(tag, of(SQUARE, 100), 3, walltime=WALL), refused=()
    ),
    "add_histogram_raw": Method(
        lambda log, tag, of: log.add_histogram_raw(
            tag, 0, 2, 3, 3.0, 5.0, *(as_taken(log, of.whole([1, 2])) for _ in range(2)), 3, WALL
        )
    ),
    "add_tensor": Method(
        lambda log, tag, of: log.add_tensor(tag, of(SQUARE, 9), 3, WALL),
        # It stores float16 as bits of float32, and nothing of uint8.
        others=TENSORS | {"float16": "float32", "numpy float16": "float32", "uint8": "int32"},
        refused=(),
    ),
    "add_pr_curve": Method(
        lambda log, tag, of: log.add_pr_curve(
            tag,
            of((RAMP > 0.3).astype(float)),
            of(RAMP),
            3,
            weights=as_taken(log, of(RAMP, 4)),
            walltime=WALL,
        ),
        refused=(),
    ),
    "add_pr_curve_raw": Method(
        lambda log, tag, of: log.add_pr_curve_raw(
            tag, *(as_taken(log, of.whole(COUNTS)) for _ in range(6)), 3, 3, None, WALL
        )
    ),
    "add_mesh": Method(
        lambda log, tag, of: log.add_mesh(
            tag, of(POINTS, 9), of(POINTS, 255), of.whole([[[0, 1, 2]]]), None, 3, WALL
        )
    ),
    "add_image": Method(lambda log, tag, of: log.add_image(tag, of(PICTURE, 255), 3, WALL), others=LEVELS),
    "add_images": Method(
        lambda log, tag, of: log.add_images(tag, of(np.stack([PICTURE, 1 - PICTURE]), 255), 3, WALL),
        others=LEVELS,
    ),
    "add_image_with_boxes": Method(
        lambda log, tag, of: log.add_image_with_boxes(
            tag, of(PICTURE, 255), of.whole([[1, 1, 5, 5]]), 3, WALL
        ),
        others=LEVELS,
    ),
    "add_audio": Method(
        lambda log, tag, of: log.add_audio(tag, of(RAMP), 3, walltime=WALL),
        # It multiplies in the type itself, by what float16 does not hold.
        others={"uint8": "int32", "float16": "float32", "numpy float16": "float32"},
        refused=(),
        only_ours=("zero-dim",),
    ),
    "add_embedding": Method(
        lambda log, tag, of: log.add_embedding(
            of(SQUARE, 9), None, as_levels(log, of, np.stack([PICTURE] * 8)), 3, tag
        ),
        others=TENSORS,
    ),
}
# No array is what they take; but videos are compared in test_video_peers.py (torch cuts fractions off), arrays in
# `config` are stored as text (test_settings.py), figures are matplotlib's (test_figures.py), and graphs have tests of
# their own.
OTHER_METHODS = {
    "add_custom_scalars", "add_custom_scalars_marginchart", "add_custom_scalars_multilinechart", "add_figure",
    "add_graph", "add_onnx_graph", "add_openvino_graph", "add_text", "add_video", "close", "config", "flush",
    "get_logdir", "timed", "use_metadata",
}  # fmt: skip


def test_no_method_is_left_out() -> None:
    public = {name for name, _ in inspect.getmembers(SummaryWriter, inspect.isfunction) if name[0] != "_"}
    assert public == set(METHODS) | OTHER_METHODS


@pytest.mark.parametrize("name", METHODS)
def test_what_is_written_is_what_torch_writes(tmp_path: Path, name: str) -> None:
    method = METHODS[name]
    kinds = [kind for kind in KINDS if kind not in method.refused + method.only_ours]
    writers = SummaryWriter(tmp_path / "ours"), peer_named("torch").writer(str(tmp_path / "theirs"))
    for kind in kinds:
        given = (OTHERS | dict(method.others)).get(kind, kind)
        for writer, of in zip(writers, (Of(kind), Of(given)), strict=True):
            method.call(writer, kind.replace(" ", "_"), of)
    for writer in writers:
        writer.close()
    ours, theirs = (written(tmp_path / name) for name in ("ours", "theirs"))
    assert len(ours) >= len(kinds)
    assert {where: (it, theirs.get(where)) for where, it in ours.items() if it != theirs.get(where)} == {}
    assert sorted(ours) == sorted(theirs)


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, method in METHODS.items() for kind in method.refused]
)
def test_what_is_no_value_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises((TypeError, ValueError), match="expected"):
        METHODS[name].call(writer, "tag", Of(kind))
    assert written(tmp_path) == {}


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, method in METHODS.items() for kind in method.only_ours]
)
def test_what_torch_refuses_is_logged(tmp_path: Path, name: str, kind: str) -> None:
    with SummaryWriter(tmp_path) as writer:
        METHODS[name].call(writer, "tag", Of(kind))
    assert len(written(tmp_path)) == 1


def written(directory: Path) -> dict[str, Any]:
    """What stands below a directory by its place and tag, in a form in which it can be compared."""
    found: dict[str, Any] = {}
    for path in (path for path in sorted(directory.rglob("*")) if path.is_file()):
        place = str(path.relative_to(directory))
        if path.suffix == ".png":
            found[place] = decode(path.read_bytes()).tolist()
        elif path.suffix == ".tsv":
            found[place] = path.read_text()
    for folder in (it for it in (directory, *directory.rglob("*")) if it.is_dir()):
        for event in (it for path in event_files(folder) for it in events(path)[1:]):
            for value in event.summary.value:
                place = f"{folder.relative_to(directory)} {value.tag}"
                found[place] = (event.step, *plain(value, event.wall_time))
    return found


def plain(value: Any, wall_time: float) -> tuple[Any, ...]:
    plugin = value.metadata.plugin_data
    match value.WhichOneof("value"):
        case "image":
            image = value.image
            size = image.width, image.height, image.colorspace
            return (*size, wall_time, decode(image.encoded_image_string).tolist())
        case "tensor" if plugin.plugin_name == "tensor":
            # Of float16 and others torch stores another type: test_tensor.py.
            return plugin.plugin_name, wall_time, numbers(value.tensor)
        case None:
            # What torch does not say: when. A bool is a number for it.
            data = HParamsPluginData.FromString(plugin.content)
            settings = data.session_start_info.hparams.items()
            return tuple((name, setting.bool_value or setting.number_value) for name, setting in settings)
        case "simple_value" if value.tag == "b":  # A metric, which has the time of its call.
            return (value.simple_value,)
        case _:
            return wall_time, value.SerializeToString(deterministic=True)


def numbers(tensor: Any) -> Any:
    if tensor.dtype != DataType.DT_BFLOAT16:
        return tensor_util.make_ndarray(tensor).tolist()
    bits = np.frombuffer(tensor.tensor_content, np.uint16).astype(np.uint32) << 16
    return bits.view(np.float32).reshape([dim.size for dim in tensor.tensor_shape.dim]).tolist()
