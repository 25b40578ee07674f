"""What the doctor finds in names, links, permissions and copies of event files."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from doctor.events import run_in
from doctor.looking import codes, found, reported
from lightboard.doctor.stages.files import names


def test_healthy_runs_in_folders_and_behind_links(tmp_path: Path) -> None:
    run_in(tmp_path / "runs" / "a")
    run_in(tmp_path / "elsewhere" / "b")
    (tmp_path / "runs" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "runs" / "again").symlink_to("a")
    (tmp_path / "runs" / "a" / "events.json").write_text("{}")
    (tmp_path / "runs" / ".git").mkdir()
    assert codes(tmp_path / "runs") == set()


@pytest.mark.detects("F08", "file_unreadable", "F09", "folder_unreadable")
def test_files_and_folders_without_permission(tmp_path: Path) -> None:
    run_in(tmp_path / "a").chmod(0)
    run_in(tmp_path / "b")
    run_in(tmp_path / "c")
    (tmp_path / "c").chmod(0)
    try:
        report = reported(tmp_path)
    finally:
        (tmp_path / "c").chmod(0o755)
    findings = {finding["code"]: finding for finding in report["findings"]}
    assert {place["run"] for place in findings["file_unreadable"]["places"]} == {"a"}
    assert {place["run"] for place in findings["folder_unreadable"]["places"]} == {"c"}
    assert report["exit_code"] == 1


@pytest.mark.detects("F10", "event_file_misnamed")
@pytest.mark.parametrize("name", ["my_events", "out.1763800000.host.v2"])
def test_an_event_file_that_was_renamed(tmp_path: Path, name: str) -> None:
    file = run_in(tmp_path / "run")
    file.rename(file.with_name(name))
    (tmp_path / "run" / "events.txt").write_text("what happened")
    finding = found("event_file_misnamed", tmp_path)
    assert [place.path for place in finding.places] == [str(tmp_path / "run" / name)]


@pytest.mark.detects("F11", "F20", "not_an_event_file")
def test_a_file_that_was_compressed_or_was_none(tmp_path: Path) -> None:
    file = run_in(tmp_path / "rotated")
    (tmp_path / "rotated" / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "about_tfevents.txt").write_text("these are no event files")
    finding = found("not_an_event_file", tmp_path)
    assert {place.run: place.seen for place in finding.places} == {
        "rotated": "compressed by gzip",
        "notes": "it does not begin with a record",
    }


@pytest.mark.detects("F11", "event_file_copied")
@pytest.mark.parametrize("suffix", [".bak", " (1)", ".tmp"])
def test_a_copy_beside_an_event_file(tmp_path: Path, suffix: str) -> None:
    file = run_in(tmp_path / "run")
    shutil.copy(file, f"{file}{suffix}")
    finding = found("event_file_copied", tmp_path)
    assert [(place.path, place.seen) for place in finding.places] == [
        (f"{file}{suffix}", f"the same as {file.name}")
    ]


def test_a_copy_of_what_was_there_some_time_ago(tmp_path: Path) -> None:
    file = run_in(tmp_path / "run", range(5))
    older = tmp_path / "run" / f"{file.name}.2"
    older.write_bytes(file.read_bytes()[:-60])
    finding = found("event_file_copied", tmp_path)
    assert [place.path for place in finding.places] == [str(older)]


@pytest.mark.detects("F11", "copy_unfinished")
def test_a_copy_that_rsync_has_not_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named as rsync names it. It may be at work still, unless nothing has come for a while."""
    file = run_in(tmp_path / "run", range(50))
    temporary = file.with_name(f".{file.name}.Xq3fGa")
    temporary.write_bytes(file.read_bytes()[:700])
    file.with_name(f"._{file.name}").write_bytes(bytes(100))  # what a Mac leaves on other disks
    assert codes(tmp_path) == set()
    monkeypatch.setattr(names, "AT_WORK", 0.0)
    assert [place.path for place in found("copy_unfinished", tmp_path).places] == [str(temporary)]
    assert codes(tmp_path) == {"copy_unfinished"}


@pytest.mark.detects("F12", "link_broken")
def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    file = run_in(tmp_path / "run")
    (tmp_path / "run" / f"{file.name}.1").symlink_to(tmp_path / "moved" / file.name)
    (tmp_path / "best").symlink_to("version_3")
    (tmp_path / "run" / "model.ckpt").symlink_to("last.ckpt")
    finding = found("link_broken", tmp_path)
    assert {place.path: place.seen for place in finding.places} == {
        f"{file}.1": f"leads to {tmp_path / 'moved' / file.name}",
        str(tmp_path / "best"): "leads to version_3",
    }
    assert [place.run for place in finding.places] == ["run", "best"]


@pytest.mark.parametrize("name", ["lr=0.01", "gone.v2", "exp-1.5", "2026.11.28"])
def test_a_dot_in_the_name_of_a_run_is_no_suffix_of_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(tmp_path / "scratch" / name)
    assert [place.run for place in found("link_broken", tmp_path).places] == [name]
    assert codes(tmp_path) == {"link_broken"}


def test_broken_links_that_are_no_runs_are_not_mentioned(tmp_path: Path) -> None:
    run_in(tmp_path / "run")
    for name, target in (
        ("best", "epoch=3-loss=0.12.ckpt"),
        ("model.safetensors", "blobs/5ca1ab1e"),
        ("newest", "events.out.tfevents.1763800000.host.1.0"),
        ("libcudart.so", "libcudart.so.12.4.127"),
        (".#train.py", "you@host.4711:1763800000"),
    ):
        (tmp_path / "run" / name).symlink_to(target)
    assert codes(tmp_path) == set()


@pytest.mark.detects("F12", "link_loop")
def test_a_link_to_a_folder_above(tmp_path: Path) -> None:
    run_in(tmp_path / "run")
    (tmp_path / "run" / "all").symlink_to("..")
    finding = found("link_loop", tmp_path)
    assert [(place.run, place.seen) for place in finding.places] == [("run/all", f"leads to {tmp_path}")]


@pytest.mark.detects("F23", "folder_hidden")
def test_runs_in_a_hidden_folder(tmp_path: Path) -> None:
    file = run_in(tmp_path / "run")
    hidden = tmp_path / "run" / ".ipynb_checkpoints"
    hidden.mkdir()
    shutil.copy(file, hidden)
    finding = found("folder_hidden", tmp_path)
    assert [place.run for place in finding.places] == ["run/.ipynb_checkpoints"]
    assert codes(hidden) == set()


def test_nothing_but_regular_files_is_opened(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    os.mkfifo(tmp_path / "run" / "events.out.tfevents.1763800000.host")
    os.mkfifo(tmp_path / "run" / "events")
    finding = found("not_an_event_file", tmp_path)
    assert [place.seen for place in finding.places] == ["no regular file"]
