"""The nodes of a graph, as `_core.Writer.add_graph` takes them, and how they are named."""

from collections.abc import Sequence
from typing import NamedTuple

Shape = tuple[int, ...]

Attribute = str | int | Shape | list[Shape | None]
"""Text, the number of a data type, a shape (-1 for a size that is not known), or a shape for each output."""

DATA_TYPES = {
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 5,
    "int8": 6,
    "string": 7,
    "complex64": 8,
    "int64": 9,
    "bool": 10,
    "bfloat16": 14,
    "uint16": 17,
    "complex128": 18,
    "float16": 19,
    "uint32": 22,
    "uint64": 23,
    "float8_e5m2": 24,
    "float8_e4m3fn": 25,
    "float8_e4m3fnuz": 26,
    "float8_e5m2fnuz": 28,
    "int4": 29,
    "uint4": 30,
    "float4_e2m1fn": 33,
}
"""The numbers of data types in event files (spec/events.md, Tensors)."""


class Node(NamedTuple):
    """An operator, a parameter, an input or an output.

    `inputs` are names of other nodes, whose first output is meant; `name:1` is the second, and so on.
    """

    name: str
    op: str
    inputs: Sequence[str]
    attributes: Sequence[tuple[str, Attribute]]


class Names:
    """Names that are unique in one graph."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """Return `name`, or if it is given already `name_1`, `name_2` and so on."""
        if name not in self._next:
            self._next[name] = 1
            return name
        while True:
            found = f"{name}_{self._next[name]}"
            self._next[name] += 1
            if found not in self._next:
                self._next[found] = 1
                return found


def plain(name: str) -> str:
    """Return `name` without what has a meaning in a graph: a colon and a digit for an output, a caret for control."""
    return name.replace(":", "_").removeprefix("^") or "_"


def reference(name: str, output: int) -> str:
    """Return what stands in `inputs` for an output of the node `name`."""
    return f"{name}:{output}" if output else name
