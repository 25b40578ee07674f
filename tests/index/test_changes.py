"""Versions, waiting and what a change says."""

import threading
from collections.abc import Callable
from pathlib import Path

from index.following import Following
from index.records import append, scalar, scalars, session_start, write

Follow = Callable[..., Following]


def test_a_change_names_the_runs_that_changed(tmp_path: Path, follow: Follow) -> None:
    first = write(tmp_path / "first", scalars(range(3)))
    write(tmp_path / "second", scalars(range(3)))
    following = follow(tmp_path)
    following.until_loaded()
    following.until(lambda: following.changes(0)["tags"])
    assert following.tags() == {("loss", "scalar"): 2}
    ids = {name: run["id"] for name, run in following.runs().items()}
    everything = following.changes(0)
    assert (set(everything["runs"]), everything["tags"], everything["all"]) == (
        set(ids.values()),
        True,
        True,
    )

    version = following.until_quiet()
    append(first, scalar(3, 3.0))
    following.until(lambda: following.run("first")["points"] == 4 and following.index.version > version)
    change = following.changes(version)
    assert (change["runs"], change["removed"], change["tags"], change["all"]) == (
        [ids["first"]],
        [],
        False,
        False,
    )

    version = following.until_quiet()
    append(first, scalar(3, 3.0, "accuracy"))
    following.until(lambda: following.changes(version)["tags"])
    assert following.changes(version)["runs"] == [ids["first"]]
    assert ("accuracy", "scalar") in following.tags()


def test_a_change_names_the_series_that_changed(tmp_path: Path, follow: Follow) -> None:
    content = scalars(range(3)) + scalars(range(3), "accuracy")
    files = [write(tmp_path / name, content) for name in ("a", "b", "c")]
    following = follow(tmp_path)
    following.until_loaded()
    ids = {name: run["id"] for name, run in following.runs().items()}
    version = following.until_quiet()
    append(files[0], scalar(3, 3.0))
    append(files[1], scalar(3, 3.0, "accuracy") + scalar(3, 3.0))
    following.until(lambda: sum(run["points"] for run in following.runs().values()) == 21)
    following.until_quiet()
    change = following.changes(version)
    assert change["runs"] == sorted([ids["a"], ids["b"]])
    a, b = (change["runs"].index(ids[name]) for name in "ab")
    assert change["series"] == {"loss": [0, 1], "accuracy": [b]}
    assert change["any_series"] == []

    append(files[0], session_start(2) + scalar(2, 3.0))
    following.until(lambda: following.run("a")["attempts"] == 2)
    following.until_quiet()
    change = following.changes(version)
    assert change["any_series"] == [a], "a restart may concern every series of its run"
    assert change["series"] == {"loss": [b], "accuracy": [b]}

    version = following.index.version
    write(tmp_path / "a", scalars(range(3)), name="events.out.tfevents.9.h.2")
    following.until(lambda: len(following.run("a")["files"]) == 2)
    following.until_quiet()
    change = following.changes(version)
    assert (change["runs"], change["series"], change["any_series"]) == ([ids["a"]], {}, [0])


def test_nothing_new_is_no_change(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(3)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [0, 1, 2])
    version = following.until_quiet()
    assert following.changes(version) == {
        "version": version,
        "runs": [],
        "series": {},
        "any_series": [],
        "removed": [],
        "tags": False,
        "all": False,
    }
    assert following.changes(version + 1000)["all"]


def test_waiting_lets_other_threads_work_and_ends_when_the_index_closes(
    tmp_path: Path, follow: Follow
) -> None:
    write(tmp_path / "run", scalars(range(3)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [0, 1, 2])
    waiting, ended = threading.Event(), threading.Event()

    def wait() -> None:
        waiting.set()
        following.index.wait(1_000_000, 100)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait()
    assert following.steps() == [0, 1, 2]
    following.index.close()
    assert ended.wait(10)
    thread.join()
    assert following.steps() == [0, 1, 2], "questions are answered after the end too"
    following.index.close()
