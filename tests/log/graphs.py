"""A graph as TensorBoard's protos decode it from an event file."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.graph_pb2 import GraphDef

from log.records import event_files, events


@dataclass(frozen=True)
class Node:
    name: str
    op: str
    inputs: list[str]
    attributes: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.attributes["attr"].s.decode())

    @property
    def shapes(self) -> list[tuple[int, ...] | None]:
        """The shape of each output that is known to be there."""
        if "_output_shapes" not in self.attributes:
            return [None]
        return [
            None if shape.unknown_rank else tuple(dim.size for dim in shape.dim)
            for shape in self.attributes["_output_shapes"].list.shape
        ]

    @property
    def outputs(self) -> int:
        return len(self.shapes)

    def reference(self, slot: int) -> str:
        return f"{self.name}:{slot}" if slot else self.name


class Graph:
    """Nodes with names of their own, each input of which is there."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = list(nodes)
        self._named = {node.name: node for node in nodes}
        assert len(self._named) == len(nodes), "names are unique"

    def __getitem__(self, name: str) -> Node:
        return self._named[name]

    def edges(self) -> set[tuple[str, str]]:
        return {(name.partition(":")[0], node.name) for node in self.nodes for name in node.inputs}


def graph_def_of(directory: str | os.PathLike[str]) -> Any:
    (path,) = event_files(Path(directory))
    (encoded,) = (event.graph_def for event in events(path) if event.HasField("graph_def"))
    return GraphDef.FromString(encoded)


def graph_of(directory: str | os.PathLike[str]) -> Graph:
    """The one graph that is logged in a run."""
    found = graph_def_of(directory)
    assert found.versions.producer == 22
    graph = Graph([Node(node.name, node.op, list(node.input), dict(node.attr)) for node in found.node])
    for source, _ in graph.edges():
        assert graph[source] is not None
    return graph
