"""What findings keep and tell of their places."""

from dataclasses import replace
from pathlib import Path

from lightboard.cli.watch import changes
from lightboard.doctor import Finding, Place, Report

MANY = Finding("file_empty", "150 files.", [Place(logdir="runs", run=f"r{number}") for number in range(150)])


def test_each_of_many_places_counts_for_its_run() -> None:
    about = MANY.about("r120", None)
    assert about is not None
    assert [place.run for place in about.places] == ["r120"]
    told = MANY.to_json()
    assert (told["count"], len(told["places"]), len(told["runs"])) == (150, 100, 150)
    assert told["runs"][120] == {"logdir": "runs", "run": "r120"}


def test_a_run_with_many_places_is_told_once() -> None:
    places = [Place(logdir="runs", run="a", tag=tag) for tag in "xyz"]
    told = Finding("one_step", "3 tags.", [*places, Place(path="/x"), Place(run="runs/a")]).to_json()
    assert told["runs"] == [{"logdir": "runs", "run": "a"}, {"run": "runs/a"}]


def test_one_of_many_places_that_goes_brings_no_other(tmp_path: Path) -> None:
    def report(finding: Finding) -> Report:
        return Report([], None, {}, [finding], (), ())

    fewer = replace(MANY, places=MANY.places[1:])
    told = [(what, one.places) for what, one in changes(report(MANY), report(fewer))]
    assert told == [("gone", [MANY.places[0]])]
