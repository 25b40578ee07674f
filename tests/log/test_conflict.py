"""A second live writer in a run's directory is noticed and named."""

import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from lightboard import LightboardWarning, SummaryWriter
from lightboard.log import conflict
from log.program import Program

HOST = socket.gethostname()


def warnings_of_a_second_writer(directory: Path) -> list[str]:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        SummaryWriter(directory).close()
    assert {warning.category for warning in warned} <= {LightboardWarning}
    return [str(warning.message) for warning in warned]


def test_another_process(tmp_path: Path) -> None:
    program = Program(
        "writer = SummaryWriter('run'); say(writer._files.core.path)\nwhile True: signal.pause()", tmp_path
    )
    path = program.line()
    (message,) = warnings_of_a_second_writer(tmp_path / "run")
    for text in (
        str(tmp_path / "run"),
        f"process {program.pid} on {HOST}",
        os.path.basename(path),
        "of its own",
    ):
        assert text in message
    os.kill(program.pid, signal.SIGKILL)
    program.end()
    assert warnings_of_a_second_writer(tmp_path / "run") == []


def test_the_same_process(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path):
        (message,) = warnings_of_a_second_writer(tmp_path)
    assert f"process {os.getpid()} on {HOST}" in message
    assert warnings_of_a_second_writer(tmp_path) == []


def test_a_writer_that_ended_without_close(tmp_path: Path) -> None:
    Program("SummaryWriter('run').add_scalar('loss', 0.0, 0)", tmp_path).end()
    assert warnings_of_a_second_writer(tmp_path / "run") == []


def test_the_parent_of_a_forked_child_that_lives_on_may_close(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run")
child = os.fork()
if child == 0:
    while True: signal.pause()
writer.close()
say(child)
"""
    program = Program(text, tmp_path)
    child = int(program.line())
    assert program.process.wait() == 0
    assert warnings_of_a_second_writer(tmp_path / "run") == []
    os.kill(child, signal.SIGKILL)
    program.end()


def test_sub_runs_are_no_conflict(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("loss", {"a": 1.0}, 1)
        writer.add_scalars("loss", {"a": 1.0, "b": 1.0}, 1)


def test_a_live_writer_of_torch(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path))
    (message,) = warnings_of_a_second_writer(tmp_path)
    writer.close()
    assert f"process {os.getpid()} on {HOST}" in message
    assert "changed less than two minutes ago" in message


def event_file(directory: Path, host_and_rest: str, age_secs: float = 1.0) -> None:
    path = directory / f"events.out.tfevents.1763800000.{host_and_rest}"
    path.write_bytes(b"\x18\0\0\0\0\0\0\0")
    os.utime(path, (time.time() - age_secs,) * 2)


def pid_of_nobody() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("name", "age_secs", "named"),
    [
        ("{host}.{alive}.0", 1, "process {alive} on {host}"),
        ("{host}.{alive}.0.v2", 1, "process {alive} on {host}"),
        ("{host}.{alive}.0", 150, None),
        ("{host}.{dead}.0", 1, None),
        ("{host}", 1, "a process on {host}"),
        ("{host}", 150, None),
        ("gpu3.example.org.4711.0", 1, "process 4711 on gpu3.example.org"),
        ("gpu3.example.org.4711.0", 150, None),
        ("gpu3", 1, "a process on gpu3"),
    ],
)
def test_files_of_other_writers(tmp_path: Path, name: str, age_secs: float, named: str | None) -> None:
    facts = {"host": HOST, "alive": os.getpid(), "dead": pid_of_nobody()}
    event_file(tmp_path, name.format(**facts), age_secs)
    messages = warnings_of_a_second_writer(tmp_path)
    assert [named.format(**facts) in message for message in messages if named] == [True] * (named is not None)
    assert len(messages) == (named is not None)


def test_things_that_are_no_event_files(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1763800000.host.1.0").mkdir()
    os.mkfifo(tmp_path / "events.out.tfevents.1763800000.host.2.0")
    (tmp_path / "events.out.tfevents.1763800000.host.3.0").symlink_to("nowhere")
    (tmp_path / "notes.txt").write_text("")
    assert warnings_of_a_second_writer(tmp_path) == []


def test_a_clock_that_was_set_forward_makes_no_file_an_earlier_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_text("long", "text" * 100)
    later = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    assert conflict.earlier_files(str(tmp_path), "another") == []
