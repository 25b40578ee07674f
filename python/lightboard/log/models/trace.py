"""A graph of TorchScript, traced or scripted, as nodes."""

from collections.abc import Iterable, Sequence
from typing import Any

from lightboard.log.models.nodes import Attribute, Names, Node, Shape, plain, reference
from lightboard.log.models.scopes import Scopes

GET_ATTRIBUTE = "prim::GetAttr"
INPUT_OR_OUTPUT = "IO Node"


def nodes_of_trace(graph: Any, scopes: Scopes, arguments: Sequence[str]) -> list[Node]:
    """Return the nodes of `graph`, all calls of which are inlined; `arguments` are the names of its inputs."""
    reader = _Reader(scopes)
    reader.inputs(graph.inputs(), arguments)
    reader.block(graph, "")
    reader.outputs(graph.outputs())
    return reader.nodes


class _Reader:
    """Reads a graph node by node. Values are told apart by their debug names, which are unique in it."""

    def __init__(self, scopes: Scopes) -> None:
        self.nodes: list[Node] = []
        self._scopes = scopes
        self._names = Names()
        # What to write for a value that a node made.
        self._references: dict[str, str] = {}
        # The places of values that are no data but modules.
        self._modules: dict[str, str] = {}
        self._attributes: dict[str, str] = {}

    def inputs(self, values: Iterable[Any], arguments: Sequence[str]) -> None:
        names = iter(arguments)
        for value in values:
            if value.type().kind() == "ClassType":
                self._modules[value.debugName()] = ""
                continue
            argument = next(names, value.debugName().partition(".")[0])
            if value.uses():
                name = self._names.unique(f"input/{plain(argument)}")
                self._references[value.debugName()] = name
                self._add(name, INPUT_OR_OUTPUT, [], "", [value])

    def outputs(self, values: Iterable[Any]) -> None:
        for index, value in enumerate(values, 1):
            name = self._names.unique(f"output/output.{index}")
            self._add(name, INPUT_OR_OUTPUT, self._inputs([value]), "", [value])

    def block(self, block: Any, scope: str) -> None:
        """Read the nodes of a graph, or of the body of a loop or a branch, which stands in `scope`."""
        for node in block.nodes():
            kind = node.kind()
            if kind == GET_ATTRIBUTE and node.input().debugName() in self._modules:
                self._attribute(node)
            elif node.outputsSize() or node.blocks():
                self._operator(node, kind, scope)

    def _attribute(self, node: Any) -> None:
        """Read a parameter, which is one node however often it is used; a submodule is a place and no node."""
        (value,) = node.outputs()
        parent = self._modules[node.input().debugName()]
        path = f"{parent}.{node.s('name')}" if parent else node.s("name")
        if value.type().kind() == "ClassType":
            self._modules[value.debugName()] = path
            return
        name, attribute = self._scopes.attribute(path)
        if name not in self._attributes:
            self._attributes[name] = self._names.unique(name)
            shape = getattr(attribute, "shape", None)
            attributes: list[tuple[str, Attribute]] = [("attr", _attributes_text(node))]
            if shape is not None:
                attributes.append(("_output_shapes", [tuple(shape)]))
            self.nodes.append(Node(self._attributes[name], GET_ATTRIBUTE, [], attributes))
        self._references[value.debugName()] = self._attributes[name]

    def _operator(self, node: Any, kind: str, scope: str) -> None:
        scope = scope or self._scope(node)
        name = self._names.unique(f"{scope}/{plain(kind.rpartition('::')[2])}")
        inputs = list(node.inputs())
        for index, body in enumerate(node.blocks()):
            self._carry(kind, inputs, body)
            self.block(body, f"{name}/{_body_name(kind, index)}")
            inputs += body.outputs()
        outputs = list(node.outputs())
        for index, value in enumerate(outputs):
            self._references[value.debugName()] = reference(name, index)
        self._add(name, kind, self._inputs(inputs), _attributes_text(node), outputs)

    def _carry(self, kind: str, inputs: Sequence[Any], body: Any) -> None:
        """Give the body of a loop the values that its first round begins with."""
        # prim::Loop takes the number of rounds, whether to begin, and what is carried; its body the round and that.
        begin = [inputs[0], *inputs[2:]] if kind == "prim::Loop" else inputs
        for value, first in zip(body.inputs(), begin, strict=False):
            if first.debugName() in self._references:
                self._references[value.debugName()] = self._references[first.debugName()]

    def _scope(self, node: Any) -> str:
        traced = node.scopeName()
        if not traced:
            return self._scopes.called(node.getModuleHierarchy())
        # `__module.block/__module.block.layer`, the innermost call last; keys of a ModuleDict may have slashes.
        return self._scopes.scope(
            traced.rpartition("/__module")[2].removeprefix("__module").removeprefix(".")
        )

    def _inputs(self, values: Iterable[Any]) -> list[str]:
        found = (self._references.get(value.debugName()) for value in values)
        return [name for name in found if name is not None]

    def _add(self, name: str, op: str, inputs: Sequence[str], text: str, outputs: Sequence[Any]) -> None:
        attributes: list[tuple[str, Attribute]] = [("attr", text)]
        shapes = [_shape(value) for value in outputs]
        if len(shapes) > 1 or shapes != [None]:
            attributes.append(("_output_shapes", shapes))
        self.nodes.append(Node(name, op, inputs, attributes))


def _shape(value: Any) -> Shape | None:
    if not value.isCompleteTensor():
        return None
    return tuple(value.type().sizes())


def _attributes_text(node: Any) -> str:
    """Return the attributes as torch's writer has them: quotes confuse TensorBoard."""
    found = {name: getattr(node, node.kindOf(name))(name) for name in node.attributeNames()}
    return str(found).replace("'", " ")


def _body_name(kind: str, index: int) -> str:
    return ("then", "else")[index] if kind == "prim::If" else "body"
