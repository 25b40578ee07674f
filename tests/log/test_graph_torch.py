"""add_graph: the same graph as torch's own writer has of a model, and what that writer cannot do."""

import copy
import importlib
import io
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import lightboard
from lightboard import LightboardWarning, SummaryWriter
from log.graphs import Graph, graph_of

torch = pytest.importorskip("torch", reason="run by make test-torch")

pytestmark = [
    pytest.mark.torch,
    # Of torch, about its own way to a graph.
    pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The input to trace is already a ScriptModule"),
]

nn = torch.nn
models: Any = importlib.import_module("log.torch_models")
X = models.X


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SummaryWriter]:
    with SummaryWriter(tmp_path / "run") as writer:
        yield writer


def logged(writer: SummaryWriter, *arguments: Any, **named: Any) -> Graph:
    """What add_graph logs."""
    writer.add_graph(*arguments, **named)
    writer.close()
    return graph_of(writer.get_logdir())


def torchs(model: Any, inputs: Any, strict: bool = True) -> Any:
    from torch.utils.tensorboard._pytorch_graph import graph

    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return graph(model, inputs, use_strict_trace=strict)[0]


def assert_same(ours: Graph, theirs: Any) -> None:
    """Compare node by node, in the order of the trace.

    What differs on purpose: names; an operator with several outputs is one node; a parameter is one node; edges that
    lead from no node are left out; parameters have shapes.
    """
    nodes = {node.name: node for node in theirs.node}
    assert len(nodes) == len(theirs.node)
    sides = ["input/", "output/"]
    inputs, outputs = ([node for node in theirs.node if node.name.startswith(side)] for side in sides)
    operators = iter([node for node in theirs.node if not node.name.startswith(tuple(sides))])
    place: dict[str, set[str]] = {}
    pairs = []

    ours_in = [node for node in ours.nodes if node.name.startswith("input/")]
    ours_out = [node for node in ours.nodes if node.name.startswith("output/")]
    assert (len(ours_in), len(ours_out)) == (len(inputs), len(outputs))
    for our, their in zip(ours_in + ours_out, inputs + outputs, strict=True):
        assert our.op == their.op == "IO Node"
        place[their.name] = {our.name}
        pairs.append((our, their, 0))

    getters: dict[str, set[str]] = {}
    rest = [node for node in ours.nodes if node not in ours_in and node not in ours_out]
    for our in rest:
        for slot in range(our.outputs):
            their = next(operators)
            while their.op == "prim::GetAttr" != our.op:
                # The parameter again, which is one node of ours.
                place[their.name] = getters[their.attr["attr"].s.decode()]
                their = next(operators)
            assert our.op == their.op
            assert our.text == their.attr["attr"].s.decode()
            place[their.name] = {our.reference(slot)}
            pairs.append((our, their, slot))
            if our.op == "prim::GetAttr":
                getters.setdefault(our.text, set()).add(our.name)
    for their in operators:
        assert their.op == "prim::GetAttr"
        place[their.name] = getters[their.attr["attr"].s.decode()]

    for our, their, slot in pairs:
        expected = [place[name] for name in their.input if name in nodes]
        assert len(our.inputs) == len(expected), their.name
        assert all(name in names for name, names in zip(our.inputs, expected, strict=True)), their.name
        if "_output_shapes" in their.attr and our.shapes[slot] is not None:
            (shape,) = their.attr["_output_shapes"].list.shape
            assert our.shapes[slot] == tuple(dim.size for dim in shape.dim)


@pytest.mark.parametrize("name", models.MODELS)
def test_the_graph_is_that_of_torch(writer: SummaryWriter, name: str) -> None:
    model, inputs = models.MODELS[name]
    assert_same(logged(writer, model, inputs), torchs(model, inputs))


def test_names_say_where_a_part_stands(writer: SummaryWriter) -> None:
    names = {node.name for node in logged(writer, models.Lists(), X).nodes}
    assert {name for name in names if "Constant" not in name} == {
        "input/x",
        "output/output.1",
        *(
            f"Lists/{part}/{name}"
            for part in (
                "ModuleList[down]/Linear[0]",
                "ModuleList[down]/Linear[1]",
                "ModuleList[up]/Linear[0]",
                "ModuleList[up]/Linear[1]",
                "ModuleDict[heads]/Linear[a_b]",
                "ModuleDict[heads]/Linear[c]",
            )
            for name in ("weight", "bias", "linear")
        ),
        "Lists/TupleConstruct",
    }


def test_parameters_have_their_shapes(writer: SummaryWriter) -> None:
    graph = logged(writer, models.mlp(), X)
    assert graph["Sequential/Linear[0]/weight"].shapes == [(8, 4)]
    assert graph["Sequential/Linear[3]/bias"].shapes == [(2,)]
    assert graph["Sequential/Linear[3]/linear"].shapes == [(2, 2)]


def test_a_shared_layer_is_one_scope_and_its_weight_one_node(writer: SummaryWriter) -> None:
    graph = logged(writer, models.Shared(), X)
    assert [node.name for node in graph.nodes if node.op == "prim::GetAttr"] == [
        "Shared/Linear[layer]/bias",
        "Shared/Linear[layer]/weight",
    ]
    uses = [node.name for node in graph.nodes if "Shared/Linear[layer]/weight" in node.inputs]
    assert uses == [f"Shared/Linear[layer]/linear{end}" for end in ("", "_1", "_2")]


def test_an_operator_with_several_outputs_is_one_node(writer: SummaryWriter) -> None:
    graph = logged(writer, models.Recurrent(), torch.ones(2, 3, 4))
    (lstm,) = (node for node in graph.nodes if node.op == "aten::lstm")
    assert lstm.shapes == [(2, 3, 5), (2, 2, 5), (2, 2, 5)]
    assert graph["Recurrent/LSTM[lstm]/TupleConstruct"].inputs == [lstm.name, f"{lstm.name}:1"]


def test_bodies_of_scripts_are_in_the_graph(writer: SummaryWriter) -> None:
    model = models.scripted(models.Loops())
    graph = logged(writer, model)
    inner = {node.name for node in graph.nodes if "/body/" in node.name}
    assert {"Loops/Loop/body/If/then/linear", "Loops/Loop/body/If/else/linear"} <= inner
    outer = Graph([node for node in graph.nodes if "/body/" not in node.name])
    theirs = torchs(model, (X, 2))
    assert [node.op for node in outer.nodes if node.op not in ("IO Node", "prim::GetAttr")] == [
        node.op for node in theirs.node if node.op not in ("IO Node", "prim::GetAttr")
    ]
    linear = graph["Loops/Loop/body/If/then/linear"]
    assert linear.inputs == ["input/x", "Loops/Linear[layer]/weight", "Loops/Linear[layer]/bias"]


def test_functions(writer: SummaryWriter) -> None:
    def double(x: Any) -> Any:
        return x * 2

    graph = logged(writer, double, X)
    assert [node.op for node in graph.nodes] == ["IO Node", "prim::Constant", "aten::mul", "IO Node"]


@pytest.mark.parametrize("wrap", [nn.DataParallel, torch.compile], ids=["DataParallel", "compiled"])
def test_wrappers_are_taken_off(writer: SummaryWriter, wrap: Any) -> None:
    model = models.mlp()
    names = [node.name for node in logged(writer, wrap(model), X).nodes]
    assert "Sequential/Linear[0]/weight" in names
    assert_same(graph_of(writer.get_logdir()), torchs(model, X))


def test_dict_outputs_need_no_argument(writer: SummaryWriter) -> None:
    model = models.Answers()
    assert_same(logged(writer, model, X), torchs(model, X, strict=False))


def test_a_dict_of_arguments(writer: SummaryWriter) -> None:
    inputs = {"w": X.T, "x": X}
    assert_same(logged(writer, models.Keywords(), inputs), torchs(models.Keywords(), (X, X.T)))


def test_arguments_that_are_no_tensors(writer: SummaryWriter) -> None:
    graph = logged(writer, models.Times(), (X, 3))
    assert graph["Times/cat"].inputs == ["input/x"] * 3
    assert graph["Times/cat"].shapes == [(6, 4)]


def test_hooks_stay_and_are_called(writer: SummaryWriter) -> None:
    model = models.mlp()
    seen: list[str] = []
    model[0].register_forward_hook(lambda *_: seen.append("forward"))
    model[0].register_full_backward_hook(lambda *_: seen.append("backward"))
    model[3].register_full_backward_pre_hook(lambda *_: seen.append("before"))
    graph = logged(writer, model, X)
    assert seen == ["forward"]
    assert_same(graph, torchs(models.mlp(), X))
    model(X.clone().requires_grad_()).sum().backward()
    assert sorted(seen) == ["backward", "before", "forward", "forward"]


def test_lazy_modules_stay_lazy(writer: SummaryWriter) -> None:
    model = nn.Sequential(nn.LazyLinear(8), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
    graph = logged(writer, model, X)
    assert graph["Sequential/Linear[0]/weight"].shapes == [(8, 4)]
    assert all(torch.nn.parameter.is_lazy(model[at].weight) for at in (0, 1, 2))
    model(X)
    assert model[2].weight.shape == (2, 8)


def test_the_model_is_left_as_it_was(writer: SummaryWriter) -> None:
    model = models.Frozen()
    model.norm.eval()
    before = copy.deepcopy(model.state_dict())
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    logged(writer, nn.Sequential(model, nn.Dropout()), X)
    assert [module.training for module in model.modules()] == [True, False, True]
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(torch.rand(3), expected)


def test_frozen_scripts(writer: SummaryWriter) -> None:
    frozen = torch.jit.freeze(torch.jit.script(nn.Sequential(nn.Linear(3, 4), nn.ReLU()).eval()))
    assert "aten::relu" in {node.op for node in logged(writer, frozen, torch.ones(2, 3)).nodes}


class Stubborn(nn.Module):  # type: ignore[misc, name-defined]
    """Refuses to be changed."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "training" and hasattr(self, "layer"):
            raise RuntimeError("I train")
        super().__setattr__(name, value)

    def forward(self, *, x: Any) -> Any:
        return self.layer(x)


def test_a_module_that_refuses_evaluation_and_takes_arguments_by_name_only(writer: SummaryWriter) -> None:
    model = Stubborn()
    graph = logged(writer, model, {"x": torch.ones(2, 3)})
    assert {node.name for node in graph.nodes} >= {"input/x"}
    assert model.training


def test_a_module_that_cannot_even_be_looked_at_warns(tmp_path: Path) -> None:
    class Hidden(nn.Module):  # type: ignore[misc, name-defined]
        def modules(self) -> Any:
            raise RuntimeError("nothing to see")

    with (
        SummaryWriter(tmp_path) as writer,
        pytest.warns(LightboardWarning, match="add_graph: expected a model .* nothing to see"),
    ):
        writer.add_graph(Hidden(), torch.ones(2))


def test_what_cannot_be_traced_warns_once_and_training_goes_on(tmp_path: Path) -> None:
    model = models.Untraceable()
    with SummaryWriter(tmp_path) as writer, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(3):
            writer.add_graph(model, X)
        writer.add_scalar("loss", 1.0, 1)
    (warning,) = (it for it in warned if issubclass(it.category, LightboardWarning))
    assert warning.filename == __file__
    assert "Untraceable" in str(warning.message)
    assert "the sensor is not connected" in str(warning.message)
    assert [module.training for module in model.modules()] == [True, True]
    with lightboard.open(tmp_path, cache_dir=None) as index:
        assert [series.tag for series in index.series(kind=None)] == ["loss"]


def test_a_model_that_does_not_run_says_why_and_nothing_else(
    writer: SummaryWriter, capfd: pytest.CaptureFixture[str]
) -> None:
    said = (
        r"Linear is none: RuntimeError: mat1 and mat2 shapes cannot be multiplied \(2x4 and 3x3\)\. Its graph"
    )
    with pytest.warns(LightboardWarning, match=said):
        writer.add_graph(nn.Linear(3, 3), X)
    assert capfd.readouterr() == ("", "")


def test_export_where_a_trace_fails(writer: SummaryWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("no trace in this version of torch")

    monkeypatch.setattr(torch.jit, "trace", refuse)
    model = nn.Sequential(models.Residual(3), nn.Flatten(2), nn.LSTM(64, 5))
    graph = logged(writer, model, torch.ones(1, 3, 8, 8))
    kinds = [node.op for node in graph.nodes]
    assert kinds.count("aten::conv2d") == 2
    assert kinds.count("aten::lstm") == 1
    convolution = graph["Sequential/Residual[0]/Conv2d[first]/conv2d"]
    assert convolution.inputs == ["input/input", "Sequential/Residual[0]/Conv2d[first]/weight"]
    assert convolution.shapes == [(1, 3, 8, 8)]
    assert graph["Sequential/Residual[0]/Conv2d[first]/weight"].shapes == [(3, 3, 3, 3)]
    assert [node.inputs for node in graph.nodes if node.name.startswith("output/")] == [
        [f"Sequential/LSTM[2]/lstm{end}"] for end in ("", ":1", ":2")
    ]


def test_verbose_prints_the_graph(writer: SummaryWriter, capsys: pytest.CaptureFixture[str]) -> None:
    writer.add_graph(models.mlp(), X, verbose=True)
    assert "aten::linear" in capsys.readouterr().out


def test_no_inputs_for_a_model_that_takes_some(writer: SummaryWriter) -> None:
    with pytest.raises(ValueError, match=r"input_to_model: expected .*\(input\).*found None"):
        writer.add_graph(models.mlp())


def test_readers_have_it_beside_the_metadata(writer: SummaryWriter) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    ours = logged(writer, models.mlp(), X)
    accumulator = EventAccumulator(writer.get_logdir())
    accumulator.Reload()
    assert [node.name for node in accumulator.Graph().node] == [node.name for node in ours.nodes]
    assert accumulator.Tags()["run_metadata"] == ["step1"]
    (stats,) = accumulator.RunMetadata("step1").step_stats.dev_stats
    assert stats.device == "/device:CPU:0"
    with lightboard.open(Path(writer.get_logdir()).parent, cache_dir=None) as index:
        found = {series.tag: series.values[0].format for series in index.series(kind="graph")}
    assert found == {"__run_graph__": "graph_def", "step1": "run_metadata"}
