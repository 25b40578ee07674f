"""What TensorBoard notes of its servers, in a folder where every user may write."""

import json
import os
import tempfile
from pathlib import Path

import pytest

from doctor.events import run_in
from doctor.looking import codes
from lightboard.doctor import places
from lightboard.doctor.instances import MAX_BYTES, instances

GOOD = {"pid": 4711, "port": 6006, "logdir": "/data/runs"}


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the notes, with one that is right and one that a reader would wait for."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / ".tensorboard-info"
    folder.mkdir()
    (folder / "pid-4711.info").write_text(json.dumps(GOOD))
    os.mkfifo(folder / "pid-1.info")
    return folder


def noted() -> list[tuple[int, int, str]]:
    return [(one.pid, one.port, one.logdir) for one in instances()]


def test_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert instances() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"pid": True},
        {"pid": "4711"},
        {"pid": -1},
        {"pid": 10**20},
        {"port": 0},
        {"port": 99_999_999},
        {"port": float("inf")},
        {"logdir": ""},
        {"logdir": None},
        {"logdir": "/a\0b"},
        {"logdir": "/\ud800"},
        {"logdir": "/" + "a" * MAX_BYTES},
    ],
)
def test_notes_that_are_none_are_passed_over(notes: Path, wrong: dict[str, object]) -> None:
    (notes / "pid-2.info").write_text(json.dumps(GOOD | wrong))
    assert noted() == [(4711, 6006, "/data/runs")]


def test_what_is_no_file_of_tensorboards_is_not_read(notes: Path) -> None:
    (notes / "pid-2.info").symlink_to("/dev/zero")
    (notes / "pid-3.info").mkdir()
    (notes / "pid-4.info").write_text("[" * 60_000)
    (notes / "pid-5;touch x;.info").write_text(json.dumps(GOOD))
    assert noted() == [(4711, 6006, "/data/runs")]


@pytest.mark.skipif(os.geteuid() != 0, reason="may not give a file to another user")
def test_notes_of_other_users_are_not_read(notes: Path) -> None:
    os.chown(notes / "pid-4711.info", 12_345, 12_345)
    assert noted() == []


def test_looks_pass_over_them(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server with `--logdir_spec` has an empty log directory, which is not the working directory."""
    run_in(tmp_path / "runs" / "a")
    for number, logdir in enumerate(["", "/a\0b"]):
        (notes / f"pid-{2**31 - 2 - number}.info").write_text(json.dumps(GOOD | {"logdir": logdir}))
    monkeypatch.chdir(tmp_path / "runs")
    assert "stale_instance" not in codes(tmp_path / "runs")
    assert str(tmp_path / "runs") in {found.path for found in places.search()}
