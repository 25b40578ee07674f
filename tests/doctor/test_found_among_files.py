"""What the doctor finds among files and folders."""

import os
import sys
from pathlib import Path

import pytest

from doctor.looking import codes, found
from doctor.programs import running


@pytest.mark.detects("F01", "logdir_missing")
def test_a_log_directory_that_does_not_exist(tmp_path: Path) -> None:
    finding = found("logdir_missing", tmp_path / "nothing")
    assert finding.places[0].path == str(tmp_path / "nothing")


KILLED = """
import sys
from tensorboardX import SummaryWriter
writer = SummaryWriter(sys.argv[1])
while not writer.file_writer.event_writer._worker._next_flush_time:
    pass  # Its thread would flush what was there before that.
writer.add_scalar("loss", 1.0, 0)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.detects("W04", "file_empty")
def test_a_program_that_was_killed_before_its_first_flush(tmp_path: Path) -> None:
    with running(KILLED, tmp_path / "run") as process:
        (file,) = (tmp_path / "run").iterdir()
        if sys.platform.startswith("linux"):
            # What has just begun is healthy; what has written nothing for long is not.
            assert "file_empty" not in codes(tmp_path)
            os.utime(file, (0, 0))
            (place,) = found("file_empty", tmp_path).places
            assert place.seen == f"open in process {process.pid}, which has written nothing yet"
    finding = found("file_empty", tmp_path)
    assert [(place.run, place.path) for place in finding.places] == [("run", str(file))]
