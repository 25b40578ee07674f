"""False alarms: on real files of many writers that are healthy the doctor finds nothing, on the others what is wrong.

The corpus (not part of the repository) lies where LIGHTBOARD_CORPUS says. What is in its files was found out by other
means, TensorBoard's own loader among them, and stands in its `truth.jsonl`, a line a file.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from doctor.looking import report_on
from lightboard.doctor import Finding

CORPUS = os.environ.get("LIGHTBOARD_CORPUS")
pytestmark = pytest.mark.skipif(
    not CORPUS, reason="LIGHTBOARD_CORPUS is not set: false alarms on real files are NOT tested"
)

Truth = dict[str, Any]

DIFFERENT_HPARAMS = {
    "Alwaysproblem__tensorboard-review",
    "Jhko725__Contact-Point-Detection",
    "veruthnu__multiCB",
}
"""Projects whose runs have different hyper-parameters, judged by hand; `truth.jsonl` does not tell them."""
OF_SEVERAL_FILES = {"restarted", "writers_at_once", "purge_without_effect", "purge_reaches_others"}


@pytest.fixture(scope="module")
def truths() -> dict[str, Truth]:
    assert CORPUS is not None
    lines = (Path(CORPUS) / "truth.jsonl").read_text().splitlines()
    return {truth["path"]: truth for truth in map(json.loads, lines)}


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    """Of one look at all of it: each project is a log directory."""
    assert CORPUS is not None
    projects = sorted(path for path in Path(CORPUS).iterdir() if path.is_dir())
    report = report_on(*projects, budget=600.0)
    assert (report.failures, report.left_out) == ((), ())
    return list(report.findings)


@pytest.fixture(scope="module")
def found(findings: list[Finding]) -> dict[str, set[str]]:
    """Codes by the path of the file, or of the folder of the run, below the corpus."""
    assert CORPUS is not None
    found: dict[str, set[str]] = {}
    for finding in findings:
        for place in finding.places:
            if place.path is not None:
                where = os.path.relpath(place.path, CORPUS)
            else:
                where = os.path.normpath(f"{place.logdir}/{place.run or '.'}")
            found.setdefault(where, set()).add(finding.code)
    return found


def folder(path: str) -> str:
    return path.rpartition("/")[0]


def is_whole(truth: Truth) -> bool:
    """TensorBoard's loader and the scan of its framing come to the end of the file."""
    return truth["frames"]["stop"] is None and truth["error"] is None and truth["data_loss"] is None


def stands_still(tag: Truth) -> bool:
    """It has more values than there are steps between its first and its last, or does not begin or end with these."""
    steps = tag["max_step"] - tag["min_step"] + 1
    return bool(
        tag["count"] > steps or tag["first_step"] > tag["min_step"] or tag["last_step"] < tag["max_step"]
    )


def restarts(truths: dict[str, Truth]) -> set[str]:
    """Folders in which a file begins a scalar tag below the step at which one that was begun before ends it.

    Or at that step, if the one before had no other.
    """
    found = set()
    last: dict[tuple[str, str], Truth] = {}
    for path, truth in sorted(truths.items(), key=lambda item: item[1]["first_wall_time"] or 0.0):
        for name, tag in truth["tags"].items():
            if tag["plugin"] == "scalars":
                before = last.get((folder(path), name))
                if before is not None and tag["first_step"] < before["last_step"] + (before["count"] == 1):
                    found.add(folder(path))
                last[folder(path), name] = tag
    return found


def healthy(truths: dict[str, Truth]) -> set[str]:
    """Files that are whole and hold more than a header, finite values and steps that go on, also from file to file."""
    again = restarts(truths)
    return {
        path
        for path, truth in truths.items()
        if is_whole(truth)
        and truth["tags"]
        and not any(part.startswith(".") for part in path.split("/"))
        and not any(tag.get("nonfinite") or stands_still(tag) for tag in truth["tags"].values())
        and folder(path) not in again
    }


def test_healthy_files_have_no_findings(truths: dict[str, Truth], found: dict[str, set[str]]) -> None:
    files = healthy(truths)
    assert len(files) > len(truths) / 2
    # What is said of a folder is said of its files, but what is said of another file in it is not.
    alarms = {path: found.get(path, set()) | found.get(folder(path), set()) for path in files}
    for path in files:
        if path.partition("/")[0] in DIFFERENT_HPARAMS:
            alarms[path] -= {"hparams_hidden"}
    assert {path: codes for path, codes in alarms.items() if codes} == {}


def test_files_that_cannot_be_read_to_the_end_have_a_finding(
    truths: dict[str, Truth], found: dict[str, set[str]]
) -> None:
    wrong = {path: truth for path, truth in truths.items() if not is_whole(truth) or not truth["size"]}
    assert len(wrong) > 20
    for path, truth in wrong.items():
        if not truth["size"]:
            code = "file_empty"
        elif truth["frames"]["valid_bytes"] == 0:
            code = "not_an_event_file"
        elif truth["frames"]["stop"].startswith("truncated"):
            code = "record_cut"
        else:
            code = "record_zeros"
        assert code in found.get(path, set()), path


def test_values_that_are_not_finite_have_a_finding(
    truths: dict[str, Truth], found: dict[str, set[str]]
) -> None:
    wrong = [
        path for path, truth in truths.items() if any(tag.get("nonfinite") for tag in truth["tags"].values())
    ]
    assert len(wrong) == 8
    assert {path for path in wrong if "not_finite" not in found.get(path, set())} == set()


def test_steps_that_stand_have_a_finding(truths: dict[str, Truth], found: dict[str, set[str]]) -> None:
    wrong = [
        path
        for path, truth in truths.items()
        for tag in truth["tags"].values()
        if tag["plugin"] == "scalars" and tag["count"] > 2 and tag["min_step"] == tag["max_step"]
    ]
    assert len(set(wrong)) > 5
    assert {path for path in wrong if "one_step" not in found.get(path, set())} == set()


def test_files_that_begin_again_have_a_finding(truths: dict[str, Truth], found: dict[str, set[str]]) -> None:
    """But where session starts say from which step on: these readers follow."""
    again = restarts(truths)
    announced = {folder(path) for path, truth in truths.items() if truth["session_log"]}
    told = {folder(path) for path, codes in found.items() if codes & OF_SEVERAL_FILES}
    assert len(again - announced) > 10
    assert (again - announced) - told == set()
