"""What the doctor tells from files about how they were written."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tensorboardX
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from doctor.events import run_in
from doctor.looking import codes, found
from doctor.programs import running
from lightboard import SummaryWriter
from lightboard.api.settings import LogDirectory
from lightboard.doctor import Look
from lightboard.doctor.stages.log import writers
from logdirs import write_run

TWO_HOURS = 7200.0

PROGRAM = """
import os, sys
from doctor.events import scalar
from tensorboard.summary.writer.event_file_writer import EventFileWriter
folder = sys.argv[1]
"""


def program(text: str, folder: Path) -> None:
    """Run a program that logs, to its end; what it wrote is two hours old then."""
    path = os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-c", PROGRAM + text, str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": path})
    age(folder)


def age(folder: Path) -> None:
    then = time.time() - TWO_HOURS
    for file in folder.rglob("*tfevents*"):
        os.utime(file, (then, then))


@pytest.mark.detects("W01", "nothing_logged", "W15", "writer_unused")
def test_writers_that_were_never_closed_or_never_used(tmp_path: Path) -> None:
    program(
        """
first = EventFileWriter(folder + "/short")
first.flush()
for step in range(3):
    first.add_event(scalar(step))
os._exit(0) if os.fork() == 0 else os.wait()
os._exit(0)
""",
        tmp_path / "one",
    )
    program(
        """
unused, used = EventFileWriter(folder + "/unused"), EventFileWriter(folder + "/used")
used.add_event(scalar(1))
used.close()
unused.close()
""",
        tmp_path / "two",
    )
    (short,) = (tmp_path / "one" / "short").iterdir()
    header = 88
    short.write_bytes(short.read_bytes()[:header])  # What the thread had written meanwhile, if anything.
    age(tmp_path / "one")
    finding = found("nothing_logged", tmp_path)
    assert [place.run for place in finding.places] == ["one/short"]
    finding = found("writer_unused", tmp_path)
    assert [(place.run, place.seen) for place in finding.places] == [
        ("two/unused", "its process logged in two/used")
    ]


def test_a_run_that_has_just_begun_is_healthy(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path / "run"))
    writer.flush()
    assert codes(tmp_path) == set()
    age(tmp_path)
    assert "nothing_logged" in codes(tmp_path)
    writer.close()


KILLED = """
import sys
from lightboard import SummaryWriter
writer = SummaryWriter(sys.argv[1])
writer.config({"lr": 0.1})
writer.add_scalar("loss", 0.5, 17)
writer.add_scalar("loss", 0.4, 18)
writer.flush()
if sys.argv[2] == "closed":
    writer.close()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.detects("W02", "writer_not_closed")
def test_a_program_that_was_killed(tmp_path: Path) -> None:
    for how in ("closed", "killed"):
        with running(KILLED, tmp_path / how, how):
            assert "writer_not_closed" not in codes(tmp_path)
    finding = found("writer_not_closed", tmp_path)
    assert [(place.run, place.seen) for place in finding.places] == [
        ("killed", "the last event is of step 18")
    ]


RANKS = """
children = []
for rank in range(3):
    children.append(os.fork())
    if children[-1] == 0:
        writer = EventFileWriter(folder)
        for step in range(3 if rank == {logging} else 0):
            writer.add_event(scalar(step))
        writer.close()
        os._exit(0)
for child in children:
    os.waitpid(child, 0)
"""


@pytest.mark.detects("W06", "ranks_in_one_folder")
def test_a_writer_for_each_rank(tmp_path: Path) -> None:
    program(RANKS.format(logging=1), tmp_path / "run")
    finding = found("ranks_in_one_folder", tmp_path)
    assert [(place.run, place.seen) for place in finding.places] == [
        ("run", "3 processes began files together, 2 logged nothing")
    ]


@pytest.mark.parametrize("silent_first", [True, False])
def test_a_program_that_was_stopped_at_once_and_started_again(tmp_path: Path, silent_first: bool) -> None:
    """Two processes began files within seconds, one after the other."""
    began = int(time.time() - TWO_HOURS)
    for number, is_silent in enumerate((silent_first, not silent_first)):
        file = run_in(tmp_path / "run", [] if is_silent else range(3))
        start = began + 3 * number
        file = file.rename(file.with_name(f"events.out.tfevents.{start}.elsewhere.{4711 + number}.0"))
        os.utime(file, (start + 2, start + 2))
    assert "ranks_in_one_folder" not in codes(tmp_path)
    os.utime(next((tmp_path / "run").glob("*4711.0")), (began + 60, began + 60))
    assert "ranks_in_one_folder" in codes(tmp_path), "the first goes on beside the second"


@pytest.mark.detects("W11", "writer_reopened")
def test_a_writer_that_is_closed_after_each_step(tmp_path: Path) -> None:
    for step in range(50):
        run_in(tmp_path / "run", [step])
    finding = found("writer_reopened", tmp_path)
    assert finding.places[0].seen == f"50 files of process {os.getpid()}"
    for step in range(10):
        run_in(tmp_path / "other", [step])
    assert [place.run for place in found("writer_reopened", tmp_path).places] == ["run"]


@pytest.mark.detects("W12", "W13", "run_in_parts")
def test_calls_that_make_runs_of_their_own(tmp_path: Path) -> None:
    with tensorboardX.SummaryWriter(str(tmp_path / "run")) as writer:
        writer.add_scalars("loss", {"train": 1.0, "valid": 2.0}, 0)
        writer.add_hparams({"lr": 0.1}, {"best": 1.0})
    assert "run_in_parts" not in codes(tmp_path)
    age(tmp_path)
    finding = found("run_in_parts", tmp_path)
    assert finding.places[0].run == "run"
    assert "wrote 3 runs below it, 1 of them made by add_hparams, the first run/" in str(
        finding.places[0].seen
    )
    assert "nothing_logged" not in codes(tmp_path)


def test_runs_below_a_run_are_told_of_when_it_is_asked_for(tmp_path: Path) -> None:
    with tensorboardX.SummaryWriter(str(tmp_path / "run")) as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.add_scalars("losses", {"train": 1.0, "valid": 2.0}, 0)
    age(tmp_path)
    assert "run_in_parts" not in codes(tmp_path)
    assert found("run_in_parts", tmp_path, run="run").places[0].run == "run"


@pytest.mark.detects("W14", "run_is_logdir")
def test_two_starts_in_the_log_directory_itself(tmp_path: Path) -> None:
    """With a directory the comment, which was to tell the starts apart, is ignored."""
    for number in (1, 2):
        how = {
            "comment": f"_lr={number}",
            "filename_suffix": f".{number}",
        }  # else one name, in the same second
        with tensorboardX.SummaryWriter(str(tmp_path), **how) as writer:
            for step in range(5):
                writer.add_scalar("loss", 1.0, step)
        if number == 1:
            assert "run_is_logdir" not in codes(tmp_path)
    finding = found("run_is_logdir", tmp_path)
    assert {place.run for place in finding.places} == {"."}
    assert {Path(str(place.path)) for place in finding.places} == set(tmp_path.iterdir())
    assert "run_is_logdir" not in codes(tmp_path.parent)


def test_very_many_tags_are_compared_within_the_budget(tmp_path: Path) -> None:
    tags = [f"tag{number}" for number in range(30_000)]
    write_run(tmp_path, dict.fromkeys(tags, (1.0,)))
    write_run(tmp_path, dict.fromkeys([*reversed(tags), "loss"], (1.0,)), first_step=1, first_wall_time=1.8e9)
    look = Look([LogDirectory("runs", str(tmp_path))])
    assert [*writers.starts_in_the_root(look), *writers.closed_and_used(look)] == []
    assert look.left > 0
    assert look.left_out == []


@pytest.mark.detects("W26", "logging_heavy")
def test_tensors_that_fill_the_disk(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(16):
            writer.add_tensor("weights", np.zeros(1 << 20, np.float32), step)
            writer.add_scalar("loss", 1.0, step)
    finding = found("logging_heavy", tmp_path)
    assert [(place.tag, place.seen) for place in finding.places] == [
        ("weights", "16 of kind tensor, 4 MiB each, 64 MiB in all")
    ]


@pytest.mark.detects("E03", "file_order_not_time")
def test_files_that_sort_otherwise_than_their_times(tmp_path: Path) -> None:
    older = run_in(tmp_path / "run", range(3), wall_time=time.time())
    run_in(tmp_path / "run", range(3, 6), wall_time=time.time() + 600)
    assert codes(tmp_path) == set()
    older.rename(older.with_name("events.out.tfevents.1999999999.host"))
    finding = found("file_order_not_time", tmp_path)
    assert len(finding.places) == 2
    assert finding.places[1].path == str(older.with_name("events.out.tfevents.1999999999.host"))


@pytest.mark.detects("F19", "clock_ahead")
def test_events_from_the_future(tmp_path: Path) -> None:
    run_in(tmp_path / "now", range(3), wall_time=time.time())
    assert codes(tmp_path) == set()
    run_in(tmp_path / "ahead", range(3), wall_time=time.time() + 10 * 86_400)
    finding = found("clock_ahead", tmp_path)
    assert [place.run for place in finding.places] == ["ahead"]
    assert "10 days" in finding.seen
