"""Log directories and the runs in them: found, named, ordered, and told apart from what they are not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index.following import Following
from index.records import NAME, scalars, session_start, write

Follow = Callable[..., Following]


def logdir(following: Following) -> dict[str, str]:
    (logdir,) = following.state()["logdirs"]
    return dict(logdir)


def test_a_log_directory_that_appears_later_is_picked_up(tmp_path: Path, follow: Follow) -> None:
    (tmp_path / "runs").mkdir()
    following = follow(tmp_path / "rnus")
    following.until_loaded()
    assert logdir(following)["state"] == "missing"
    assert f"Did you mean {tmp_path / 'runs'}?" in logdir(following)["message"]
    (tmp_path / "rnus").mkdir()
    following.until(lambda: logdir(following)["state"] == "empty")
    assert "`tfevents`" in logdir(following)["message"]
    assert str(tmp_path / "rnus") in logdir(following)["message"]
    write(tmp_path / "rnus" / "run", scalars(range(3)))
    following.until(lambda: following.steps() == [0, 1, 2])
    assert (logdir(following)["state"], logdir(following)["message"]) == ("ok", "")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_path_is_recognised(tmp_path: Path, follow: Follow, quote: str) -> None:
    following = follow(tmp_path / f"{quote}runs{quote}")
    following.until_loaded()
    assert logdir(following)["state"] == "missing"
    assert "starts and ends with a quote" in logdir(following)["message"]


def test_a_file_is_no_log_directory(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(3)))
    following = follow(path)
    following.until_loaded()
    assert logdir(following)["state"] == "not_a_directory"
    assert str(tmp_path / "run") in logdir(following)["message"]


def test_two_log_directories_of_one_name_keep_their_runs_apart(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "a" / "runs" / "run", scalars(range(3)))
    write(tmp_path / "b" / "runs" / "run", scalars(range(7)))
    following = follow(tmp_path / "a" / "runs", tmp_path / "b" / "runs")
    following.until_loaded()
    runs = following.state()["runs"]
    assert [(run["logdir"], run["name"], run["points"]) for run in runs] == [
        ("runs", "run", 3),
        ("runs (2)", "run", 7),
    ]
    assert runs[0]["id"] != runs[1]["id"]
    frame = following.scalars(runs=[runs[1]["id"], "unknown", runs[0]["id"]])
    assert [entry["run"] for entry in frame.header["series"]] == [runs[1]["id"], runs[0]["id"]]


def test_names_of_any_script_and_bytes_are_runs_of_their_own(tmp_path: Path, follow: Follow) -> None:
    names = [
        b"run10",
        b"run2",
        "実験…1".encode(),
        b"a b=c,d",
        b"bytes-\xff",
        b"bytes-\xfe",
        b"emoji-\xf0\x9f\x94\xa5",
    ]
    for number, name in enumerate(names):
        write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)), scalars(range(number + 1)))
    following = follow(tmp_path)
    following.until_loaded()
    runs = following.state()["runs"]
    assert [(run["name"], run["points"]) for run in runs] == [
        ("a b=c,d", 4),
        ("bytes-\\xfe", 6),
        ("bytes-\\xff", 5),
        ("emoji-🔥", 7),
        ("run2", 2),
        ("run10", 1),
        ("実験…1", 3),
    ]
    assert len({run["id"] for run in runs}) == len(names)
    again = follow(tmp_path)
    again.until_loaded()
    assert [run["id"] for run in again.state()["runs"]] == [run["id"] for run in runs]


@pytest.mark.row("F12", "F23")
def test_folders_links_and_parents(tmp_path: Path, follow: Follow) -> None:
    root = tmp_path / "runs"
    write(root, scalars(range(1)))
    write(root / "sweep" / "trial", scalars(range(2)))
    write(root / "sweep" / "trial" / "loss_train", scalars(range(3)))
    write(root / ".ipynb_checkpoints" / "run", scalars(range(4)))
    write(tmp_path / "elsewhere" / "run", scalars(range(5)))
    (root / "link").symlink_to(tmp_path / "elsewhere")
    (root / "sweep" / "loop").symlink_to(root)
    following = follow(root)
    following.until_loaded()
    runs = following.runs()
    assert {name: run["points"] for name, run in runs.items()} == {
        ".": 1,
        "link/run": 5,
        "sweep/trial": 2,
        "sweep/trial/loss_train": 3,
    }
    # `loss` in `loss_train` is what add_scalars makes; a run above does not make every other one its sub-run.
    assert {name: run["parent"] for name, run in runs.items() if run["parent"]} == {
        "sweep/trial/loss_train": runs["sweep/trial"]["id"]
    }
    skipped = {skipped["path"]: skipped["reason"] for skipped in following.state()["logdirs"][0]["skipped"]}
    assert set(skipped) == {"runs/.ipynb_checkpoints", "runs/sweep/loop"}
    assert "dot" in skipped["runs/.ipynb_checkpoints"]
    assert "listed already" in skipped["runs/sweep/loop"]


def test_writers_and_times_of_a_run(tmp_path: Path, follow: Follow) -> None:
    write(
        tmp_path / "run", scalars(range(5), wall_time=1000.0), "events.out.tfevents.1.gpu.example.org.4711.0"
    )
    write(tmp_path / "run", scalars(range(5), "eval", 2000.0), "events.out.tfevents.2.other")
    following = follow(tmp_path)
    following.until_loaded()
    run = following.run("run")
    assert run["writers"] == [{"host": "gpu.example.org", "pid": 4711}, {"host": "other", "pid": None}]
    assert (run["first_wall_time"], run["last_wall_time"], run["last_step"]) == (1000.0, 2005.0, 4)
    assert (run["points"], run["tags"], run["attempts"]) == (10, 2, 1)
    assert [file["records"] for file in run["files"]] == [6, 6]


@pytest.mark.row("E01", "E03")
def test_restarts_are_attempts_in_order_of_time_not_of_name(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "again", scalars(range(10), wall_time=2000.0), "events.out.tfevents.1.host.1.0")
    write(tmp_path / "again", scalars(range(20), wall_time=1000.0), "events.out.tfevents.2.host.1.0")
    write(tmp_path / "resumed", scalars(range(10), wall_time=1000.0), "events.out.tfevents.1.host.1.0")
    write(tmp_path / "resumed", scalars(range(10, 15), wall_time=2000.0), "events.out.tfevents.2.host.1.0")
    write(tmp_path / "session", scalars(range(10)) + session_start(5) + scalars(range(5, 8)))
    following = follow(tmp_path)
    following.until_loaded()
    assert {name: run["attempts"] for name, run in following.runs().items()} == {
        "again": 2,
        "resumed": 1,
        "session": 2,
    }
    assert following.attempts() == [
        list(range(20)),
        list(range(10)),
        list(range(15)),
        list(range(10)),
        list(range(5, 8)),
    ]
    entries = following.scalars().header["series"]
    assert [(entry["attempt"], entry["attempts"]) for entry in entries] == [
        (0, 2),
        (1, 2),
        (0, 1),
        (0, 2),
        (1, 2),
    ]


def test_the_board_writes_nothing(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(5)))
    before = {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]}
    following = follow(tmp_path)
    following.until_loaded()
    following.index.close()
    assert {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]} == before
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [NAME]
