"""Restarts, several writers at a time and purge steps, by the writers of the peers and in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboardX import SummaryWriter as TensorboardXWriter

from doctor.looking import codes, found
from index.records import scalars, session_start, write
from lightboard import SummaryWriter
from logdirs import FIRST_WALL_TIME, write_run

pytestmark = pytest.mark.usefixtures("only_records")

ATTEMPTS = {"restarted", "writers_at_once", "purge_without_effect", "purge_reaches_others"}
LATER = FIRST_WALL_TIME + 1000


def attempts(path: Path) -> set[str]:
    return codes(path) & ATTEMPTS


def log(writer: SummaryWriter | TensorboardXWriter, steps: Iterable[int], *tags: str) -> None:
    for step in steps:
        for tag in tags or ("loss",):
            writer.add_scalar(tag, float(step), step)
    writer.close()


@pytest.mark.detects("E01", "restarted")
def test_training_that_begins_again_in_the_same_folder(tmp_path: Path) -> None:
    first = write_run(tmp_path / "run", {"loss": [3.0, 2.0, 1.0]})
    again = write_run(tmp_path / "run", {"loss": [3.5, 2.5]}, first_wall_time=LATER)
    finding = found("restarted", tmp_path)
    assert [place.path for place in finding.places] == [str(first), str(again)]
    assert [(place.seen or "").split(",")[0] for place in finding.places] == ["steps 0 to 2", "steps 0 to 1"]
    assert "loss had come to step 2" in finding.seen


def test_training_that_goes_on_in_a_second_file(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"loss": [3.0, 2.0, 1.0]})
    write_run(tmp_path / "run", {"loss": [0.5, 0.25]}, first_step=3, first_wall_time=LATER)
    write_run(tmp_path / "run", {"loss": [0.25, 0.1]}, first_step=4, first_wall_time=LATER + 500)
    write_run(tmp_path / "run", {"accuracy": [0.5, 0.25]}, first_wall_time=LATER + 1000)
    assert codes(tmp_path) == set()


def test_a_copy_is_no_restart(tmp_path: Path) -> None:
    path = write_run(tmp_path / "run", {"loss": [3.0, 2.0, 1.0]})
    path.with_name(f"{path.name} (1)").write_bytes(path.read_bytes())
    assert attempts(tmp_path) == set()


def test_what_add_hparams_leaves_is_no_restart(tmp_path: Path) -> None:
    log(TensorboardXWriter(str(tmp_path)), range(3), "accuracy")
    writer = TensorboardXWriter(str(tmp_path), filename_suffix=".hparams")
    writer.add_hparams({"lr": 0.1}, {"accuracy": 2.0}, name=".", global_step=0)
    writer.close()
    assert attempts(tmp_path) == set()


@pytest.mark.detects("E02", "writers_at_once")
def test_two_writers_at_a_time(tmp_path: Path) -> None:
    writers = [TensorboardXWriter(str(tmp_path / "run"), filename_suffix=f".{rank}") for rank in (0, 1)]
    for step in range(3):
        for rank, writer in enumerate(writers):
            writer.add_scalar("loss", rank + step, step)
    for writer in writers:
        writer.close()
    finding = found("writers_at_once", tmp_path)
    assert finding.count == 2
    assert "logged loss at the same time" in finding.seen


@pytest.mark.detects("E02", "writers_at_once")
def test_two_processes_that_both_go_on(tmp_path: Path) -> None:
    """They have no tag in common, but TensorBoard's Python reader follows the file of one of them only."""
    program = (
        "import sys; from tensorboardX import SummaryWriter; writer = SummaryWriter(sys.argv[1]);"
        "[(writer.add_scalar('eval', 1.0, int(line)), writer.flush(), print(flush=True)) for line in sys.stdin];"
        "writer.close()"
    )
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1.0, 0)
        with subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            other.stdin.write("0\n")
            other.stdin.flush()
            other.stdout.readline()
            writer.add_scalar("loss", 2.0, 1)
            other.communicate("1\n")
    assert other.returncode == 0
    assert attempts(tmp_path) == {"writers_at_once"}
    for path in tmp_path.iterdir():
        os.utime(path, (FIRST_WALL_TIME, FIRST_WALL_TIME))
    assert attempts(tmp_path) == set(), "none of them is at work any more"


@pytest.mark.detects("W18", "purge_without_effect")
def test_a_purge_step_that_only_the_second_start_was_given(tmp_path: Path) -> None:
    log(TensorboardXWriter(str(tmp_path)), range(10))
    log(TensorboardXWriter(str(tmp_path), purge_step=5, filename_suffix=".2"), range(5, 8))
    accumulator = EventAccumulator(str(tmp_path))
    accumulator.Reload()
    assert len(accumulator.Tensors("loss")) == 13, "TensorBoard's Python reader purges nothing"
    finding = found("purge_without_effect", tmp_path)
    assert finding.count == 2
    assert "goes on at step 5" in finding.seen
    assert attempts(tmp_path) == {"purge_without_effect"}


@pytest.mark.detects("W18", "purge_without_effect")
def test_a_tag_that_is_not_logged_again(tmp_path: Path) -> None:
    log(TensorboardXWriter(str(tmp_path), purge_step=0), range(10), "loss", "pretraining")
    log(TensorboardXWriter(str(tmp_path), purge_step=5, filename_suffix=".2"), range(5, 8))
    assert "pretraining had come beyond it" in found("purge_without_effect", tmp_path).seen


def test_a_purge_step_at_every_start(tmp_path: Path) -> None:
    log(SummaryWriter(tmp_path, purge_step=0), range(10))
    log(SummaryWriter(tmp_path, purge_step=5), range(5, 20))
    assert codes(tmp_path) == set()


@pytest.mark.detects("W19", "purge_reaches_others")
def test_a_purge_step_among_other_workers(tmp_path: Path) -> None:
    worker = scalars(range(20))
    write(tmp_path, worker + session_start(0), "events.out.tfevents.1700000000.worker.7.0")
    chief = scalars(range(10, 15), "global_step", 1_700_000_005.0)
    header = chief[: chief.index(b"brain.Event:2") + 13 + 4]
    write(
        tmp_path,
        header + session_start(10, 1_700_000_006.0) + chief[len(header) :],
        "events.out.tfevents.1700000005.chief.7.0",
    )
    accumulator = EventAccumulator(str(tmp_path))
    accumulator.Reload()
    assert len(accumulator.Tensors("loss")) == 10, "of 20 points that the worker logged"
    finding = found("purge_reaches_others", tmp_path)
    assert "which has steps up to 19" in finding.seen
    assert attempts(tmp_path) == {"purge_reaches_others"}
