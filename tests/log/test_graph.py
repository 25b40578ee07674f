"""Graphs on disk, and those of ONNX and OpenVINO files beside what tensorboardX makes of them."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.attr_value_pb2 import AttrValue
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.versions_pb2 import VersionDef

import lightboard
from lightboard import SummaryWriter
from lightboard._core import Writer
from lightboard.log.models.nodes import Node
from log.graphs import graph_def_of, graph_of

MODELS = Path(__file__).parents[2] / "testdata" / "models"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SummaryWriter]:
    with SummaryWriter(tmp_path / "run") as writer:
        yield writer


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
SIZES = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3).map(tuple)
ATTRIBUTES = st.one_of(
    TEXT, st.integers(-(2**31), 2**31 - 1), SIZES, st.lists(st.one_of(st.none(), SIZES), max_size=3)
)
NODES = st.builds(
    Node,
    TEXT,
    TEXT,
    st.lists(TEXT, max_size=3),
    st.dictionaries(TEXT, ATTRIBUTES, max_size=3).map(lambda found: list(found.items())),
)


def shape_proto(sizes: Any) -> Any:
    if sizes is None:
        return TensorShapeProto(unknown_rank=True)
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


def attr_value(value: Any) -> Any:
    match value:
        case str():
            return AttrValue(s=value.encode())
        case int():
            return AttrValue(type=value)
        case tuple():
            return AttrValue(shape=shape_proto(value))
        case _:
            return AttrValue(list=AttrValue.ListValue(shape=map(shape_proto, value)))


@settings(max_examples=60, deadline=None)
@given(nodes=st.lists(NODES, max_size=4))
def test_any_graph_is_what_tensorboard_decodes(
    nodes: list[Node], tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("run")
    core = Writer(str(directory), "", None, 120, {})
    core.add_graph(0, nodes, 1.5)
    core.close()
    expected = [
        NodeDef(
            name=node.name,
            op=node.op,
            input=node.inputs,
            attr={name: attr_value(value) for name, value in node.attributes},
        )
        for node in nodes
    ]
    assert graph_def_of(directory) == GraphDef(node=expected, versions=VersionDef(producer=22))


def test_a_graph_of_any_size(tmp_path: Path) -> None:
    nodes = [
        Node(f"scope/node_{index}", "op", [f"scope/node_{index - 1}"] if index else [], [("attr", "x" * 80)])
        for index in range(10_000)
    ]
    core = Writer(str(tmp_path), "", None, 120, {})
    core.add_graph(0, nodes, 1.5)
    core.close()
    found = graph_of(tmp_path)
    assert [node.name for node in found.nodes] == [node.name for node in nodes]
    assert found["scope/node_9999"].inputs == ["scope/node_9998"]


# ONNX, by messages that are declared here a second time: only what the tests fill in or the peer looks at.
ONNX = {
    "Dim": [("dim_value", 1, "int64"), ("dim_param", 2, "string")],
    "Shape": [("dim", 1, "Dim*")],
    "TensorType": [("elem_type", 1, "int32"), ("shape", 2, "Shape")],
    "Type": [("tensor_type", 1, "TensorType")],
    "ValueInfo": [("name", 1, "string"), ("type", 2, "Type")],
    "Tensor": [
        ("dims", 1, "int64*"),
        ("data_type", 2, "int32"),
        ("float_data", 4, "float*"),
        ("name", 8, "string"),
        ("raw_data", 9, "bytes"),
    ],
    "Attribute": [
        ("name", 1, "string"),
        ("f", 2, "float"),
        ("i", 3, "int64"),
        ("s", 4, "bytes"),
        ("t", 5, "Tensor"),
        ("g", 6, "Graph"),
        ("floats", 7, "float*"),
        ("ints", 8, "int64*"),
        ("strings", 9, "bytes*"),
        ("type", 20, "int32"),
    ],
    "Node": [
        ("input", 1, "string*"),
        ("output", 2, "string*"),
        ("name", 3, "string"),
        ("op_type", 4, "string"),
        ("attribute", 5, "Attribute*"),
    ],
    "Graph": [
        ("node", 1, "Node*"),
        ("name", 2, "string"),
        ("initializer", 5, "Tensor*"),
        ("input", 11, "ValueInfo*"),
        ("output", 12, "ValueInfo*"),
        ("value_info", 13, "ValueInfo*"),
    ],
    "Model": [("ir_version", 1, "int64"), ("graph", 7, "Graph")],
}


def onnx_messages() -> Any:
    """The message classes by name."""
    field_type = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="onnx_of_tests.proto", package="onnx_of_tests", syntax="proto2"
    )
    for name, fields in ONNX.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            plain = kind.removesuffix("*")
            label = field_type.LABEL_OPTIONAL if plain == kind else field_type.LABEL_REPEATED
            added = message.field.add(name=field, number=number, label=label)
            if plain in ONNX:
                added.type, added.type_name = field_type.TYPE_MESSAGE, f".onnx_of_tests.{plain}"
            else:
                added.type = getattr(field_type, f"TYPE_{plain.upper()}")
    return message_factory.GetMessages([file], pool=descriptor_pool.DescriptorPool())


MESSAGE = {name.rpartition(".")[2]: kind for name, kind in onnx_messages().items()}


def onnx_value(name: str, *sizes: int | str, elem_type: int = 1) -> Any:
    dims = [MESSAGE["Dim"](**{"dim_value" if isinstance(size, int) else "dim_param": size}) for size in sizes]
    tensor = MESSAGE["TensorType"](elem_type=elem_type, shape=MESSAGE["Shape"](dim=dims))
    return MESSAGE["ValueInfo"](name=name, type=MESSAGE["Type"](tensor_type=tensor))


def onnx_tensor(name: str, array: Any) -> Any:
    number = {"float32": 1, "int64": 7}[array.dtype.name]
    return MESSAGE["Tensor"](name=name, dims=array.shape, data_type=number, raw_data=array.tobytes())


def onnx_node(op: str, inputs: str, outputs: str, name: str = "", **attributes: Any) -> Any:
    """A node; inputs and outputs are separated by spaces, `-` is one that is left out."""
    return MESSAGE["Node"](
        op_type=op,
        input=["" if word == "-" else word for word in inputs.split()],
        output=outputs.split(),
        name=name,
        attribute=[MESSAGE["Attribute"](name=key, **value) for key, value in attributes.items()],
    )


def small_model() -> Any:
    graph = MESSAGE["Graph"](
        name="small",
        input=[onnx_value("input:0", "batch", 3, 8, 8), onnx_value("ids", 2, elem_type=7)],
        output=[onnx_value("scores", "batch", 4), onnx_value("/head/Split_output_1", 1, 2)],
        initializer=[
            onnx_tensor("conv.weight", np.zeros((4, 3, 3, 3), np.float32)),
            onnx_tensor("axes", np.array([1, -1])),
        ],
        value_info=[onnx_value("/body/Conv_output_0", 1, 4, 6, 6)],
        node=[
            onnx_node(
                "Conv", "input:0 conv.weight", "/body/Conv_output_0", "/body/Conv",
                auto_pad={"s": b"VALID", "type": 3}, kernel_shape={"ints": [3, 3], "type": 7},
                alpha={"f": 0.5, "type": 1}, group={"i": -1, "type": 2},
            ),
            onnx_node("Constant", "", "limit", value={"t": onnx_tensor("", np.arange(12, dtype=np.int64)), "type": 4}),
            onnx_node("Clip", "/body/Conv_output_0 - limit", "/body/Clip_output_0", "/body/Clip"),
            onnx_node("Split", "/body/Clip_output_0 axes", "/head/Split_output_0 /head/Split_output_1", "/head/Split"),
            onnx_node("Gather", "/head/Split_output_0 ids", "scores", "/head/Gather"),
        ],
    )  # fmt: skip
    return MESSAGE["Model"](ir_version=8, graph=graph)


def saved(model: Any, directory: Path) -> Path:
    path = directory / "model.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def by_tensorboardx(model: Any) -> Any:
    from tensorboardX.onnx_graph import parse

    with redirect_stdout(io.StringIO()):
        return parse(model.graph)


def assert_as_tensorboardx(path: Path, model: Any, writer: SummaryWriter) -> None:
    """The same operators in the same order, with the same edges; those of ours may have more: weights and outputs."""
    writer.add_onnx_graph(path)
    writer.close()
    ours, theirs = graph_of(writer.get_logdir()), by_tensorboardx(model)
    operators = [node for node in ours.nodes if node.op not in ("Variable", "Const")]
    peers = [node for node in theirs.node if node.op != "Variable"]
    assert [node.op for node in operators] == [node.op for node in peers]
    made: dict[str, str] = {}
    for node, peer, source in zip(operators, peers, model.graph.node, strict=True):
        assert peer.name == source.output[0]
        made |= {name: node.reference(index) for index, name in enumerate(source.output)}
    weights = {weight.name for weight in model.graph.initializer}
    for node, peer in zip(operators, peers, strict=True):
        assert len(node.inputs) == len([name for name in peer.input if name])
        for name, found in zip((name for name in peer.input if name), node.inputs, strict=True):
            if name in made:
                assert found == made[name]
            else:
                assert ours[found].op == ("Const" if name in weights else "Variable")
                assert found == name.strip("/").replace(":", "_")


def test_onnx_is_what_tensorboardx_makes_of_it(tmp_path: Path, writer: SummaryWriter) -> None:
    assert_as_tensorboardx(saved(small_model(), tmp_path), small_model(), writer)


def test_onnx_of_torch_is_what_tensorboardx_makes_of_it(writer: SummaryWriter) -> None:
    path = MODELS / "convolution.onnx"
    assert_as_tensorboardx(path, MESSAGE["Model"].FromString(path.read_bytes()), writer)


def test_onnx_in_full(tmp_path: Path, writer: SummaryWriter) -> None:
    writer.add_onnx_graph(onnx_model_file=str(saved(small_model(), tmp_path)))
    writer.close()
    graph = graph_of(writer.get_logdir())
    assert [(node.name, node.op, node.inputs) for node in graph.nodes] == [
        ("input_0", "Variable", []),
        ("ids", "Variable", []),
        ("conv.weight", "Const", []),
        ("axes", "Const", []),
        ("body/Conv", "Conv", ["input_0", "conv.weight"]),
        ("limit", "Constant", []),
        ("body/Clip", "Clip", ["body/Conv", "limit"]),
        ("head/Split", "Split", ["body/Clip", "axes"]),
        ("head/Gather", "Gather", ["head/Split", "ids"]),
        ("scores", "Variable", ["head/Gather"]),
        ("head/Split_output_1", "Variable", ["head/Split:1"]),
    ]
    parameters = {node.name: node.attributes["parameters"].s.decode() for node in graph.nodes[4:9]}
    assert parameters["body/Conv"] == "auto_pad = VALID, kernel_shape = [3, 3], alpha = 0.5, group = -1"
    assert parameters["limit"] == "value = int64 [12]: 0, 1, 2, 3, 4, 5, 6, 7, …"
    assert graph["input_0"].shapes == [(-1, 3, 8, 8)]
    assert graph["conv.weight"].shapes == [(4, 3, 3, 3)]
    assert graph["body/Conv"].shapes == [(1, 4, 6, 6)]
    assert [graph[name].attributes["dtype"].type for name in ("input_0", "ids")] == [1, 9]


def test_bodies_of_onnx_loops_are_in_the_graph(tmp_path: Path, writer: SummaryWriter) -> None:
    body = MESSAGE["Graph"](
        input=[onnx_value("round"), onnx_value("go_on"), onnx_value("carried", 4)],
        output=[onnx_value("go_on"), onnx_value("next", 4)],
        node=[onnx_node("Add", "carried outer", "next", "add")],
    )
    graph = MESSAGE["Graph"](
        input=[onnx_value("x", 4), onnx_value("outer", 4)],
        output=[onnx_value("y", 4)],
        node=[onnx_node("Loop", "- - x", "y", "loop", body={"g": body, "type": 5})],
    )
    writer.add_onnx_graph(saved(MESSAGE["Model"](graph=graph), tmp_path))
    writer.close()
    found = graph_of(writer.get_logdir())
    assert found["loop/body/add"].inputs == ["x", "outer"]
    assert found["loop"].inputs == ["x", "loop/body/add"]
    assert found["y"].inputs == ["loop"]


def nested(depth: int) -> bytes:
    """A graph in a node of a graph, and so on."""

    def field(number: int, content: bytes) -> bytes:
        size, length = len(content), b""
        while size >= 0x80:
            length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + content

    graph = b""
    for _ in range(depth):
        graph = field(1, field(5, field(6, graph)))
    return field(7, graph)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\x08\x08", "it has no graph"),
        (b"\x3a\x7f", "the field 7 is longer than what is left"),
        (b"\x3a" + b"\xff" * 11, "a number has more than 64 bits"),
        (b"\x3b", "wire type 3"),
        (nested(1000), "nested more than 64 deep"),
    ],
    ids=["empty", "no graph", "short", "varint", "wire type", "nested"],
)
def test_what_is_no_onnx_is_refused(
    tmp_path: Path, writer: SummaryWriter, content: bytes, message: str
) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=f"prototxt: expected an ONNX model, found .*model.onnx': .*{message}"
    ):
        writer.add_onnx_graph(path)
    writer.close()
    assert not [event for event in written(writer) if event.graph_def]


def written(writer: SummaryWriter) -> list[Any]:
    from log.records import event_files, events

    return events(event_files(Path(writer.get_logdir()))[0])


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damaged_onnx_gives_a_graph_or_a_value_error(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from lightboard.log.models.onnx import nodes_of_onnx

    content = bytearray(small_model().SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "model.onnx"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        nodes = nodes_of_onnx(path)
    except ValueError:
        return
    assert len({node.name for node in nodes}) == len(nodes)


OPENVINO = MODELS / "matmul.xml"


def test_openvino(writer: SummaryWriter) -> None:
    from tensorboardX.openvino_graph import load_openvino_graph

    writer.add_openvino_graph(OPENVINO)
    writer.close()
    graph = graph_of(writer.get_logdir())
    assert [(node.name, node.op, node.inputs, node.shapes) for node in graph.nodes] == [
        ("image", "Parameter", [], [(-1, 3)]),
        ("fc/weight", "Const", [], [(4, 3)]),
        ("fc/MatMul", "MatMul", ["image", "fc/weight"], [(-1, 4)]),
        ("split", "Split", ["fc/MatMul"], [(-1, 2), (-1, 2)]),
        ("scores", "Result", ["split:1"], [None]),
    ]
    assert graph["fc/MatMul"].attributes["parameters"].s == b"transpose_a = false, transpose_b = true"
    assert [graph[name].attributes["dtype"].type for name in ("image", "fc/weight")] == [1, 19]
    theirs = load_openvino_graph(OPENVINO)
    assert graph.edges() == {(source, node.name) for node in theirs.node for source in node.input}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it is no XML: no element found"),
        ("<net><layers>", "it is no XML"),
        ("<?xml version='1.0' encoding='foo'?><net/>", "it is no XML: unknown encoding"),
        ("<net/>", "it has no layers"),
        ("<!DOCTYPE net [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><net>&b;</net>", "a document type"),
        ("<!DOCTYPE net [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><net>&a;</net>", "a document type"),
        ("<net>" * 5000 + "</net>" * 5000, "it has no layers"),
        (
            OPENVINO.read_text().replace('from-layer="0"', 'from-layer="7"'),
            "an edge leads from layer '7' to layer '2'",
        ),
    ],
    ids=["empty", "cut", "encoding", "no layers", "entities", "external", "nested", "edge"],
)
def test_what_is_no_openvino_is_refused(
    tmp_path: Path, writer: SummaryWriter, content: str, message: str
) -> None:
    path = tmp_path / "model.xml"
    path.write_text(content)
    with pytest.raises(
        ValueError, match=f"xmlname: expected an OpenVINO model, found .*model.xml': .*{message}"
    ):
        writer.add_openvino_graph(path)
    writer.close()
    assert not [event for event in written(writer) if event.graph_def]


def test_arguments_that_are_no_model(tmp_path: Path, writer: SummaryWriter) -> None:
    with pytest.raises(TypeError, match=r"model: expected a torch\.nn\.Module .*, found builtins.dict"):
        writer.add_graph({})
    with pytest.raises(TypeError, match=r"prototxt: expected the path of an \.onnx file, found None"):
        writer.add_onnx_graph()
    with pytest.raises(TypeError, match="xmlname: expected the path of an OpenVINO model, found int 3"):
        writer.add_openvino_graph(3)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        writer.add_onnx_graph(tmp_path / "missing.onnx")


def test_readers_have_it(tmp_path: Path, writer: SummaryWriter) -> None:
    writer.add_onnx_graph(saved(small_model(), tmp_path))
    writer.close()
    expected = graph_def_of(writer.get_logdir())
    accumulator = EventAccumulator(writer.get_logdir())
    accumulator.Reload()
    assert accumulator.Graph() == expected
    with lightboard.open(tmp_path, cache_dir=None) as index:
        (series,) = index.series(kind=None)
        assert (series.tag, series.kind, series.step.tolist()) == ("__run_graph__", "graph", [0])
        assert GraphDef.FromString(series.values[0].encoded) == expected
