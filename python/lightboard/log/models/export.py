"""A program of torch.export as nodes."""

from collections.abc import Iterable
from typing import Any

from lightboard.log.models.nodes import Attribute, Names, Node, Shape, plain, reference
from lightboard.log.models.scopes import Scopes
from lightboard.log.models.trace import GET_ATTRIBUTE, INPUT_OR_OUTPUT


def nodes_of_export(program: Any, scopes: Scopes) -> list[Node]:
    """Return the nodes of `program`, in the words that a trace has for them."""
    reader = _Reader(program, scopes)
    for node in program.graph.nodes:
        reader.node(node)
    return reader.nodes


class _Reader:
    """Reads a program node by node."""

    def __init__(self, program: Any, scopes: Scopes) -> None:
        self.nodes: list[Node] = []
        signature = program.graph_signature
        self._attributes = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        self._outputs = set(signature.user_outputs)
        self._scopes = scopes
        self._names = Names()
        self._references: dict[Any, str] = {}

    def node(self, node: Any) -> None:
        if node.op == "placeholder":
            if node.users:
                self._references[node] = self._placeholder(node)
        elif node.op == "output":
            values = [value for value in _nodes_in(node.args) if value.name in self._outputs]
            for index, value in enumerate(values, 1):
                self._add(value, f"output/output.{index}", INPUT_OR_OUTPUT, [value], "")
        elif node.op == "call_function" and not self._is_part(node):
            op = _operator_name(node.target)
            name = f"{self._scope(node)}/{plain(op.rpartition('::')[2])}"
            values = [*_nodes_in(node.args), *_nodes_in(node.kwargs)]
            self._references[node] = self._add(node, name, op, values, _text(_settings(node)))

    def _placeholder(self, node: Any) -> str:
        """Add a parameter or an input."""
        if node.name not in self._attributes:
            return self._add(node, f"input/{plain(node.name)}", INPUT_OR_OUTPUT, [], "")
        name, _ = self._scopes.attribute(self._attributes[node.name])
        return self._add(node, name, GET_ATTRIBUTE, [], _text({"name": name.rpartition("/")[2]}))

    def _is_part(self, node: Any) -> bool:
        """Note a node that takes one of several outputs of another: that is no operator but a reference."""
        if getattr(node.target, "__name__", "") != "getitem" or node.args[0] not in self._references:
            return False
        whole, index = node.args
        self._references[node] = reference(self._references[whole], index)
        return True

    def _scope(self, node: Any) -> str:
        places = list(node.meta.get("nn_module_stack", {}).values())
        return self._scopes.scope(places[-1][0] if places else "")

    def _add(self, node: Any, name: str, op: str, inputs: Iterable[Any], text: str) -> str:
        """Add a node for what `node` gives; return its name."""
        name = self._names.unique(name)
        found = [self._references[value] for value in inputs if value in self._references]
        attributes: list[tuple[str, Attribute]] = [("attr", text)]
        value = node.meta.get("val")
        shapes = [_shape(part) for part in (value if isinstance(value, list | tuple) else [value])]
        if len(shapes) > 1 or shapes != [None]:
            attributes.append(("_output_shapes", shapes))
        self.nodes.append(Node(name, op, found, attributes))
        return name


def _nodes_in(value: Any) -> list[Any]:
    """Return the nodes in nested arguments."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [node for part in value for node in _nodes_in(part)]
    return [value] if hasattr(value, "meta") and hasattr(value, "users") else []


def _operator_name(target: Any) -> str:
    schema = getattr(target, "_schema", None)
    return str(schema.name if schema is not None else getattr(target, "__name__", target))


def _settings(node: Any) -> dict[str, Any]:
    """Return the arguments that come from no node, by name where the operator names them."""
    schema = getattr(node.target, "_schema", None)
    names = [] if schema is None else [argument.name for argument in schema.arguments]
    found = {
        names[index] if index < len(names) else str(index): value
        for index, value in enumerate(node.args)
        if not _nodes_in(value)
    }
    return {**found, **{name: value for name, value in node.kwargs.items() if not _nodes_in(value)}}


def _text(settings: dict[str, Any]) -> str:
    """Return settings as text without quotes, which confuse TensorBoard."""
    return str(settings).replace("'", " ")


def _shape(value: Any) -> Shape | None:
    """Return the shape of a fake tensor; a size that varies is -1."""
    shape = getattr(value, "shape", None)
    if shape is None:
        return None
    return tuple(size if isinstance(size, int) else -1 for size in shape)
