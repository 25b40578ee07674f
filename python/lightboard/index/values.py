"""What values of other kinds than scalar are in Python, each read from its event file when it is asked for."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np

from lightboard._core import UnavailableError
from lightboard.index.columns import decode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lightboard import _core

Reference = tuple[str, int, int]
"""Id of the event file, byte at which the record begins, place of the value in its event."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many values (`count`) lie between the edges `left` and `right` of each bucket; float64."""

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    count: NDArray[np.float64]

    @property
    def edges(self) -> NDArray[np.float64]:
        """All edges, one more than buckets, as NumPy and Matplotlib take them.

        Raises ValueError for buckets that do not touch each other.
        """
        if not np.array_equal(self.left[1:], self.right[:-1]):
            raise ValueError(
                "expected buckets that touch each other, found gaps between them: use left and right"
            )
        return np.concatenate([self.left, self.right[-1:]])


@dataclass(frozen=True)
class Image:
    """An encoded image: the bytes of a file, its media type if they show it, width and height as the writer says."""

    encoded: bytes
    media_type: str | None
    width: int
    height: int

    def __repr__(self) -> str:
        return f"<Image of {self.width} x {self.height}: {_file(self.encoded, self.media_type)}>"


@dataclass(frozen=True)
class Audio:
    """An encoded sound: the bytes of a file, its media type if they show it, and what is known of it."""

    encoded: bytes
    media_type: str | None
    sample_rate: float | None
    channels: int | None
    frames: int | None
    label: str

    def __repr__(self) -> str:
        return f"<Audio at {self.sample_rate} Hz: {_file(self.encoded, self.media_type)}>"


@dataclass(frozen=True, eq=False)
class PrCurve:
    """A precision-recall curve: float64 arrays with an item for each threshold."""

    thresholds: NDArray[np.float64]
    true_positives: NDArray[np.float64]
    false_positives: NDArray[np.float64]
    true_negatives: NDArray[np.float64]
    false_negatives: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mesh:
    """One part of a mesh: `vertex`, `face`, `color` or `undefined`; the series of its other parts have its `name`.

    `array` has the shape (batch, n, 3); `components` has the bit of each part that there is, 0 if the writer does not
    say; `config` is how to show it, for three.js.
    """

    name: str
    part: str
    components: int
    config: Any
    array: NDArray[Any]


@dataclass(frozen=True)
class Graph:
    """A serialised `graph_def` or `run_metadata`, or a `keras_model` as JSON; `format` says which."""

    format: str
    encoded: bytes

    def __repr__(self) -> str:
        return f"<Graph: {self.format} of {len(self.encoded):,} bytes>"


@dataclass(frozen=True, eq=False)
class Unknown:
    """A value of a plugin that is not known.

    `encoded` are the bytes of the field of the summary that `form` names, `tensor` what they are if they are a tensor.
    """

    plugin_name: str
    plugin_content: bytes
    form: str
    encoded: bytes
    tensor: NDArray[Any] | None


class Values(Sequence[Any]):
    """The values of a series, each read from its event file when it is asked for; nothing is kept.

    Raises UnavailableError, an OSError whose `code` says why, for a value that is not there any more as it was.
    """

    def __init__(
        self, core: _core.Index, series: tuple[str, str, str], references: Sequence[Reference]
    ) -> None:
        self._core = core
        self._series = series
        self._references = references

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> list[Any]: ...
    def __getitem__(self, key: int | slice) -> Any:
        if isinstance(key, slice):
            return [self._read(reference) for reference in self._references[key]]
        return self._read(self._references[operator.index(key)])

    def __len__(self) -> int:
        return len(self._references)

    def __repr__(self) -> str:
        return f"<{len(self):,} values of the kind {self._series[2]}, read when asked for>"

    def _read(self, reference: Reference) -> Any:
        frame = decode(self._core.read_values(*self._series, [reference], with_files=True))
        (value,) = frame.header["values"]
        if "error" in value:
            error = UnavailableError(value["error"]["message"])
            error.code = value["error"]["code"]
            raise error
        return SHAPES[self._series[2]](value, Parts(**frame.columns))


@dataclass(frozen=True)
class Parts:
    """The columns that a value's arrays lie in."""

    number: NDArray[np.float64]
    byte: NDArray[np.uint8]

    def numbers(self, place: dict[str, int]) -> NDArray[np.float64]:
        """Take some numbers."""
        return self.number[place["start"] : place["start"] + place["length"]]

    def bytes(self, place: dict[str, int]) -> bytes:
        """Take some bytes."""
        return self.byte[place["start"] : place["start"] + place["length"]].tobytes()


def _histogram(value: dict[str, Any], parts: Parts) -> Histogram:
    return Histogram(*(parts.numbers(value[name]) for name in ("left", "right", "count")))


def _images(value: dict[str, Any], parts: Parts) -> tuple[Image, ...]:
    return tuple(
        Image(parts.bytes(item), item["media_type"], value["width"], value["height"])
        for item in value["items"]
    )


def _audio(value: dict[str, Any], parts: Parts) -> tuple[Audio, ...]:
    return tuple(
        Audio(
            parts.bytes(item),
            item["media_type"],
            None if item["sample_rate"] is None else float(item["sample_rate"]),
            item["channels"],
            item["frames"],
            item["label"],
        )
        for item in value["items"]
    )


def _text(value: dict[str, Any], _: Parts) -> Any:
    return _shaped(value["texts"], value["shape"]).tolist()


def _tensor(value: dict[str, Any], parts: Parts) -> NDArray[Any]:
    stored = parts.bytes(value["elements"])
    if value["element"] == "string":
        ends = np.cumsum([0, *value["lengths"]]).tolist()
        strings = [stored[start:end] for start, end in pairwise(ends)]
        items = _shaped(strings, [len(strings)])
    else:
        items = np.frombuffer(stored, np.dtype(value["element"]).newbyteorder("<"))
        if value["data_type"] == "float16":
            items = items.astype(np.float16)
    shape, missing = value["shape"], math.prod(value["shape"]) - len(items)
    if missing and len(items) == 1:
        return np.broadcast_to(items, shape)
    if missing:
        items = np.concatenate([items, np.broadcast_to(items[-1:], missing)])
    return items.reshape(shape)


def _pr_curve(value: dict[str, Any], parts: Parts) -> PrCurve:
    return PrCurve(**{name: parts.numbers(place) for name, place in value.items()})


def _mesh(value: dict[str, Any], parts: Parts) -> Mesh:
    try:
        config = json.loads(value["config"] or "null")
    except ValueError:
        config = value["config"]
    return Mesh(value["name"], value["part"], value["components"], config, _tensor(value["tensor"], parts))


def _hparams(value: dict[str, Any], _: Parts) -> dict[str, Any]:
    (message,) = value.values()
    for name in ("time_created", "start_time", "end_time"):
        if name in message:
            message[name] = float(message[name])
    if "session_start" in value:
        message["hparams"] = {name: _setting(setting) for name, setting in message["hparams"].items()}
    for hparam in message["hparams"] if "experiment" in value else ():
        domain = hparam["domain"] or {}
        if "discrete" in domain:
            domain["discrete"] = [_setting(setting) for setting in domain["discrete"]]
        if "interval" in domain:
            domain["interval"] = [float(edge) for edge in domain["interval"]]
    return value


def _setting(setting: Any) -> Any:
    if isinstance(setting, list):
        return [_setting(item) for item in setting]
    if isinstance(setting, dict):
        if "number" in setting:
            return float(setting["number"])
        return {name: _setting(item) for name, item in setting["struct"].items()}
    return setting


def _layout(value: dict[str, Any], _: Parts) -> dict[str, Any]:
    return value


def _graph(value: dict[str, Any], parts: Parts) -> Graph:
    return Graph(value["format"], parts.bytes(value["items"][0]))


def _unknown(value: dict[str, Any], parts: Parts) -> Unknown:
    return Unknown(
        value["plugin_name"],
        parts.bytes(value["plugin_content"]),
        value["form"],
        parts.bytes(value["items"][0]),
        None if value["tensor"] is None else _tensor(value["tensor"], parts),
    )


SHAPES: Final[dict[str, Callable[[dict[str, Any], Parts], Any]]] = {
    "histogram": _histogram,
    "image": _images,
    "video": _images,
    "audio": _audio,
    "text": _text,
    "tensor": _tensor,
    "pr_curve": _pr_curve,
    "mesh": _mesh,
    "hparams": _hparams,
    "graph": _graph,
    "layout": _layout,
    "embedding": _unknown,
    "unknown": _unknown,
}
"""What makes a value of each kind out of its answer (spec/api.md, POST /api/values/read)."""


def _shaped(items: Sequence[Any], shape: Sequence[int]) -> NDArray[Any]:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(shape)


def _file(encoded: bytes, media_type: str | None) -> str:
    return f"{media_type or 'unknown type'}, {len(encoded):,} bytes"
