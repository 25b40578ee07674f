"""What the doctor says of log directories that are missing, empty, or not what was meant."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from boards import board
from doctor.events import run_in
from doctor.looking import codes, found
from doctor.tensorboards import tensorboard
from lightboard.cli.doctor import doctor as command
from lightboard.doctor.served import ask


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with runs in `runs` and `other runs`, and none in `src`."""
    folder = tmp_path_factory.mktemp("project")
    run_in(folder / "runs" / "a")
    run_in(folder / "runs" / "b")
    run_in(folder / "other runs" / "c")
    (folder / "src").mkdir()
    (folder / "src" / "train.py").touch()
    return folder


Doctor = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """`lightboard doctor ARGUMENTS` in a working directory: what it reports, and what it says beside."""

    def doctor(cwd: Path, *arguments: str, temporary: Path | None = None) -> tuple[dict[str, Any], str]:
        monkeypatch.chdir(cwd)
        monkeypatch.setenv("PROJECT", str(cwd))
        if temporary is not None:
            monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        result = CliRunner().invoke(command, ["--json", *arguments])
        report: dict[str, Any] = json.loads(result.stdout)
        assert report["failures"] == []
        return report, result.stderr

    return doctor


def paths(report: dict[str, Any]) -> list[str]:
    return [logdir["path"] for logdir in report["logdirs"]]


@pytest.mark.detects("F05", "logdir_is_list")
@pytest.mark.detects("F06", "logdir_not_expanded")
@pytest.mark.detects("F07", "logdir_of_windows")
@pytest.mark.detects("F04", "logdir_is_file")
@pytest.mark.parametrize(
    ("argument", "code", "meant"),
    [
        ("runs,other runs", "logdir_is_list", ["runs", "other runs"]),
        ("exp:runs", "logdir_is_list", ["runs"]),
        ("one:runs/a,two:runs/b", "logdir_is_list", ["runs/a", "runs/b"]),
        ("'runs'", "logdir_not_expanded", ["runs"]),
        ("runs ", "logdir_not_expanded", ["runs"]),
        ("runs/*", "logdir_not_expanded", ["runs/a", "runs/b"]),
        ("$PROJECT/runs", "logdir_not_expanded", ["runs"]),
        ("=runs", "logdir_not_expanded", ["runs"]),
        ("runs\\a", "logdir_of_windows", ["runs/a"]),
        ("E:\\runs\\a", "logdir_of_windows", ["/mnt/e/runs/a"]),
        ("src/train.py", "logdir_is_file", ["src"]),
    ],
)
def test_an_argument_that_a_board_takes_literally(
    doctor: Doctor, project: Path, argument: str, code: str, meant: list[str]
) -> None:
    report, _ = doctor(project, argument)
    assert [path == str(project / expected) for path, expected in zip(paths(report), meant, strict=True)]
    finding = next(finding for finding in report["findings"] if finding["code"] == code)
    assert finding["severity"] == "hides"
    assert not {"logdir_missing"} & {one["code"] for one in report["findings"]}


@pytest.mark.detects("F18", "logdir_is_address")
def test_an_address_of_an_object_store(doctor: Doctor, project: Path) -> None:
    report, _ = doctor(project, "s3://bucket/runs", "runs")
    assert [finding["code"] for finding in report["findings"]] == ["logdir_is_address"]
    assert paths(report) == [str(project / "runs")]


@pytest.mark.detects("F18", "logdir_is_address")
def test_an_address_that_a_tensorboard_was_given(doctor: Doctor, project: Path) -> None:
    """It answers with an empty page: only its terminal says that it cannot read there."""
    with tensorboard("--logdir", "s3://bucket/runs") as server:
        server.wait_for("No recognized filesystem for prefix s3")
        assert not ask(server.url).runs
        report, _ = doctor(project, "s3://bucket/runs", "--url", server.url)
    assert "logdir_is_address" in {finding["code"] for finding in report["findings"]}
    assert "another_directory" not in {finding["code"] for finding in report["findings"]}


def test_arguments_that_are_understood(doctor: Doctor, project: Path) -> None:
    report, _ = doctor(project, "exp=runs", str(project / "other runs"))
    assert report["findings"] == []
    assert [logdir["name"] for logdir in report["logdirs"]] == ["exp", "other runs"]


@pytest.mark.detects("F02", "logdir_missing", "logdir_empty")
def test_a_log_directory_that_lies_elsewhere(doctor: Doctor, project: Path) -> None:
    report, _ = doctor(project, "src")
    (finding,) = report["findings"]
    assert finding["code"] == "logdir_empty"
    assert str(project / "runs") in {place["path"] for place in finding["places"]}
    assert str(project / "runs") in finding["remedy"]
    report, _ = doctor(project, "other_runs")
    (finding,) = report["findings"]
    assert finding["code"] == "logdir_missing"
    assert finding["places"][1]["path"] == str(project / "other runs")


@pytest.mark.detects("F03", "logdir_too_deep")
def test_a_run_that_lies_beside_the_log_directory(project: Path) -> None:
    assert "logdir_too_deep" not in codes(project / "runs", run="a")
    finding = found("logdir_too_deep", project / "runs" / "a", run="b")
    assert finding.remedy == f"Give the folder above: lightboard {project / 'runs'}"


@pytest.mark.detects("F03", "logdir_too_high")
def test_a_folder_of_many_log_directories(tmp_path: Path) -> None:
    file = run_in(tmp_path / "file")
    for project in ("one", "two"):
        for number in range(260):
            run = tmp_path / "projects" / project / "runs" / str(number)
            run.mkdir(parents=True)
            os.link(file, run / file.name)
    finding = found("logdir_too_high", tmp_path / "projects")
    assert [place.path for place in finding.places] == [
        str(tmp_path / "projects" / project / "runs") for project in ("one", "two")
    ]
    assert "logdir_too_high" not in codes(tmp_path / "projects" / "one")


@pytest.mark.detects("F20", "logdir_temporary", "not_an_event_file")
def test_old_runs_below_the_temporary_directory(tmp_path: Path) -> None:
    """A job compresses what has not been changed for ten days, as logrotate does, and removes it later."""
    file, newer = run_in(tmp_path / "run"), run_in(tmp_path / "newer")
    assert "logdir_temporary" not in codes(tmp_path)
    os.utime(file, (1.7e9, 1.7e9))
    assert [place.path for place in found("logdir_temporary", tmp_path).places] == [str(file)]
    job = ["find", str(tmp_path), "-type", "f", "-mtime", "+10"]
    subprocess.run([*job, "-exec", "gzip", "{}", "+"], check=True)
    compressed = found("not_an_event_file", tmp_path)
    assert [(place.run, place.seen) for place in compressed.places] == [("run", "compressed by gzip")]
    subprocess.run([*job, "-delete"], check=True)
    assert newer.exists()
    assert codes(tmp_path) == set()


def test_without_a_directory_the_usual_places_are_looked_at(
    doctor: Doctor, project: Path, tmp_path: Path
) -> None:
    report, said = doctor(project, temporary=tmp_path)
    assert {str(project / "runs"), str(project / "other runs")} <= set(paths(report))
    assert str(project / "src") not in paths(report)
    assert f"{project / 'runs'} (in the working directory): 2 event files in 2 folders" in said


def test_a_working_directory_that_holds_runs_is_the_log_directory(
    doctor: Doctor, project: Path, tmp_path: Path
) -> None:
    report, _ = doctor(project / "runs", temporary=tmp_path)
    assert str(project / "runs") in paths(report)
    assert str(project / "runs" / "a") not in paths(report)


@pytest.fixture
def opened_elsewhere(project: Path) -> Iterator[Path]:
    with board(project / "other runs") as running:
        assert running.address
        yield project / "other runs"


def test_without_a_directory_those_of_running_boards_are_looked_at(
    doctor: Doctor, opened_elsewhere: Path, tmp_path: Path
) -> None:
    report, said = doctor(tmp_path, temporary=tmp_path)
    assert str(opened_elsewhere) in paths(report)
    assert "open in the Lightboard on port " in said


def test_without_a_directory_those_of_running_tensorboards_are_looked_at(
    doctor: Doctor, project: Path, tmp_path: Path
) -> None:
    instances = tmp_path / ".tensorboard-info"
    instances.mkdir()
    told = {"pid": os.getpid(), "port": 6006, "logdir": str(project / "runs")}
    (instances / f"pid-{os.getpid()}.info").write_text(json.dumps(told))
    (instances / "pid-1.info").write_text("{")
    report, said = doctor(tmp_path, temporary=tmp_path)
    assert str(project / "runs") in paths(report)
    assert f"open in the TensorBoard on port 6006, pid {os.getpid()}" in said


def test_nothing_anywhere(doctor: Doctor, tmp_path: Path) -> None:
    report, said = doctor(tmp_path, temporary=tmp_path)
    assert paths(report) == [str(tmp_path)] or "Lightboard on port" in said
