"""`lightboard doctor --run NAME`: how far does a run come?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from boards import board
from lightboard.api.settings import LogDirectory
from lightboard.doctor import Look, examine
from lightboard.doctor.trace import Trace
from logdirs import flip_payload_byte, write_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trace") / "runs"
    write_run(folder / "sweep" / "good", {"loss": [1.0] * 5})
    flip_payload_byte(write_run(folder / "sweep" / "damaged", {"loss": [1.0] * 5}), 3)
    write_run(folder / "silent", {})
    (folder / "bare").mkdir()
    return folder


def trace(runs: Path, run: str, **how: str) -> Trace:
    report = examine(Look([LogDirectory("runs", str(runs))], run=run, **how))  # type: ignore[arg-type]
    assert report.failures == ()
    assert report.trace is not None
    grave = [finding for finding in report.findings if finding.kind.severity != "note"]
    assert report.exit_code == (1 if report.trace.lost_at or grave else 0)
    return report.trace


def outcomes(found: Trace) -> list[tuple[str, str]]:
    return [(step.stage, step.outcome) for step in found.steps]


ALL = [("files", "yes"), ("records", "yes"), ("index", "yes"), ("board", "yes")]


def test_a_run_that_comes_through(runs: Path) -> None:
    found = trace(runs, "sweep/good")
    assert outcomes(found) == ALL
    assert found.lost_at is None
    (file,) = (runs / "sweep" / "good").iterdir()
    assert f"{file.stat().st_size:,} bytes" in found.steps[0].answer


@pytest.mark.parametrize("given", ["runs/sweep/good", "path", "id"])
def test_a_run_is_named_in_other_ways(runs: Path, given: str) -> None:
    if given == "path":
        given = str(runs / "sweep" / "good")
    if given == "id":
        listed = subprocess.run(
            (sys.executable, "-m", "lightboard", "ls", "--json", runs), stdout=subprocess.PIPE, check=True
        )
        (given,) = (run["id"] for run in json.loads(listed.stdout)["runs"] if run["name"] == "sweep/good")
    assert trace(runs, given).run == "sweep/good"


def test_a_damaged_run_is_read_in_part(runs: Path) -> None:
    found = trace(runs, "sweep/damaged")
    assert outcomes(found)[:3] == [("files", "yes"), ("records", "partly"), ("index", "yes")]
    assert found.steps[1].codes


def test_where_runs_are_lost(runs: Path) -> None:
    assert trace(runs, "bare").lost_at == "files"
    assert "holds no event file" in trace(runs, "bare").steps[-1].answer
    assert trace(runs, "silent").lost_at == "records"
    assert "sweep/damaged, sweep/good" in trace(runs, "sweep").steps[-1].answer
    assert "Similar: sweep/good" in trace(runs, "swep/good").steps[-1].answer


def test_a_tag_is_looked_for(runs: Path) -> None:
    assert trace(runs, "sweep/good", tag="loss").lost_at is None
    missed = trace(runs, "sweep/good", tag="los")
    assert missed.lost_at == "records"
    assert "Similar: loss" in missed.steps[-1].answer


def test_a_board_that_serves_another_directory(runs: Path, tmp_path: Path) -> None:
    write_run(tmp_path / "other" / "a", {"loss": [1.0]})
    with board(tmp_path / "other", "--port", "0") as running:
        found = trace(runs, "sweep/good", url=running.address)
        assert found.lost_at == "api"
        assert "another_directory" in found.steps[-1].codes
    with board(runs, "--port", "0") as running:
        found = trace(runs, "sweep/good", url=running.address)
        assert outcomes(found) == [*ALL[:3], ("api", "yes"), ("board", "yes")]


def test_the_answer_in_the_terminal(runs: Path) -> None:
    said = subprocess.run(
        (sys.executable, "-m", "lightboard", "doctor", runs, "--run", "bare"),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "Is it on disk? Its folder is there, and holds no event file." in said.stdout
    assert said.stdout.endswith("The run is lost at the stage files.\n")
