"""What the doctor finds out about programs that run."""

import os
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from doctor.looking import codes, found
from doctor.programs import running
from lightboard.doctor import processes

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")


FORKED = """
import os, sys, time
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.event_file_writer import EventFileWriter
writer = EventFileWriter(sys.argv[1])
writer.add_event(Event(step=1))
writer.flush()
child = os.fork()
if child == 0:
    for step in range(int(sys.argv[2])):
        writer.add_event(Event(step=step))
    sys.stdin.read()
while sys.argv[2] != "1" and open(f"/proc/{child}/syscall").read().split()[2:3] != ["0x189"]:
    os.sched_yield()
print("ready", flush=True)
sys.stdin.read()
"""


@linux
@pytest.mark.skipif(os.getuid() != 0, reason="may not see what another process waits for")
@pytest.mark.detects("W05", "writer_forked")
def test_a_child_that_logs_with_its_parents_writer(tmp_path: Path) -> None:
    with running(FORKED, tmp_path / "hangs", "40") as process:
        finding = found("writer_forked", tmp_path)
        assert [place.path for place in finding.places] == [
            str(file) for file in (tmp_path / "hangs").iterdir()
        ]
        assert finding.places[0].run == "hangs"
        assert f"started by {process.pid}, hangs" in str(finding.places[0].seen)
    with running(FORKED, tmp_path / "waits", "1"):
        assert "writer_forked" not in codes(tmp_path)


WRITER = """
import sys
from tensorboardX import SummaryWriter
writer = SummaryWriter(sys.argv[1])
writer.add_scalar("loss", 1.0, 0)
writer.close() if len(sys.argv) > 2 else writer.flush()
print("ready", flush=True)
sys.stdin.read()
"""


@linux
@pytest.mark.detects("F15", "writer_file_deleted")
def test_a_writer_whose_folder_was_removed(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "linked").symlink_to("../elsewhere")
    with running(WRITER, tmp_path / "elsewhere" / "run") as process:
        assert codes(runs) <= {"file_empty"}
        shutil.rmtree(tmp_path / "elsewhere" / "run")
        (place,) = found("writer_file_deleted", runs).places
        assert str(place.path).startswith(str(tmp_path / "elsewhere" / "run" / "events.out.tfevents."))
        assert (place.logdir, place.run) == ("runs", "linked/run")
        assert f"process {process.pid} (" in str(place.seen)


@linux
def test_a_command_line_is_told_as_text() -> None:
    text = "print('ready', flush=True); input()"
    with running(text, os.fsdecode(b"caf\xe9")) as process:
        assert processes.command(process.pid).endswith("caf\\xe9")


CONTAINED = """
import socket, sys
from tensorboardX import SummaryWriter
socket.sethostname(sys.argv[1])
print("ready", flush=True)
writers = []
for folder in sys.stdin:
    writers.append(SummaryWriter(folder.strip()))
    print("made", flush=True)
"""


def contained(host: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """A program that makes a writer for each folder that it is told, as process 1 of a machine of that name."""
    apart = ("unshare", "--uts", "--pid", "--fork", "--kill-child")
    return running(CONTAINED, host, before=apart)


def make_writers(folder: Path, *programs: subprocess.Popen[str]) -> set[str]:
    """Let each program make a writer in the folder; return the names of the files."""
    folder.mkdir()  # tensorboardX's writers race for that.
    for program in programs:
        assert program.stdin is not None
        program.stdin.write(f"{folder}\n")
        program.stdin.flush()
    for program in programs:
        assert program.stdout is not None
        program.stdout.readline()
    return {file.name for file in folder.iterdir()}


@linux
@pytest.mark.skipif(os.getuid() != 0, reason="may not make containers")
@pytest.mark.detects("W08", "file_written_twice")
def test_two_containers_that_share_a_disk(tmp_path: Path) -> None:
    """In each the trainer is process 1 of a machine of one name, and both begin in the same second."""
    with contained("trainer") as first, contained("trainer") as second:
        for attempt in range(100):
            names = make_writers(tmp_path / f"both{attempt}", first, second)
            if len(names) == 1:
                break  # Else a second was over between them.
        (name,) = names
        assert name.endswith(".trainer")
        finding = found("file_written_twice", tmp_path)
        assert [(place.path, place.run) for place in finding.places] == [
            (str(tmp_path / f"both{attempt}" / name), f"both{attempt}")
        ]
    with contained("one") as first, contained("other") as second:
        assert len(make_writers(tmp_path / "apart", first, second)) == 2
        assert "file_written_twice" not in codes(tmp_path)
