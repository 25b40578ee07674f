"""An OpenVINO model (the .xml file of its IR) as nodes."""

import os
from collections.abc import Mapping
from typing import Any, NoReturn
from xml.parsers import expat

from lightboard.log.models.nodes import DATA_TYPES, Attribute, Names, Node, Shape, plain, reference

PRECISIONS = {"fp16": "float16", "fp32": "float32", "fp64": "float64", "bf16": "bfloat16", "boolean": "bool"}
"""Words for data types that are none of ours; the others are ours, shortened: f32, i64, u8."""

MAX_DEPTH = 6
"""How deep below the root elements are looked at, by their whole path."""

MAX_DIGITS = 19

LETTERS = {"f": "float", "i": "int", "u": "uint"}


def nodes_of_openvino(path: str | os.PathLike[str]) -> list[Node]:
    """Return the nodes of the model in the file at `path`.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no OpenVINO model, or declares a document type, which none has and which may name entities.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    with open(path, "rb") as file:
        try:
            parser.ParseFile(file)
        except (expat.ExpatError, LookupError) as error:  # LookupError: an encoding nobody knows
            raise ValueError(f"it is no XML: {error}") from None
    return reader.nodes()


def _refuse(*_: object) -> NoReturn:
    raise ValueError("it declares a document type, as no model does")


class _Layer:
    """A layer; its output ports by their ids, with the shapes that they give."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self.name = attributes.get("name", "")
        self.op = attributes.get("type", "")
        self.settings: dict[str, str] = {}
        self.outputs: dict[str, list[int]] = {}
        self.precision = ""


class _Reader:
    """Takes the elements of the file in turn. Bodies inside layers are not looked at."""

    def __init__(self) -> None:
        self._layers: dict[str, _Layer] = {}
        self._edges: list[Mapping[str, str]] = []
        self._path: list[str] = []
        self._layer = _Layer({})
        self._port: list[int] = []
        self._text = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        self._text = ""
        match self._path[1 : MAX_DEPTH + 1]:
            case ["layers", "layer"]:
                self._layer = self._layers[attributes.get("id", "")] = _Layer(attributes)
                self._layer.precision = attributes.get("precision", "")
            case ["layers", "layer", "data"]:
                self._layer.settings = attributes
            case ["layers", "layer", "output", "port"]:
                self._port = self._layer.outputs[attributes.get("id", "")] = []
                self._layer.precision = attributes.get("precision", self._layer.precision)
            case ["edges", "edge"]:
                self._edges.append(attributes)

    def end(self, _: str) -> None:
        if self._path[1 : MAX_DEPTH + 1] == ["layers", "layer", "output", "port", "dim"]:
            size = self._text.strip()
            self._port.append(int(size) if size.isdecimal() and len(size) < MAX_DIGITS else -1)
        self._path.pop()

    def text(self, text: str) -> None:
        if len(self._text) < MAX_DIGITS:
            self._text += text

    def nodes(self) -> list[Node]:
        if not self._layers:
            raise ValueError("it has no layers")
        names = Names()
        named = {
            key: names.unique(plain((layer.name or f"{layer.op}_{key}").strip("/")))
            for key, layer in self._layers.items()
        }
        inputs: dict[str, list[tuple[str, str]]] = {key: [] for key in named}
        for edge in self._edges:
            source, target = edge.get("from-layer", ""), edge.get("to-layer", "")
            if source not in named or target not in named:
                raise ValueError(
                    f"an edge leads from layer {source!r} to layer {target!r}, one of which it does not have"
                )
            ports = list(self._layers[source].outputs)
            port = edge.get("from-port", "")
            index = ports.index(port) if port in ports else 0
            inputs[target].append((edge.get("to-port", ""), reference(named[source], index)))
        return [
            Node(
                named[key], layer.op, [name for _, name in sorted(inputs[key], key=_port)], _attributes(layer)
            )
            for key, layer in self._layers.items()
        ]


def _port(pair: tuple[str, Any]) -> int:
    return int(pair[0]) if pair[0].isdecimal() else 0


def _attributes(layer: _Layer) -> list[tuple[str, Attribute]]:
    settings = ", ".join(f"{name} = {value}" for name, value in layer.settings.items())
    found: list[tuple[str, Attribute]] = [("parameters", settings)]
    word = (layer.settings.get("element_type") or layer.precision).lower()
    data_type = PRECISIONS.get(word) or LETTERS.get(word[:1], "") + word[1:]
    if data_type in DATA_TYPES:
        found.append(("dtype", DATA_TYPES[data_type]))
    if layer.outputs:
        shapes: list[Shape | None] = [tuple(port) for port in layer.outputs.values()]
        found.append(("_output_shapes", shapes))
    return found
