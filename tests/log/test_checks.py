"""What a writer warns of when it is made, in the doctor's words."""

import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pytest

from doctor.looking import found
from lightboard import LightboardWarning, SummaryWriter
from lightboard.doctor import CODES
from lightboard.log import checks
from log.records import event_files


def warned(directory: Path, **how: object) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LightboardWarning)
        SummaryWriter(directory, **how).close()  # type: ignore[arg-type]
    return [str(warning.message) for warning in caught]


def in_another_process(program: str, directory: Path, **environment: str) -> list[str]:
    """Codes of what a program is warned of that is no test."""
    without = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    said = subprocess.run(
        (sys.executable, "-W", "always", "-c", program, directory),
        env=without | environment,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    ).stderr
    return [code for code in CODES if f"({code}; LIGHTBOARD_CHECKS=off" in said]


WRITE = """
import sys
from lightboard import SummaryWriter
with SummaryWriter(sys.argv[1]) as writer:
    for step in range(5):
        writer.add_scalar("loss", 1.0, step)
"""


def test_a_new_directory_is_none_to_warn_of(tmp_path: Path) -> None:
    assert warned(tmp_path / "run") == []


def test_the_words_are_those_of_the_catalogue(tmp_path: Path) -> None:
    (message,) = warned(tmp_path, comment="_x")
    about = CODES["run_is_logdir"]
    assert message.startswith("comment='_x' is ignored, since log_dir is given")
    assert about.consequence in message
    assert about.remedy in message
    assert message.endswith("(run_is_logdir; LIGHTBOARD_CHECKS=off silences this)")


def test_a_directory_that_holds_an_earlier_run(tmp_path: Path) -> None:
    in_another_process(WRITE, tmp_path / "run", LIGHTBOARD_CHECKS="off")
    (message,) = warned(tmp_path / "run")
    assert "(restarted;" in message
    assert warned(tmp_path / "run", purge_step=5) == []
    in_another_process(WRITE, tmp_path / "run", LIGHTBOARD_CHECKS="off")
    assert "run" in {place.run for place in found("restarted", tmp_path).places}


def test_an_earlier_run_of_the_same_host_and_process_id(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step in range(10):
            writer.add_scalar("loss", 1.0, step)
    (path,) = event_files(tmp_path)
    assert warned(tmp_path) == []
    _, seconds, rest = re.split(r"(?<=tfevents\.)(\d{10})", path.name)
    path.rename(path.with_name(path.name.replace(seconds, "1580000000")))
    (message,) = warned(tmp_path)
    assert f"tfevents.1580000000{rest}" in message
    assert "(restarted;" in message


def test_a_rank_without_a_rule(tmp_path: Path) -> None:
    assert in_another_process(WRITE, tmp_path / "a", RANK="0") == ["logdir_temporary"]
    assert "ranks_in_one_folder" in in_another_process(WRITE, tmp_path / "a", RANK="3")
    assert "ranks_in_one_folder" not in in_another_process(WRITE, tmp_path / "rank_3", RANK="3")
    ruled = WRITE.replace("sys.argv[1]", "sys.argv[1], ranks='all'")
    assert "ranks_in_one_folder" not in in_another_process(ruled, tmp_path / "c", RANK="3")


def test_a_temporary_directory_is_told_once(tmp_path: Path) -> None:
    twice = WRITE.replace("with ", "SummaryWriter(sys.argv[1] + '2').close()\nwith ")
    assert in_another_process(twice, tmp_path / "a") == ["logdir_temporary"]
    assert in_another_process(twice, tmp_path / "b", LIGHTBOARD_CHECKS="off") == []


def test_a_working_directory_is_not_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "TEMPORARY", ())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "gettempdir", os.getcwd)  # As where no other can be written to.
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    assert not checks._is_temporary(str(tmp_path / "run"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert checks._is_temporary(str(tmp_path / "run"))


def test_little_space_and_remote_disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_told", set())
    synced = tmp_path / "OneDrive" / "runs"
    (message,) = warned(synced)
    assert "OneDrive is synchronised" in message
    assert "(logdir_on_remote_disk;" in message
    monkeypatch.setattr(checks, "LITTLE_SPACE", 1 << 60)
    (message,) = warned(synced)
    assert "KiB free on its disk" in message
    assert "(disk_full;" in message
    assert warned(synced) == []


def test_a_directory_that_is_gone_by_then_stops_nothing(tmp_path: Path) -> None:
    checks.check(str(tmp_path / "gone"), "own", comment="", resumes=False, ranks_are_ruled=False)
