"""What the doctor finds among files and folders."""

from pathlib import Path

import pytest

from doctor.looking import found


@pytest.mark.detects("F01", "logdir_missing")
def test_a_log_directory_that_does_not_exist(tmp_path: Path) -> None:
    finding = found("logdir_missing", tmp_path / "nothing")
    assert finding.places[0].path == str(tmp_path / "nothing")


@pytest.mark.detects("W04", "file_empty")
def test_a_file_of_0_bytes(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "events.out.tfevents.1763800000.host").touch()
    finding = found("file_empty", tmp_path)
    assert [(place.run, place.path) for place in finding.places] == [
        ("run", str(tmp_path / "run" / "events.out.tfevents.1763800000.host"))
    ]
