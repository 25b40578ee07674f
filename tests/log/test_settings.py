"""Hyper-parameters: as the peers store them, and what is better than theirs on purpose."""

import argparse
import functools
import os
import shutil
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

import lightboard
from lightboard import LightboardWarning, SummaryWriter
from log.frameworks import hparams
from log.peers import PEERS, peer_named
from log.records import event_files, events

HPARAMS = {"lr": 0.1, "layers": 3, "optimizer": "adam", "名前": "値", "left out": None}
METRICS = {"hparam/accuracy": 0.75, "hparam/loss": float("inf")}


def messages(directory: Path) -> list[Any]:
    """What the hparams plugin was told in a run, in order."""
    return [
        HParamsPluginData.FromString(value.metadata.plugin_data.content)
        for path in event_files(directory)
        for event in events(path)
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == "hparams"
    ]


def metrics(directory: Path) -> list[tuple[str, int, float]]:
    return [
        (value.tag, event.step, value.simple_value)
        for path in event_files(directory)
        for event in events(path)
        for value in event.summary.value
        if value.HasField("simple_value")
    ]


def logged(directory: Path) -> tuple[list[Any], list[Any]]:
    """The events without wall times and messages, and the messages: the order of a map in one says nothing."""
    found = [event for path in event_files(directory) for event in events(path)[1:]]
    for event in found:
        event.wall_time = 0
        for value in event.summary.value:
            value.metadata.plugin_data.content = b""
    return found, messages(directory)


@pytest.mark.parametrize("peer", PEERS)
def test_a_named_sub_run_equals_the_peers(tmp_path: Path, peer: str) -> None:
    library = peer_named(peer)
    for writer in (SummaryWriter(tmp_path / "ours"), library.writer(str(tmp_path / "theirs"))):
        # tensorboardX gives the step to the metrics only.
        names: dict[str, Any] = (
            {"run_name": "trial", "global_step": 7} if peer == "torch" else {"name": "trial"}
        )
        writer.add_hparams(HPARAMS, METRICS, **names)
        writer.close()
    assert logged(tmp_path / "ours" / "trial") == logged(tmp_path / "theirs" / "trial")


@pytest.mark.torch
def test_domains_equal_torch(tmp_path: Path) -> None:
    library = peer_named("torch")
    domains: dict[str, list[Any]] = {"lr": [0.1, 0.2], "optimizer": ["adam", "sgd"], "layers": [3]}
    for writer in (SummaryWriter(tmp_path / "ours"), library.writer(str(tmp_path / "theirs"))):
        writer.add_hparams(HPARAMS, METRICS, domains, "trial", 7)
        writer.close()
    assert logged(tmp_path / "ours" / "trial") == logged(tmp_path / "theirs" / "trial")


def test_without_a_name_they_are_the_runs_own(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_hparams({"lr": 0.1, "amp": True}, {"best": 0.5})
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert metrics(tmp_path / "run") == [("best", 0, 0.5)]
    with lightboard.open(tmp_path) as index:
        (run,) = index.runs
        assert run.hparams == {"lr": 0.1, "amp": True}


def test_tensorboardx_passes_the_name_in_third_place(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_hparams({"lr": 0.1}, {"best": 0.5}, "trial", 3)  # type: ignore[arg-type]
    assert metrics(tmp_path / "trial") == [("best", 3, 0.5)]


def double(value: float) -> float:
    return 2 * value


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (True, True), (np.bool_(False), False), (np.float32(0.5), 0.5), (np.int64(3), 3.0), (np.array(2.5), 2.5),
        (np.array([[4.0, 5.0]]), 4.0), (10**400, float("inf")), ("", ""), (double, "double"), (np.str_("x"), "x"),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)[:20]),
)  # fmt: skip
def test_what_a_setting_may_be(tmp_path: Path, given: Any, stored: bool | float | str) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_hparams({"setting": given}, {})
    (_, start, _) = messages(tmp_path)
    value = start.session_start_info.hparams["setting"]
    kind = {bool: "bool_value", float: "number_value", str: "string_value"}[type(stored)]
    assert value.WhichOneof("kind") == kind
    assert getattr(value, kind) == stored


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (([], {}), TypeError, "hparam_dict: expected a dict, found list"),
        (({}, None), TypeError, "metric_dict: expected a dict, found NoneType"),
        (({"a": [1]}, {}), ValueError, r"hparam_dict\['a'\]: expected a number, bool, str"),
        (({"a": np.zeros(0)}, {}), ValueError, r"hparam_dict\['a'\]: expected a number, bool, str"),
        (({"a": 1j}, {}), ValueError, r"hparam_dict\['a'\]"),
        (({1: 1}, {}), TypeError, "name in hparam_dict: expected a str"),
        (({}, {"m": "high"}), ValueError, r"metric_dict\['m'\]: expected a number"),
        (({"a": 1}, {}, {"b": [1]}), TypeError, r"hparam_domain_discrete\['b'\]: expected the name"),
        (({"a": 1}, {}, np.zeros(2)), TypeError, "hparam_domain_discrete: expected a dict, found"),
        (({"a": 1}, {}, {"a": ["x"]}), TypeError, r"hparam_domain_discrete\['a'\]: expected a list of int"),
        (({"a": 1}, {}, None, "../up"), ValueError, "run_name: expected a name inside the log directory"),
        (({"a": 1}, {}, None, "/etc"), ValueError, "run_name: expected a name inside the log directory"),
        (({"a": 1}, {}, None, ""), ValueError, "run_name: expected a name inside the log directory"),
        (({"a": 1}, {"m": 1}, None, None, "x"), ValueError, "global_step: expected a whole number"),
    ],
    ids=lambda value: repr(value)[:50],
)  # fmt: skip
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path / "run") as writer, pytest.raises(kind, match=message):
        writer.add_hparams(*arguments)
    assert [len(events(path)) for path in event_files(tmp_path / "run")] == [1]
    assert len(list(tmp_path.rglob("*"))) == 2


def test_a_config_is_the_session_of_the_run(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.config(
            {
                "lr": 0.1,
                "model": {"layers": 3, "act": None, "size": [1, 2]},
                "data": Path("/data"),
                "type": float,
            }
        )
        writer.config({"lr": 0.2, "seed": 1, "nan": float("nan")})
    first, second, end = messages(tmp_path)
    with lightboard.open(tmp_path) as index:
        hparams = dict(index.runs[0].hparams)
    assert np.isnan(hparams.pop("nan"))
    assert hparams == {
        "lr": 0.2,
        "model.layers": 3.0,
        "model.size": "[1, 2]",
        "data": "/data",
        "seed": 1.0,
        "type": "float",
    }
    assert first.session_start_info.start_time_secs == second.session_start_info.start_time_secs > 1.7e9
    assert end.session_end_info.status == 1
    assert end.session_end_info.end_time_secs >= first.session_start_info.start_time_secs


class Options:
    """Has no text of its own."""


def test_what_a_config_may_hold(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.config(
            {
                "layers": {0: 64, 1: {}},
                "options": Options(),
                "all": [Options()],
                "part": functools.partial(double, 1),
            }
        )
    with lightboard.open(tmp_path) as index:
        name = f"<{__name__}.Options object>"
        assert index.runs[0].hparams == {
            "layers.0": 64,
            "layers.1": "{}",
            "options": name,
            "all": f"[{name}]",
            "part": "functools.partial(<function double>, 1)",
        }


def test_what_a_config_may_not_hold(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match=r"settings: expected each name once, found 'a\.b' twice"):
            writer.config({"a.b": 1, "a": {"b": 2}})
        with pytest.raises(
            TypeError, match=r"settings: expected a dict, found argparse\.Namespace .* Give vars\(\) of it"
        ):
            writer.config(argparse.Namespace(lr=0.1))  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="name in settings: expected a str, found tuple"):
            writer.config({"a": {(1, 2): 3}})
    assert messages(tmp_path) == []


def test_a_session_that_ends_in_an_exception_has_failed(tmp_path: Path) -> None:
    def train() -> None:
        with SummaryWriter(tmp_path) as writer:
            writer.config({"lr": 0.1})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        train()
    assert messages(tmp_path)[-1].session_end_info.status == 2


def test_a_config_nested_in_itself_is_refused(tmp_path: Path) -> None:
    endless: dict[str, Any] = {}
    endless["again"] = endless
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match="nested at most 16 deep"):
            writer.config(endless)
        with pytest.raises(TypeError, match="settings: expected a dict"):
            writer.config([("lr", 1)])  # type: ignore[arg-type]
    assert messages(tmp_path) == []


def test_after_close_settings_go_to_a_new_file(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    writer.close()
    with pytest.warns(LightboardWarning, match="after close"):
        writer.config({"lr": 0.1})
    writer.close()
    assert len(messages(tmp_path)) == 2


def test_a_forked_child_does_not_end_its_parents_session(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.config({"lr": 0.1})
        child = os.fork()
        if child == 0:
            writer.add_scalar("loss", 1)
            writer.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    assert sorted(len(events(path)) for path in event_files(tmp_path)) == [2, 3]


def test_a_writer_is_closed_also_if_the_end_of_its_session_raises(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path / "run")
    writer.config({"lr": 0.1})
    writer.flush()
    time.sleep(0.2)  # How often a file is looked for.
    shutil.rmtree(tmp_path / "run")
    writer.add_scalar("loss", 0.0, 1)
    writer._files.core.flush()  # What it finds is told by the next call.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(LightboardWarning, match="deleted"):
            writer.close()
    assert writer.file_writer is None
    assert messages(tmp_path / "run")[-1].session_end_info.status == 1


def test_what_the_constructor_is_given_is_one_record(tmp_path: Path) -> None:
    """TensorBoard keeps the first record of a run, so that it has to hold all."""
    SummaryWriter(tmp_path, config={"lr": 0.5, "model": {"layers": 2}}, rank=3, capture=True).close()
    settings = hparams(tmp_path / "rank_3")
    assert settings.items() >= {"lr": 0.5, "model.layers": 2.0, "process.rank": 3.0}.items()
    assert "capture.python" in settings


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ([("lr", 1)], "config: expected a dict, found list"),
        ({(1, 2): 3}, "name in config: expected a str, found tuple"),
    ],
)
def test_a_config_that_is_refused_makes_no_run(tmp_path: Path, config: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        SummaryWriter(tmp_path / "run", config=config)
    assert not (tmp_path / "run").exists()
