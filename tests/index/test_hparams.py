"""Hyper-parameters: those of every run in one answer, whatever was logged and however often."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.plugins.hparams import metadata, plugin_data_pb2
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboardX import SummaryWriter as TensorboardX

import lightboard
from index.following import Following
from index.records import NAME, append, frame, header, scalar, write
from lightboard import _core
from lightboard.index import Run, UnavailableError

Follow = Callable[..., Following]
TAG = "_hparams_/session_start_info"


def event(wall_time: float, *values: Summary.Value) -> bytes:
    return frame(Event(wall_time=wall_time, summary=Summary(value=values)).SerializeToString())


def started(wall_time: float, settings: dict[str, Any]) -> bytes:
    """A session start as TensorFlow writes it."""
    return event(wall_time, *hparams_pb(settings).value)


def message(content: bytes) -> Summary.Value:
    data = SummaryMetadata.PluginData(plugin_name=metadata.PLUGIN_NAME, content=content)
    return Summary.Value(tag=TAG, metadata=SummaryMetadata(plugin_data=data))


def session(plugin_data: plugin_data_pb2.HParamsPluginData) -> Summary.Value:
    return message(plugin_data.SerializeToString())


def known(logs: Path) -> dict[str, dict[str, Any]]:
    """Of each run that has some."""
    with lightboard.open(logs, cache_dir=None) as index:
        return {run.name: run.hparams for run in index.runs if run.hparams}


def answered(following: Following) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Hyper-parameters by run, and the runs that lack them, by name."""
    body = json.loads(following.index.hparams())
    assert body["incomplete"] == sorted(body["incomplete"])
    names = {run["id"]: run["name"] for run in following.state()["runs"]}
    return {names[run]: of for run, of in body["runs"].items()}, [names[run] for run in body["incomplete"]]


def test_what_tensorboardx_logs_counts_for_its_sub_run_and_the_run_above(tmp_path: Path) -> None:
    settings = {"lr": 0.001, "optimizer": "adam", "bf16": True, "layers": 3}
    with TensorboardX(str(tmp_path / "one")) as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.add_hparams(settings, {"accuracy": 0.9}, name="made")
    found = known(tmp_path)
    assert found == {"one": settings, "one/made": settings}
    assert {name: type(value) for name, value in found["one"].items()} == {
        "lr": float, "optimizer": str, "bf16": bool, "layers": float,
    }  # fmt: skip


@pytest.mark.torch
def test_what_torch_logs_counts_for_its_sub_run_and_the_run_above(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="run by make test-torch")
    from torch.utils.tensorboard import SummaryWriter as Torch

    settings = {"lr": 0.001, "optimizer": "adam", "bf16": True, "layers": 3}
    with Torch(str(tmp_path / "one")) as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.add_hparams(settings | {"scheduler": None}, {"accuracy": 0.9})
    found = known(tmp_path)
    (timed,) = found.keys() - {"one"}
    assert found == {"one": settings, timed: settings}


def test_sub_runs_count_for_the_run_above_only_where_they_agree(tmp_path: Path) -> None:
    with TensorboardX(str(tmp_path / "sweep")) as writer:
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, name="a")
        writer.add_hparams({"lr": 0.2}, {"accuracy": 0.9}, name="b")
    with TensorboardX(str(tmp_path / "again")) as writer:
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, name="a")
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.95}, name="b")
    assert known(tmp_path) == {
        "sweep/a": {"lr": 0.1}, "sweep/b": {"lr": 0.2},
        "again": {"lr": 0.1}, "again/a": {"lr": 0.1}, "again/b": {"lr": 0.1},
    }  # fmt: skip


def test_a_runs_own_go_before_those_of_its_sub_runs(tmp_path: Path) -> None:
    with TensorboardX(str(tmp_path / "run")) as writer:
        writer.add_hparams({"lr": 0.2}, {"accuracy": 0.9}, name="a")
        path = next((tmp_path / "run").glob("*tfevents*"))
    append(path, started(1.0, {"lr": 0.1}))
    # A folder that people laid out is nobody's sub-run.
    write(tmp_path / "group", header() + scalar(0, 1.0))
    write(tmp_path / "group" / "member", header() + started(1.0, {"lr": 0.3}))
    assert known(tmp_path) == {
        "run": {"lr": 0.1},
        "run/a": {"lr": 0.2},
        "group/member": {"lr": 0.3},
    }


def test_the_latest_session_start_of_a_run_counts(tmp_path: Path) -> None:
    run = tmp_path / "run"
    write(run, header(1e9) + started(1e9 + 1, {"lr": 0.1, "old": 1}) + started(1e9 + 9, {"lr": 0.4}))
    write(run, header(1e9 + 2) + started(1e9 + 3, {"lr": 0.2}), NAME.replace("host.1", "host.2"))
    assert known(tmp_path) == {"run": {"lr": 0.4}}
    write(run, header(1e9 + 4) + started(1e9 + 9, {"lr": 0.5}), NAME.replace("host.1", "host.3"))
    assert known(tmp_path) == {"run": {"lr": 0.5}}


def test_settings_of_every_type(tmp_path: Path, follow: Follow) -> None:
    told = plugin_data_pb2.HParamsPluginData()
    hparams = told.session_start_info.hparams
    for name, number in {"nan": math.nan, "up": math.inf, "down": -math.inf, "zero": 0.0}.items():
        hparams[name].number_value = number
    hparams["text"].string_value = "NaN"
    hparams["empty"].string_value = ""
    hparams["no"].bool_value = False
    hparams["null"].null_value = 0
    hparams["list"].list_value.extend([1, "a", None, True])
    hparams["struct"].struct_value["rate"] = 0.5
    write(tmp_path / "run", header() + event(1.0, session(told)))
    following = follow(tmp_path)
    following.until_loaded()
    ((hparams, incomplete),) = [answered(following)]
    texts = {"text": "NaN", "empty": "", "list": '[1.0,"a",null,true]', "struct": '{"struct":{"rate":0.5}}'}
    rest = {"no": False, "zero": 0.0} | texts
    assert hparams["run"] == {"nan": "NaN", "up": "Infinity", "down": "-Infinity"} | rest
    assert incomplete == []
    found = known(tmp_path)["run"]
    assert math.isnan(found.pop("nan"))
    assert found == {"up": math.inf, "down": -math.inf} | rest


def test_a_damaged_value_costs_its_run_only(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "good", header() + started(1.0, {"lr": 0.1}))
    write(tmp_path / "bad", header() + started(1.0, {"lr": 0.1}) + event(2.0, message(b"\xff")))
    experiment = plugin_data_pb2.HParamsPluginData()
    experiment.experiment.name = "e"
    write(tmp_path / "other", header() + event(2.0, session(experiment)))
    write(tmp_path / "large", header() + started(2.0, {"text": "x" * (1 << 20)}))
    write(tmp_path / "none", header() + scalar(0, 1.0))
    following = follow(tmp_path)
    following.until_loaded()
    hparams, incomplete = answered(following)
    assert hparams == {"good": {"lr": 0.1}}
    assert sorted(incomplete) == ["bad", "large", "other"]
    with lightboard.open(tmp_path, cache_dir=None) as index:
        assert index.runs["none"].hparams == {}
        for run, code, why in (
            ("bad", "not_decodable", "protobuf"),
            ("other", "not_decodable", "expected the start of a session"),
            ("large", "value_too_large", "bytes"),
        ):
            with pytest.raises(UnavailableError, match=why) as raised:
                index.runs[run].hparams  # noqa: B018
            assert raised.value.code == code


def read_again(run: Run) -> dict[str, Any]:
    """What could not be read is tried again, but not at each question."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return run.hparams
        except UnavailableError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_what_takes_too_much_memory_together_costs_the_runs_that_come_last(
    tmp_path: Path, follow: Follow
) -> None:
    # Each record is below the bound; read it takes some 6 MB.
    told = plugin_data_pb2.HParamsPluginData()
    for number in range(80_000):
        told.session_start_info.hparams[f"{number:x}"].bool_value = True
    content = header() + event(2.0, session(told))
    names = [f"{number:02}" for number in range(30)]
    for name in names:
        write(tmp_path / name, content)
    write(tmp_path / "small", header() + started(1.0, {"lr": 0.1}))
    following = follow(tmp_path)
    following.until_loaded()
    hparams, incomplete = answered(following)
    assert len(hparams["00"]) == 80_000
    assert sorted(incomplete) == [*names[len(hparams) :], "small"]
    assert 10 < len(hparams) < 30


def test_a_file_that_is_gone_is_told_and_asked_again(tmp_path: Path) -> None:
    path = write(tmp_path / "run", header() + started(1.0, {"lr": 0.1}))
    content = path.read_bytes()
    with lightboard.open(tmp_path, cache_dir=None) as index:
        run = index.runs["run"]
    # Closed: nobody notices the file's end but who reads it.
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(UnavailableError) as raised:
        run.hparams  # noqa: B018
    assert raised.value.code == "file_gone"
    path.with_name("elsewhere").rename(path)
    assert path.read_bytes() == content
    assert read_again(run) == {"lr": 0.1}
    # What was read once is kept.
    path.unlink()
    assert run.hparams == {"lr": 0.1}


def test_changes_name_the_tag(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", header() + scalar(0, 1.0) + started(1.0, {"lr": 0.1}))
    write(tmp_path / "other", header() + started(1.0, {"lr": 0.7}))
    following = follow(tmp_path)
    following.until_loaded()
    before = following.until_quiet()
    assert answered(following)[0] == {"run": {"lr": 0.1}, "other": {"lr": 0.7}}
    append(path, started(2.0, {"lr": 0.2}))
    following.until(
        lambda: answered(following)[0].get("run") == {"lr": 0.2} and following.index.version > before
    )
    change = following.changes(before)
    assert change["series"] == {TAG: [0]}
    assert change["runs"] == [following.run("run")["id"]]
    assert answered(following)[0]["other"] == {"lr": 0.7}
    path.unlink()
    following.until(lambda: "run" not in answered(following)[0])


def test_an_index_that_has_read_nothing_yet_says_so(tmp_path: Path) -> None:
    index = _core.Index([("runs", str(tmp_path / "none"))], cache_dir=None)
    try:
        assert json.loads(index.hparams())["runs"] == {}
    finally:
        index.close()
