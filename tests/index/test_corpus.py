"""Every event file of the corpus is listed, and what it holds is what TensorBoard itself reads in it.

The corpus (real files of many writers, not part of the repository) lies where LIGHTBOARD_CORPUS says.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lightboard
from index import as_tensorboard
from index.following import Following

CORPUS = os.environ.get("LIGHTBOARD_CORPUS")
pytestmark = pytest.mark.skipif(
    not CORPUS, reason="LIGHTBOARD_CORPUS is not set: real files of other writers are NOT tested"
)


@pytest.fixture(scope="module")
def truths() -> dict[str, dict[str, Any]]:
    assert CORPUS is not None
    lines = (Path(CORPUS) / "truth.jsonl").read_text().splitlines()
    return {truth["path"]: truth for truth in map(json.loads, lines)}


def scalar_count(truth: dict[str, Any]) -> int:
    return sum(tag["count"] for tag in truth["tags"].values() if tag["plugin"] == "scalars")


def test_every_file_is_listed_and_every_scalar_is_kept(
    follow: Callable[..., Following], truths: dict[str, dict[str, Any]]
) -> None:
    assert CORPUS is not None
    following = follow(Path(CORPUS))
    following.until_loaded()
    state = following.state()
    skipped = [
        skipped["path"].removeprefix(Path(CORPUS).name + "/") for skipped in state["logdirs"][0]["skipped"]
    ]
    expected = {path for path in truths if not any(path.startswith(folder + "/") for folder in skipped)}
    listed = {
        (run["name"] + "/" + file["name"]).removeprefix("./"): file
        for run in state["runs"]
        for file in run["files"]
    }
    assert set(listed) == expected
    points: Counter[str] = Counter()
    damaged = set()
    for path in expected:
        truth, run = truths[path], str(Path(path).parent)
        points[run] += scalar_count(truth)
        if truth["loader_end"] != "EndOfFile" or truth["frames"]["stop"]:
            damaged.add(run)
        assert listed[path]["bytes"] == truth["size"]
        assert listed[path]["records"] >= truth["frames"]["records"], path
    for run in state["runs"]:
        if run["name"] in damaged:
            assert run["points"] >= points[run["name"]], run["name"]
        else:
            assert run["points"] == points[run["name"]], run["name"]


def test_every_tag_of_every_run_answers_with_all_its_points(
    follow: Callable[..., Following], truths: dict[str, dict[str, Any]]
) -> None:
    assert CORPUS is not None
    following = follow(Path(CORPUS))
    following.until_loaded()
    ids = {run["id"]: run["name"] for run in following.state()["runs"]}
    expected: Counter[tuple[str, str]] = Counter()
    for path, truth in truths.items():
        for tag, described in truth["tags"].items():
            if described["plugin"] == "scalars":
                expected[str(Path(path).parent), tag] += described["count"]
    found: Counter[tuple[str, str]] = Counter()
    for tag, kind in following.tags():
        if kind == "scalar":
            frame = following.scalars(tag)
            assert sum(entry["length"] for entry in frame.header["series"]) == len(frame.columns["step"])
            for entry in frame.header["series"]:
                assert entry["length"] == entry["points"]
                found[ids[entry["run"]], tag] += entry["points"]
    assert {
        key: count for key, count in expected.items() if found[key] < count and key[0] in ids.values()
    } == {}


def test_conflicts_and_sub_runs_are_those_that_people_would_see(follow: Callable[..., Following]) -> None:
    """Judged by hand.

    No two files with values of any run overlap in time, so nothing is a conflict. Below other runs there are also `tf`,
    `train`, `validation` and `eval` folders and sessions of TensorFlow's hparams: runs of their own.
    """
    assert CORPUS is not None
    following = follow(Path(CORPUS))
    following.until_loaded()
    runs = following.runs()
    assert {name: run["conflict"] for name, run in runs.items() if run["conflict"]} == {}
    names = {run["id"]: name for name, run in runs.items()}
    ties = {
        (name, names[run["parent"]], run["made_by"])
        for name, run in runs.items()
        if run["parent"] is not None
    }
    expected = set()
    lightning = "Jhko725__Contact-Point-Detection/lightning_logs"
    for name in runs:
        folder, _, last = name.rpartition("/")
        if name.startswith(lightning) and folder != lightning and last.replace(".", "").isdigit():
            expected.add((name, folder, "add_hparams"))
        elif name.startswith("miaoshuyu__") and "/scalar/scalars_test/" in name:
            expected.add((name, name.removesuffix(f"/scalar/scalars_test/{last}"), "add_scalars"))
        elif name.startswith("ma-nual__") and last in {"data_data_group_x", "data_data_group_y"}:
            expected.add((name, folder, "add_scalars"))
    assert len(expected) == 21
    assert ties == expected


@pytest.mark.slow
def test_every_value_of_another_kind_is_what_tensorboard_makes_of_it(
    truths: dict[str, dict[str, Any]],
) -> None:
    assert CORPUS is not None
    read: Counter[str] = Counter()
    compared = 0
    with lightboard.open(CORPUS, cache_dir=None) as index:
        for run in index.runs:
            listed = [series for series in run.series(kind=None) if series.kind != "scalar"]
            seen: as_tensorboard.Seen = {}
            if listed and len(run.files) == 1 and run.state != "damaged":
                seen = as_tensorboard.read(Path(CORPUS) / run.name / run.files[0]["name"])
            for series in listed:
                values = list(series.values)
                read[run.name] += len(values)
                told = seen.get(series.tag, [])
                for ours, (_, plugin, content, tensor) in zip(values, told, strict=bool(seen)):
                    if plugin:
                        as_tensorboard.check(ours, plugin, content, tensor)
                        compared += 1
        names = {run.name for run in index.runs}
    expected: Counter[str] = Counter()
    for path, truth in truths.items():
        others = [tag["count"] for tag in truth["tags"].values() if tag["plugin"] != "scalars"]
        expected[str(Path(path).parent)] += sum(others)
    assert {run: count for run, count in expected.items() if run in names and read[run] < count} == {}
    assert compared > 4000


def test_every_byte_of_every_file_is_accounted_for(
    follow: Callable[..., Following], truths: dict[str, dict[str, Any]]
) -> None:
    """Bytes on disk are those of whole records, of damaged ranges, and of what ends early, as the truth has them."""
    assert CORPUS is not None
    following = follow(Path(CORPUS))
    following.until_loaded()
    ends: Counter[str] = Counter()
    for run in following.state()["runs"]:
        for file in run["files"]:
            path = (run["name"] + "/" + file["name"]).removeprefix("./")
            frames = truths[path]["frames"]
            # A record that is no event, or in part, is whole; what ends early lies behind what was read.
            damaged = [it for it in file["damage"] if it["code"] != "not_an_event"]
            inside = sum(it["length"] for it in damaged if it["offset"] < file["bytes_read"])
            tail = file["bytes"] - file["bytes_read"]
            assert file["bytes"] == truths[path]["size"], path
            if frames["stop"] is None:
                assert (file["bytes_read"] - inside, inside, tail) == (file["bytes"], 0, 0), path
                assert (file["records"], frames["valid_bytes"]) == (frames["records"], file["bytes"]), path
                whole = {"live", "idle"} if truths[path]["n_tags"] else {"header_only", "empty"}
                assert file["state"] in whole | {"damaged"}, path
                assert (file["state"] == "damaged") == bool(file["damage"]), path
                ends["whole"] += 1
            elif not inside:
                assert (file["bytes_read"], tail) == (frames["valid_bytes"], frames["trailing_bytes"]), path
                assert file["records"] == frames["records"], path
                assert file["state"] in {"damaged", "live", "foreign", "header_only", "empty"}, path
                ends["early"] += 1
            else:
                # The truth stops at the first damage; here reading goes on behind it.
                assert damaged[0]["offset"] == frames["valid_bytes"], path
                assert file["records"] > frames["records"], path
                assert file["state"] == "damaged", path
                ends["damaged"] += 1
    assert ends["whole"] > 100
    assert ends["early"] + ends["damaged"] > 0
