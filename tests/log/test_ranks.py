"""Ranks: which processes of a program log, and where, as the readers see it."""

from pathlib import Path
from typing import Any

import pytest
from tensorboard.plugins.scalar.metadata import parse_plugin_metadata

import lightboard
from lightboard import SummaryWriter
from lightboard.index.columns import decode
from lightboard.log.scalars import Reduce
from log.program import Program, run, succeed, until
from log.records import Point, event_files, events, points_of, points_so_far, steps

VARIABLES = ("RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID")


@pytest.fixture(autouse=True)
def _no_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def runs(directory: Path) -> dict[str, dict[str, Any]]:
    """Name and hyper-parameters of each run."""
    with lightboard.open(directory) as index:
        return {run.name: dict(run.hparams) for run in index.runs}


@pytest.mark.parametrize(
    ("environment", "arguments", "found"),
    [
        ({}, {}, {"run": {}}),
        ({"RANK": "3"}, {}, {"run": {}}),  # as in torch
        ({"RANK": "3"}, {"ranks": "all"}, {"run/rank_3": {"process.rank": 3}}),
        (
            {"OMPI_COMM_WORLD_RANK": "2", "SLURM_PROCID": "0"},
            {"ranks": "all"},
            {"run/rank_2": {"process.rank": 2}},
        ),
        ({"SLURM_PROCID": "11"}, {"ranks": "all"}, {"run/rank_11": {"process.rank": 11}}),
        ({"RANK": ""}, {"ranks": "all"}, {"run": {}}),
        ({"RANK": "3"}, {"rank": 0}, {"run/rank_0": {"process.rank": 0}}),
        ({"RANK": "3"}, {"rank": 0, "ranks": "zero"}, {"run": {}}),
        ({"RANK": "0"}, {"ranks": "zero"}, {"run": {}}),
        ({"RANK": "1"}, {"ranks": "zero"}, {}),
        ({}, {"ranks": "zero"}, {"run": {}}),
        ({"RANK": "0"}, {"ranks": "auto"}, {"run": {}}),
        ({"SLURM_PROCID": "1"}, {"ranks": "auto"}, {}),
        ({}, {"ranks": "auto"}, {"run": {}}),
        ({}, {"rank": 1, "ranks": "auto"}, {"run/rank_1": {"process.rank": 1}}),
    ],
    ids=repr,
)
def test_which_ranks_log_and_where(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    arguments: dict[str, Any],
    found: dict[str, dict[str, Any]],
) -> None:
    monkeypatch.setenv(
        "LIGHTBOARD_CHECKS", "off"
    )  # That nothing is said of ranks, as in torch, is warned of.
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with SummaryWriter(tmp_path / "run", **arguments) as writer:
        writer.add_scalar("loss", 1.0, 1)
        assert writer.log_dir == str(tmp_path / next(iter(found), "run"))
    assert runs(tmp_path) == found
    assert (tmp_path / "run").exists() == bool(found)


def test_the_rank_stays_beside_what_the_program_sets(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, rank=2) as writer:
        writer.config({"lr": 0.5})
    assert runs(tmp_path) == {"rank_2": {"process.rank": 2, "lr": 0.5}}


def test_the_rank_of_a_run_in_which_only_the_machine_is_watched(tmp_path: Path) -> None:
    SummaryWriter(tmp_path, rank=2, system_metrics=True).close()
    assert runs(tmp_path) == {"rank_2": {"process.rank": 2}}


def test_the_rank_of_a_process_that_is_killed_before_it_logs_anything(tmp_path: Path) -> None:
    program = Program(
        "writer = SummaryWriter('run', rank=2, system_metrics=True)\nsys.stdin.read()", tmp_path
    )
    place = tmp_path / "run" / "rank_2"
    until(lambda: place.is_dir() and points_so_far(place) != [], "a number of the machine")
    program.process.kill()
    program.end()
    assert runs(tmp_path / "run") == {"rank_2": {"process.rank": 2}}


@pytest.mark.parametrize(
    "ends", ["del writer; gc.collect(); os._exit(0)", "writer.file_writer.close(); os._exit(0)", "sys.exit()"]
)
def test_the_rank_of_a_writer_that_logs_nothing(tmp_path: Path, ends: str) -> None:
    succeed(f"import gc\nwriter = SummaryWriter('run', rank=2)\n{ends}", tmp_path)
    assert runs(tmp_path / "run") == {"rank_2": {"process.rank": 2}}


def test_the_rank_of_a_child_of_multiprocessing_that_logs_nothing(tmp_path: Path) -> None:
    succeed(
        """
import multiprocessing
def train():
    global writer  # As long as the process.
    writer = SummaryWriter("run", rank=2)
if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=train)
    child.start()
    child.join()
""",
        tmp_path,
    )
    assert runs(tmp_path / "run") == {"rank_2": {"process.rank": 2}}


@pytest.mark.parametrize(
    ("environment", "arguments", "kind", "message"),
    [
        ({}, {"rank": -1}, ValueError, "rank: expected 0, 1, …, found -1"),
        ({}, {"rank": 1.5}, ValueError, "rank: expected 0, 1, …, found 1 and a fraction"),
        ({}, {"rank": "first"}, ValueError, "rank: expected a whole number"),
        ({}, {"rank": 1j}, TypeError, "rank: expected a real number"),
        ({}, {"ranks": "some"}, ValueError, 'ranks: expected "all", "zero" or "auto", found \'some\''),
        (
            {"RANK": "x"},
            {"ranks": "all"},
            ValueError,
            "environment variable RANK: expected a rank .* found 'x'",
        ),
        ({}, {"rank": 1, "log_dir": None}, ValueError, "log_dir: expected a directory that all ranks share"),
        ({}, {"rank": 1, "log_dir": 5}, TypeError, "log_dir: expected a str or a path"),
    ],
    ids=repr,
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    arguments: dict[str, Any],
    kind: type[Exception],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(kind, match=message):
        SummaryWriter(**{"log_dir": "run", **arguments})
    assert list(tmp_path.iterdir()) == []


def test_ranks_say_how_they_are_brought_together(tmp_path: Path) -> None:
    for rank in range(2):
        with SummaryWriter(tmp_path, rank=rank) as writer:
            for step in range(3):
                writer.add_scalar("memory", rank + step, step, reduce="max")
                words = "of *training*" if step == 0 else ""
                writer.add_scalar("loss", rank, step, summary_description=words, reduce="mean")
                writer.add_scalar("plain", rank, step)
    (path,) = event_files(tmp_path / "rank_1")
    told = [
        (value.tag, event.step, value.metadata)
        for event in events(path)
        for value in event.summary.value
        if value.HasField("metadata") and value.tag in ("memory", "loss")
    ]
    # With the first number of a tag only; TensorBoard reads what it knows, and skips the rest.
    assert [(tag, step) for tag, step, _ in told] == [("memory", 0), ("loss", 0)]
    for _, _, metadata in told:
        assert metadata.plugin_data.plugin_name == "scalars"
        assert parse_plugin_metadata(metadata.plugin_data.content).version == 0
    assert told[1][2].summary_description == "of *training*"
    assert [point for point in points_of(path) if point.tag == "memory"] == [
        Point("memory", step, 1 + step) for step in range(3)
    ]
    with lightboard.open(tmp_path) as index:
        found = {(series.run.name, series.tag): series.reduce for series in index.series()}
        ids = [run.id for run in index.runs]
        header = decode(
            index._core.groups(
                ["memory", "loss", "plain"], [("all", ids)], axis="step", x_min=None, x_max=None,
                width=100, smoothing=None, alignment=None,
            )
        ).header  # fmt: skip
    groups, pictures = header["groups"], header["pictures"]
    for rank in range(2):
        assert found[f"rank_{rank}", "memory"] == "max"
        assert found[f"rank_{rank}", "loss"] == "mean"
        assert found[f"rank_{rank}", "plain"] is None
    assert [(group["reduce"], group["jobs"]) for group in groups] == [("max", 1), ("mean", 1), (None, 1)]
    assert {picture["tag"]: picture["description"] for picture in pictures} == {
        "memory": "",
        "loss": "of *training*",
        "plain": "",
    }


def test_ranks_of_several_jobs_and_runs_that_disagree(tmp_path: Path) -> None:
    said: dict[str, Reduce | None] = {"a": "sum", "b": "sum", "c": "max", "alone": None}
    for job, reduce in said.items():
        for rank in (None,) if reduce is None else range(2):
            with SummaryWriter(tmp_path / job, rank=rank) as writer:
                writer.add_scalar("tokens", 1, 1, reduce=reduce)
    with lightboard.open(tmp_path) as index:
        named = {run.name: run.id for run in index.runs}
        of = {job: [id for name, id in named.items() if name.split("/")[0] == job] for job in "abc"}
        groups = [
            ("one", of["a"]),
            ("two", of["a"] + of["b"]),
            ("plain beside", [named["alone"], *of["b"]]),
            ("not alike", of["b"] + of["c"]),
        ]
        header = decode(
            index._core.groups(
                ["tokens"], groups, axis="step", x_min=None, x_max=None,
                width=100, smoothing=None, alignment=None,
            )
        ).header  # fmt: skip
    assert [(group["reduce"], group["jobs"], group["runs"]) for group in header["groups"]] == [
        ("sum", 1, 2),
        ("sum", 2, 4),
        ("sum", 2, 3),
        (None, 2, 4),
    ]


@pytest.mark.parametrize("is_plain_first", [False, True])
def test_a_tag_that_is_described_before(tmp_path: Path, is_plain_first: bool) -> None:
    with SummaryWriter(tmp_path) as writer:
        if is_plain_first:
            writer.add_scalar("loss", 1, 0)
        writer.add_scalar("loss", 1, 1, display_name="Loss", summary_description="the *mean*")
        writer.flush()
        with lightboard.open(tmp_path) as index:
            (series,) = index.series("loss")
            assert (series.described.display_name, series.reduce) == ("Loss", None)
            writer.add_scalar("loss", 1, 2, reduce="max")
            writer.flush()
            until(lambda: series.reduce == "max", "what is said later")
        writer.add_scalar("loss", 1, 3)
    with lightboard.open(tmp_path) as index:
        (series,) = index.series("loss")
        assert series.reduce == "max"
        assert series.described.display_name == "Loss"
        assert series.described.description == "the *mean*"


def test_a_tag_that_is_described_after(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1, 0, reduce="max")
        writer.add_scalar("loss", 1, 1, display_name="Loss")
        writer.add_scalar("loss", 1, 2, summary_description="the *mean*", reduce="max")
        writer.add_scalar("loss", 1, 3, display_name="Loss")
    with lightboard.open(tmp_path) as index:
        (series,) = index.series("loss")
        assert series.reduce == "max"
        assert series.described.display_name == "Loss"
        assert series.described.description == "the *mean*"


def test_what_cannot_be_said_of_ranks_is_refused(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match=r"reduce: expected one of 'mean', .*found 'product'"):
            writer.add_scalar("a", 1, 1, reduce="product")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="reduce: expected them with a simple"):
            writer.add_scalar("a", 1, 1, new_style=True, reduce="max")
        with pytest.raises(TypeError, match="tag: expected a str"):
            writer.add_scalar(["a"], 1, 1, reduce="max")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="expected a number"):
            writer.add_scalar("a", "high", 1, reduce="max")
        writer.add_scalar("a", 1, 2, reduce="max")  # The first that is logged tells.
        with pytest.raises(ValueError, match="reduce of tag 'a': expected 'max', as before, found 'min'"):
            writer.add_scalar("a", 1, 3, reduce="min")
        writer.add_scalar("a", 1, 4)
    assert steps(tmp_path, "a") == [2, 4]
    with lightboard.open(tmp_path) as index:
        (series,) = index.series("a")
        assert series.reduce == "max"


PROCESSES = """
import multiprocessing

def train(rank):
    writer = SummaryWriter("run", rank=rank)
    for step in range(50):
        writer.add_scalar("loss", rank, step)
    kept.append(writer)  # left open: a process that ends loses nothing

kept = []

if __name__ == "__main__":
    context = multiprocessing.get_context(METHOD)
    processes = [context.Process(target=train, args=(rank,)) for rank in range(4)]
    for process in processes: process.start()
    for process in processes: process.join()
    assert [process.exitcode for process in processes] == [0] * 4
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_ranks_of_multiprocessing(tmp_path: Path, method: str) -> None:
    assert "LightboardWarning" not in run(f"METHOD = {method!r}\n" + PROCESSES, tmp_path)[2]
    assert runs(tmp_path) == {f"run/rank_{rank}": {"process.rank": rank} for rank in range(4)}
    for rank in range(4):
        assert steps(tmp_path / "run" / f"rank_{rank}") == list(range(50))


TORCHRUN = """
import torch, torch.distributed as dist

dist.init_process_group("gloo")
with SummaryWriter("all", ranks="all") as everyone, SummaryWriter("auto", ranks="auto") as first:
    for step in range(20):
        loss = torch.tensor(float(dist.get_rank()))
        everyone.add_scalar("loss", loss, step)
        dist.all_reduce(loss)
        first.add_scalar("loss", loss, step)
dist.destroy_process_group()
"""


@pytest.mark.torch
def test_torchrun(tmp_path: Path) -> None:
    launcher = """
import runpy
sys.argv[1:] = ["--standalone", "--nproc-per-node", "4", "train.py"]
runpy.run_module("torch.distributed.run", run_name="__main__")
"""
    (tmp_path / "train.py").write_text("from lightboard import SummaryWriter\n" + TORCHRUN)
    succeed(launcher, tmp_path)
    assert runs(tmp_path) == {"auto": {}} | {f"all/rank_{rank}": {"process.rank": rank} for rank in range(4)}
    for name in runs(tmp_path):
        assert len(event_files(tmp_path / name)) == 1
        assert steps(tmp_path / name) == list(range(20))


LOADER = """
import torch
from torch.utils.data import DataLoader, Dataset

class Numbers(Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, at):
        WRITER.add_scalar("read", at, at)
        return torch.tensor(at)

if __name__ == "__main__":
    WRITER = SummaryWriter("run", ranks="zero")
    for epoch in range(2):
        loader = DataLoader(Numbers(), batch_size=2, num_workers=2, multiprocessing_context="fork")
        for step, batch in enumerate(loader):
            WRITER.add_scalar("loss", batch.sum(), epoch * 4 + step)
"""


@pytest.mark.torch
@pytest.mark.parametrize(("rank", "found"), [("0", [*range(8)] * 2), ("1", [])])
def test_workers_of_a_data_loader_log_as_their_rank_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rank: str, found: list[int]
) -> None:
    monkeypatch.setenv("RANK", rank)
    succeed(LOADER, tmp_path)
    assert (tmp_path / "run").exists() == bool(found)
    if found:
        assert len(event_files(tmp_path / "run")) == 5
        assert sorted(steps(tmp_path / "run", "read")) == sorted(found)
        assert steps(tmp_path / "run") == list(range(8))
