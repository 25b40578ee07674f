"""Ranks: which processes of a program log, and where, as the readers see it."""

from pathlib import Path
from typing import Any

import pytest

import lightboard
from lightboard import SummaryWriter
from log.program import run, succeed
from log.records import event_files, steps

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
        ({"RANK": "3"}, {"ranks": "all"}, {"run/rank_3": {"rank": 3}}),
        ({"OMPI_COMM_WORLD_RANK": "2", "SLURM_PROCID": "0"}, {"ranks": "all"}, {"run/rank_2": {"rank": 2}}),
        ({"SLURM_PROCID": "11"}, {"ranks": "all"}, {"run/rank_11": {"rank": 11}}),
        ({"RANK": ""}, {"ranks": "all"}, {"run": {}}),
        ({"RANK": "3"}, {"rank": 0}, {"run/rank_0": {"rank": 0}}),
        ({"RANK": "3"}, {"rank": 0, "ranks": "zero"}, {"run": {}}),
        ({"RANK": "0"}, {"ranks": "zero"}, {"run": {}}),
        ({"RANK": "1"}, {"ranks": "zero"}, {}),
        ({}, {"ranks": "zero"}, {"run": {}}),
        ({"RANK": "0"}, {"ranks": "auto"}, {"run": {}}),
        ({"SLURM_PROCID": "1"}, {"ranks": "auto"}, {}),
        ({}, {"ranks": "auto"}, {"run": {}}),
        ({}, {"rank": 1, "ranks": "auto"}, {"run/rank_1": {"rank": 1}}),
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
    assert runs(tmp_path) == {"rank_2": {"rank": 2, "lr": 0.5}}


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
    assert runs(tmp_path) == {f"run/rank_{rank}": {"rank": rank} for rank in range(4)}
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
    assert runs(tmp_path) == {"auto": {}} | {f"all/rank_{rank}": {"rank": rank} for rank in range(4)}
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
