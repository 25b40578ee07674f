"""An ONNX file as nodes, read without the onnx package.

Field numbers are those of onnx.proto. Tensors are looked at only as far as they are shown, so that a file of gigabytes
of weights is read as fast as a small one.
"""

import itertools
import mmap
import os
import struct
from collections.abc import Callable, Iterable, Sequence

from lightboard.log.models.nodes import DATA_TYPES, Attribute, Names, Node, Shape, plain, reference
from lightboard.log.models.protobuf import Message, text_of

MAX_NESTING = 64
"""How deep graphs may stand in nodes of graphs."""

MAX_SHOWN = 8
"""How many elements of a tensor or a list are shown."""

TYPES = (
    *(
        "undefined",
        "float32",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "string",
        "bool",
        "float16",
    ),
    *(
        "float64",
        "uint32",
        "uint64",
        "complex64",
        "complex128",
        "bfloat16",
        "float8_e4m3fn",
        "float8_e4m3fnuz",
    ),
    *("float8_e5m2", "float8_e5m2fnuz", "uint4", "int4", "float4_e2m1fn"),
)
"""The data types by ONNX's numbers."""

ELEMENTS = {
    "float32": "<f",
    "float64": "<d",
    "int32": "<i",
    "int64": "<q",
    "uint8": "<B",
    "int8": "<b",
    "bool": "<?",
}
"""How elements of the commonest types are packed."""


def nodes_of_onnx(path: str | os.PathLike[str]) -> list[Node]:
    """Return the nodes of the model in the file at `path`.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no ONNX model.
    """
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise ValueError("the file is empty")
        # Unmapped when nothing refers to it any more.
        model = Message(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    if not model.parts(7):
        raise ValueError("it has no graph")
    reader = _Reader()
    reader.model(model.message(7))
    return reader.nodes


class _Reader:
    """Reads a graph and the graphs in its nodes. Values are told apart by their names, which are unique in all."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._names = Names()
        # What to write for a value that a node made.
        self._references: dict[str, str] = {}
        self._shapes: dict[str, Shape] = {}

    def model(self, graph: Message) -> None:
        for value in graph.messages(11):
            name, data_type, shape = _value_info(value)
            self._references[name] = self._add_value(name, "Variable", [], data_type, shape)
        self._graph(graph, "", 0)
        for value in graph.messages(12):
            name, data_type, shape = _value_info(value)
            self._add_value(name, "Variable", self._found([name]), data_type, shape)

    def _graph(self, graph: Message, scope: str, nesting: int) -> list[str]:
        """Read what a graph in `scope` holds; return the names of its outputs."""
        if nesting > MAX_NESTING:
            raise ValueError(f"its graphs are nested more than {MAX_NESTING} deep")
        for value in itertools.chain(graph.messages(13), graph.messages(12)):
            name, _, shape = _value_info(value)
            if shape is not None:
                self._shapes[name] = shape
        weights = itertools.chain(graph.messages(5), (it.message(1) for it in graph.messages(15)))
        for weight in weights:
            name = weight.text(8)
            if name not in self._references:
                data_type, shape = _type_name(weight.integer(2)), tuple(weight.integers(1))
                self._references[name] = self._add_value(scope + name, "Const", [], data_type, shape)
        for node in graph.messages(1):
            self._node(node, scope, nesting)
        return [value.text(1) for value in graph.messages(12)]

    def _node(self, node: Message, scope: str, nesting: int) -> None:
        inputs, outputs, op = node.texts(1), node.texts(2), node.text(4)
        label = node.text(3) or next(filter(None, outputs), op)
        name = self._names.unique(scope + plain(label.strip("/")))
        settings, results = [], []
        for attribute in node.messages(5):
            bodies = [*attribute.messages(6), *attribute.messages(11)]
            if not bodies:
                settings.append(f"{attribute.text(1)} = {_setting(attribute)}")
            for body in bodies:
                # A body takes, place by place, what its node does.
                for value, first in zip(body.messages(11), inputs, strict=False):
                    if first in self._references:
                        self._references[value.text(1)] = self._references[first]
                results += self._graph(body, f"{name}/{plain(attribute.text(1))}/", nesting + 1)
        for index, output in enumerate(outputs):
            self._references[output] = reference(name, index)
        attributes: list[tuple[str, Attribute]] = [("parameters", ", ".join(settings))]
        shapes = [self._shapes.get(output) for output in outputs]
        if any(shape is not None for shape in shapes):
            attributes.append(("_output_shapes", shapes))
        self.nodes.append(Node(name, op, self._found(inputs + results), attributes))

    def _add_value(
        self, name: str, op: str, inputs: Sequence[str], data_type: str, shape: Shape | None
    ) -> str:
        """Add a node for an input, an output or weights; return its name."""
        name = self._names.unique(plain(name.strip("/")))
        attributes: list[tuple[str, Attribute]] = []
        if data_type in DATA_TYPES:
            attributes.append(("dtype", DATA_TYPES[data_type]))
        if shape is not None:
            attributes += [("shape", shape), ("_output_shapes", [shape])]
        self.nodes.append(Node(name, op, inputs, attributes))
        return name

    def _found(self, values: Iterable[str]) -> list[str]:
        return [self._references[value] for value in values if value in self._references]


def _value_info(value: Message) -> tuple[str, str, Shape | None]:
    """Return name, data type and shape of a value; -1 for a size that varies."""
    tensor = value.message(2).message(1)
    if 2 not in tensor:
        return value.text(1), _type_name(tensor.integer(1)), None
    sizes = (size.integer(1, -1) for size in tensor.message(2).messages(1))
    return value.text(1), _type_name(tensor.integer(1)), tuple(sizes)


def _type_name(number: int) -> str:
    return TYPES[number] if 0 <= number < len(TYPES) else f"type {number}"


def _setting(attribute: Message) -> str:
    """Return the value of an attribute as text."""
    if 3 in attribute:
        return str(attribute.integer(3))
    if 4 in attribute:
        return attribute.text(4)
    if 5 in attribute:
        return _tensor(attribute.message(5))
    if 2 in attribute:
        return _shown(attribute.floats(2))
    lists: tuple[tuple[int, Callable[[int], Iterable[object]]], ...] = (
        (7, attribute.floats),
        (8, attribute.integers),
        (9, attribute.texts),
        (10, lambda number: map(_tensor, attribute.messages(number))),
    )
    for number, elements in lists:
        if number in attribute:
            return f"[{_shown(elements(number))}]"
    return attribute.text(21)  # Of a function's node: the name of the function's own attribute.


def _tensor(tensor: Message) -> str:
    """Return a tensor as text: data type, shape and its first elements."""
    data_type = _type_name(tensor.integer(2))
    text = f"{data_type} {list(tensor.integers(1))}"
    packing = ELEMENTS.get(data_type)
    elements: Iterable[object]
    if 9 in tensor and packing is not None:
        packed = tensor.part(9)[: (MAX_SHOWN + 1) * struct.calcsize(packing)]
        whole = len(packed) // struct.calcsize(packing) * struct.calcsize(packing)
        elements = (element for (element,) in struct.iter_unpack(packing, packed[:whole]))
    elif 4 in tensor:
        elements = tensor.floats(4)
    elif 6 in tensor:
        elements = map(text_of, tensor.parts(6))
    else:
        elements = itertools.chain(tensor.integers(5), tensor.integers(7))
    return f"{text}: {shown}" if (shown := _shown(elements)) else text


def _shown(elements: Iterable[object]) -> str:
    first = list(itertools.islice(elements, MAX_SHOWN + 1))
    return ", ".join([*map(str, first[:MAX_SHOWN]), *["…"] * (len(first) > MAX_SHOWN)])
