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
    log(TensorboardXWriter(str(tmp_path / "run")), range(3))
    log(TensorboardXWriter(str(tmp_path / "run"), filename_suffix=".again"), range(2))
    accumulator = EventAccumulator(str(tmp_path / "run"))
    accumulator.Reload()
    assert [one.step for one in accumulator.Tensors("loss")] == [0, 1, 2, 0, 1]
    finding = found("restarted", tmp_path)
    assert [str(place.path).endswith(".again") for place in finding.places] == [False, True]
    assert [(place.seen or "").split(",")[0] for place in finding.places] == ["steps 0 to 2", "steps 0 to 1"]
    assert "loss had come to step 2" in finding.seen


def test_training_that_goes_on_in_a_second_file(tmp_path: Path) -> None:
    starts = [(range(3), "loss"), (range(3, 5), "loss"), (range(4, 6), "loss"), (range(2), "accuracy")]
    for number, (steps, tag) in enumerate(starts):
        log(TensorboardXWriter(str(tmp_path / "run"), filename_suffix=f".{number}"), steps, tag)
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
    """One of two workers was stopped and goes on at step 10; the other was at work all the time."""
    worker = TensorboardXWriter(str(tmp_path), purge_step=0, filename_suffix=".worker0")
    for step in range(20):
        worker.add_scalar("loss", 1.0, step)
    assert attempts(tmp_path) == set()
    program = (
        "import sys; from tensorboardX import SummaryWriter;"
        "writer = SummaryWriter(sys.argv[1], purge_step=10, filename_suffix='.worker1');"
        "[writer.add_scalar('samples', 1.0, step) for step in range(10, 15)]; writer.close()"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    log(worker, [20])
    accumulator = EventAccumulator(str(tmp_path))
    accumulator.Reload()
    assert len(accumulator.Tensors("loss")) == 10, "of 21 points that the worker logged"
    finding = found("purge_reaches_others", tmp_path)
    assert "which has steps up to 20" in finding.seen
    assert attempts(tmp_path) == {"purge_reaches_others"}
