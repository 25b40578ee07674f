"""`lightboard doctor --run NAME`: how far does a run come?"""

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from boards import board
from doctor.looking import found
from lightboard.api.settings import LogDirectory
from lightboard.cli.doctor import doctor
from lightboard.doctor import Finding, Look, Place, examine
from lightboard.doctor.trace import Step, Trace, explained
from lightboard.doctor.words import similar
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
    assert "steps 0 to 4" in found.steps[1].answer


@pytest.mark.detects("W15")
def test_a_writer_that_was_made_after_training_began(tmp_path: Path) -> None:
    write_run(tmp_path / "late", {"loss": [1.0] * 5}, first_step=500)
    assert "steps 500 to 504" in trace(tmp_path, "late").steps[1].answer


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
    misspelt = trace(runs, "swep/good").steps[-1]
    assert "Similar: sweep/good" in misspelt.answer
    assert misspelt.remedy.startswith("If sweep/good is meant: --run sweep/good. Else see")
    assert f"lightboard ls {runs}" in trace(runs, "nothing alike").steps[-1].remedy
    # A program that has just begun is no finding; where one explains it, that has the remedy.
    (waiting,) = (runs / "silent").iterdir()
    assert "wait" in trace(runs, "silent").steps[-1].remedy
    os.utime(waiting, (0, 0))
    waiting.rename(waiting.with_name("events.out.tfevents.1763800000.other.1.0"))
    assert trace(runs, "silent").steps[-1].codes == ("nothing_logged",)
    assert not trace(runs, "silent").steps[-1].remedy


@pytest.mark.parametrize("given", ["sweep/lr=0.1", "runs/sweep/lr=0.1", "path"])
def test_a_run_that_is_a_broken_link(tmp_path: Path, given: str) -> None:
    runs = tmp_path / "runs"
    write_run(runs / "sweep" / "good", {"loss": [1.0] * 5})
    (runs / "sweep" / "lr=0.1").symlink_to(tmp_path / "scratch" / "lr=0.1")
    lost = trace(runs, str(runs / "sweep" / "lr=0.1") if given == "path" else given)
    (step,) = lost.steps
    assert (lost.run, lost.lost_at) == ("sweep/lr=0.1", "files")
    assert (step.answer, step.codes, step.remedy) == (
        "It is a link that leads nowhere.",
        ("link_broken",),
        "",
    )
    assert trace(runs, "sweep/good").lost_at is None
    report = examine(Look([LogDirectory("runs", str(runs))], run="sweep/good"))
    assert report.findings == [], "of another run"


def test_a_tag_is_looked_for(runs: Path) -> None:
    assert trace(runs, "sweep/good", tag="loss").lost_at is None
    missed = trace(runs, "sweep/good", tag="los")
    assert missed.lost_at == "records"
    assert "Similar: loss" in missed.steps[-1].answer
    assert missed.steps[-1].remedy.startswith("If loss is meant: --tag loss. Else see")


def test_a_tag_that_no_run_has_is_told(tmp_path: Path) -> None:
    file = write_run(tmp_path / "run", {"loss": [1.0] * 5})
    logdirs = [LogDirectory("runs", str(tmp_path))]
    logged = examine(Look(logdirs, tag="loss"))
    assert (logged.exit_code, logged.trace) == (0, None)
    report = examine(Look(logdirs, tag="los"))
    assert (report.exit_code, report.findings, report.left_out, report.failures) == (1, [], (), ())
    assert report.trace is not None
    assert (report.trace.run, report.trace.tag, report.trace.lost_at) == (None, "los", "records")
    (step,) = report.trace.steps
    assert step.answer == "No run has the tag los. Similar: loss."
    assert step.remedy.startswith(
        "If loss is meant: --tag loss. Else see which tags there are, with lightboard ls"
    )
    said = CliRunner().invoke(doctor, [str(tmp_path), "--tag", "los"])
    assert said.exit_code == 1
    assert "The tag los\n  ✗ Was it logged? No run has the tag los. Similar: loss.\n    Do: If" in said.stdout
    assert said.stdout.endswith("The tag is lost at the stage records.\n")
    # In what is damaged it may stand; what was not looked at tells nothing.
    flip_payload_byte(file, 3)
    damaged = examine(Look(logdirs, tag="los")).trace
    assert damaged is not None
    assert damaged.steps[0].answer == "No run has the tag los, as far as files can be read. Similar: loss."
    assert examine(Look(logdirs, tag="los", budget=1e-9)).trace is None


def test_a_board_that_serves_another_directory(runs: Path, tmp_path: Path) -> None:
    write_run(tmp_path / "other" / "a", {"loss": [1.0]})
    with board(tmp_path / "other", "--port", "0") as running:
        found = trace(runs, "sweep/good", url=running.address)
        assert found.lost_at == "api"
        assert "another_directory" in found.steps[-1].codes
        # Without a directory, what the board serves is looked at.
        said = subprocess.run(
            (sys.executable, "-m", "lightboard", "doctor", "--json", "--url", running.address),
            stdout=subprocess.PIPE,
            check=True,
            cwd=runs,
        )
        assert json.loads(said.stdout)["logdirs"] == [{"name": "other", "path": str(tmp_path / "other")}]
    with board(runs, "--port", "0") as running:
        found = trace(runs, "sweep/good", url=running.address)
        assert outcomes(found) == [*ALL[:3], ("api", "yes"), ("board", "yes")]


def test_a_run_behind_a_link_has_the_same_name_on_the_board(tmp_path: Path) -> None:
    write_run(tmp_path / "elsewhere" / "b", {"loss": [1.0] * 5})
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "linked").symlink_to("../elsewhere")
    (tmp_path / "other").symlink_to("runs")
    for given in ("runs", "other", "runs/linked"):  # by links above it, and deeper than the doctor looks
        with board(tmp_path / given, "--port", "0") as running:
            found = trace(tmp_path / "runs", "linked/b", url=running.address)
            assert outcomes(found) == [*ALL[:3], ("api", "yes"), ("board", "yes")], given


def test_many_names_are_compared_for_a_while_only() -> None:
    names = [f"validation/{number}" for number in range(20_000)]
    assert similar("loss", [*names, "los"]) == ["los"]


def test_the_answer_in_the_terminal(runs: Path) -> None:
    said = subprocess.run(
        (sys.executable, "-m", "lightboard", "doctor", runs, "--run", "bare"),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "Is it on disk? Its folder is there, and holds no event file." in said.stdout
    assert "✓ files" in said.stdout
    assert "– board        not asked" in said.stdout
    assert (
        "    Do: If the program has just begun, wait until it logs. Else see whether its files were"
        in said.stdout
    )
    assert said.stdout.endswith("The run is lost at the stage files.\n")


def test_a_narrow_terminal_breaks_no_line_but_paths(runs: Path) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        (sys.executable, "-m", "lightboard", "doctor", runs, "--run", "sweep/damaged"),
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"COLUMNS": "50"},
        check=False,
    )
    os.close(theirs)
    said = b""
    with (
        contextlib.suppress(OSError),
        open(ours, "rb", buffering=0) as terminal,
    ):  # It has no end but an error.
        while some := terminal.read(4096):
            said += some
    lines = re.sub(r"\x1b\[\d+m", "", said.decode()).splitlines()
    assert [line for line in lines if len(line) > 50 and str(runs) not in line] == []
    (at,) = (number for number, line in enumerate(lines) if line.endswith("tfevents.1763800000.host.4711.0,"))
    told = " ".join(line.strip() for line in lines[at + 1 : at + 4])
    assert re.search(r"^record 3, bytes 1\d\d to 1\d\d, expected the payload", told)
    assert not re.search(r"\d+ bytes", told)


def test_one_name_in_two_log_directories(tmp_path: Path) -> None:
    """The run in the first is followed, unless another one's path is given; the answer says so."""
    write_run(tmp_path / "a" / "x", {"loss": [1.0] * 5})
    write_run(tmp_path / "b" / "x", {})
    logdirs = [LogDirectory(name, str(tmp_path / name)) for name in "ab"]
    with board(tmp_path / "a", tmp_path / "b", "--port", "0") as running:
        for given, lost_at in (("x", None), ("b/x", "records"), (str(tmp_path / "b" / "x"), "records")):
            report = examine(Look(logdirs, run=given, url=running.address))
            assert report.failures == ()
            assert report.trace is not None
            assert (report.trace.run, report.trace.lost_at) == ("x", lost_at)
            if given == "x":
                assert "b has a run of that name, too" in report.trace.steps[0].answer
                assert "As a/x, with 1 scalar series" in report.trace.steps[3].answer
                assert report.exit_code == 0


def test_what_another_run_has_is_not_told_of_the_one_that_ends_in_its_name(tmp_path: Path) -> None:
    write_run(tmp_path / "train", {"loss": [1.0] * 5})
    (tmp_path / "old" / "train").mkdir(parents=True)
    (tmp_path / "old" / "train" / "events.out.tfevents.1763800000.host").touch()
    assert trace(tmp_path, "train").lost_at is None
    report = examine(Look([LogDirectory("runs", str(tmp_path))], run="train"))
    assert [finding.code for finding in report.findings] == []
    assert found("file_empty", tmp_path, run="old/train").count == 1


def test_a_look_that_fails_at_the_run_is_reported(runs: Path) -> None:
    """An address with a port that is none fails when it is asked: with a run as without one."""
    for run in (None, "sweep/good"):
        report = examine(Look([LogDirectory("runs", str(runs))], run=run, url="http://127.0.0.1:99999"))
        assert {failure.stage for failure in report.failures} <= {"api", "board"}
        assert report.facts["records"]


def test_a_run_of_which_a_part_is_served() -> None:
    served = Step("api", "Does the board serve it?", "yes", "As a.")
    flags = Finding("flags_ignored", "Some.")
    sampled = Finding("points_sampled", "1,000 points.", [Place(run="a")])
    assert explained(served, [flags]) == served
    partly = explained(served, [flags, sampled])
    assert (partly.outcome, partly.answer, partly.codes) == ("partly", "As a.", ("points_sampled",))


def test_what_hides_a_run_on_other_pages_than_the_one_at_the_address() -> None:
    drawn = Step("board", "Is it drawn by default?", "yes", "It is.")
    here = Finding("filter_in_address", "A filter.", [Place(run="a")])
    elsewhere = Finding("selection_in_address", "Off.", [Place(run="a")], elsewhere=True)
    assert explained(drawn, [elsewhere]).outcome == "partly"
    both = explained(drawn, [elsewhere, here])
    assert (both.outcome, both.answer, both.codes) == ("no", "A filter.", ("filter_in_address",))


def test_images_that_are_sampled_keep_no_curve_from_being_drawn() -> None:
    drawn = Step("board", "Is it drawn by default?", "yes", "It is.")
    sampled = Finding("images_sampled", "12 images.", [Place(run="a")])
    filtered = Finding("filter_in_address", "A filter.", [Place(run="a")])
    assert explained(drawn, [sampled]) == drawn
    assert explained(drawn, [sampled, filtered]) == Step(
        "board", "Is it drawn by default?", "no", "A filter.", ("filter_in_address",)
    )
