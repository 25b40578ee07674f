"""The doctor looks at any tree at all: it finishes, fails at nothing, and says what it did not look at."""

import json
import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from doctor.events import run_in
from doctor.looking import report_on, reported
from lightboard.cli.doctor import doctor
from lightboard.doctor import audits

NAME = "events.out.tfevents.1763800000.host"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A tree with all that a file system can hold."""
    root = tmp_path_factory.mktemp("odd")
    file = run_in(root / "run")
    for number, name in enumerate(
        (b"not \xff\xfe UTF-8", b"two\nlines", b"\x1b[31mred", "実験".encode(), b"-rf")
    ):
        folder = root / os.fsdecode(name)
        folder.mkdir()
        shutil.copy(file, folder / os.fsdecode(NAME.encode() + b".%d\n\xff" % number))
    os.mkfifo(root / "run" / f"{NAME}.pipe")
    os.mkfifo(root / "run" / "event.pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        here = os.open(root / "run", os.O_RDONLY)
        unix.bind(f"/proc/self/fd/{here}/{NAME}.socket")
        os.close(here)
    if os.getuid() == 0:
        os.mknod(root / "run" / f"{NAME}.device", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    (root / "run" / f"{NAME}.folder").mkdir()
    (root / "run" / "loop").symlink_to("..")
    (root / "run" / "itself").symlink_to("itself")
    (root / "run" / f"{NAME}.itself").symlink_to(f"{NAME}.itself")
    (root / "deep" / "/".join("d" * 100)).mkdir(parents=True)
    shutil.copy(file, root / "deep" / "/".join("d" * 100) / NAME)
    (root / "closed").mkdir()
    (root / "closed").chmod(0)
    yield root
    (root / "closed").chmod(0o755)


def test_whatever_there_is_nothing_fails(odd: Path) -> None:
    report = report_on(odd)
    assert (report.failures, report.left_out) == ((), ())
    listed = {finding.code: finding for finding in report.findings}
    kinds = [place.seen for place in listed["not_an_event_file"].places]
    assert kinds.count("no regular file") == 2 + (os.getuid() == 0)
    assert {"link_broken", "link_loop"} <= set(listed)
    json.dumps(report.to_json(), ensure_ascii=False).encode()  # All of it is text, without halves of pairs.


def test_permissions_are_told(odd: Path) -> None:
    codes = {finding["code"] for finding in reported(odd)["findings"]}
    assert "folder_unreadable" in codes
    # Nobody knows what is in a folder that may not be listed: the run's, or the log directory itself.
    (lost,) = reported(odd, "--run", "closed")["trace"]["steps"]
    assert (lost["answer"], lost["codes"], lost["remedy"]) == (
        "Its folder is there, and may not be listed.",
        ["folder_unreadable"],
        "",
    )
    assert [finding["code"] for finding in reported(odd / "closed")["findings"]] == ["folder_unreadable"]


def read_or_not(report: dict[str, Any]) -> tuple[str, str]:
    """What the stages tell that they have read."""
    facts = {stage["stage"]: stage["fact"] for stage in report["stages"]}
    return facts["records"], facts["index"]


def test_files_that_nobody_read_are_not_said_to_be_none(tmp_path: Path) -> None:
    run_in(tmp_path / "shut").chmod(0)
    run_in(tmp_path / "open")
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "empty").mkdir()
    for run in ("shut", "another", "empty"):
        assert read_or_not(reported(tmp_path, "--run", run)) == ("", "")
    assert read_or_not(reported(tmp_path / "closed")) == ("", "")
    assert read_or_not(reported(tmp_path / "empty")) == ("no event file to read", "no event file to compare")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")
def test_a_link_whose_end_may_not_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/proc/1/cwd")
    (tmp_path / "notes").symlink_to("gone.txt")
    assert [finding["code"] for finding in reported(tmp_path)["findings"]] == ["logdir_empty"]


def test_names_cannot_write_to_the_terminal(odd: Path) -> None:
    for folder in odd.iterdir():
        if folder.name not in ("run", "deep", "closed"):
            (folder / f"{NAME}.0bytes").touch()
    said = CliRunner().invoke(doctor, [str(odd)]).stdout
    assert r"not \xff\xfe UTF-8" in said
    assert r"two\nlines" in said
    assert r"\x1b[31mred" in said
    assert "\x1b" not in said


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty thousand event files."""
    root = tmp_path_factory.mktemp("large")
    file = run_in(tmp_path_factory.mktemp("file"))
    for folder in range(200):
        (root / str(folder)).mkdir()
        for number in range(100):
            os.link(file, root / str(folder) / f"{NAME}.{number}")
    return root


def test_a_budget_ends_the_look_and_what_is_left_is_told(large: Path) -> None:
    report = report_on(large, budget=0.01)
    assert report.failures == ()
    assert any("the time was used up" in left for left in report.left_out)
    assert "records" not in report.facts
    assert not {"logdir_empty", "logdir_missing"} & {finding.code for finding in report.findings}
    assert report.exit_code in (1, 3)


def test_facts_beyond_what_is_kept_are_left_out_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        run_in(tmp_path / f"run{number}")
    monkeypatch.setattr(audits, "KEPT", 1)
    monkeypatch.setattr(audits, "SLICE", 3)
    report = report_on(tmp_path)
    assert report.failures == ()
    (left_out,) = (line for line in report.left_out if "fills the memory" in line)
    # Those that were being read at the time are kept.
    assert 8 - audits.THREADS <= int(left_out.split()[0]) < 8
    assert "index_differs" not in {finding.code for finding in report.findings}


def test_the_command_tells_it(large: Path) -> None:
    result = CliRunner().invoke(doctor, [str(large), "--budget", "0.01"])
    assert "Not looked at: " in result.stdout
    assert result.exit_code in (1, 3)
