"""Disks, clocks, limits and other programs that misbehave: nothing is lost but what is gone, what heals is read."""

import gzip
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.following import Following
from index.records import NAME, append, header, scalar, scalars, write
from index.test_bad_files import answer, child, go_on

Follow = Callable[..., Following]

NOW = time.time()


@pytest.mark.row("F19")
@pytest.mark.parametrize(
    "wall_time", [0.0, 86_400.0, NOW + 10 * 365 * 86_400], ids=["1970", "1970-01-02", "ahead"]
)
@pytest.mark.parametrize("modified", [1.0, NOW + 86_400], ids=["long ago", "ahead"])
def test_no_clock_stops_a_file_from_being_followed(
    tmp_path: Path, follow: Follow, wall_time: float, modified: float
) -> None:
    path = write(tmp_path / "run", scalars(range(3), wall_time=wall_time))
    os.utime(path, (modified, modified))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [0, 1, 2])
    assert following.run("run")["state"] == ("live" if modified > NOW else "idle")
    for step in range(3, 6):
        append(path, scalar(step, step, wall_time=wall_time + step))
        os.utime(path, (modified, modified))
        following.until(lambda: following.steps() == list(range(step + 1)))  # noqa: B023 (called at once)
    assert following.run("run")["first_wall_time"] == wall_time


@pytest.mark.row("F20")
def test_a_job_that_compresses_old_files_takes_only_those(tmp_path: Path, follow: Follow) -> None:
    old = write(tmp_path / "run", scalars(range(5)))
    write(tmp_path / "run", scalars(range(5, 9), wall_time=1_700_000_100.0), "events.out.tfevents.2.host.1.1")
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(9)))
    with gzip.open(old.with_name(NAME + ".gz"), "wb") as compressed:
        compressed.write(old.read_bytes())
    old.unlink()
    following.until(lambda: following.steps() == list(range(5, 9)))

    def files() -> dict[str, dict[str, str]]:
        return {file["name"]: file for file in following.run("run")["files"]}

    following.until(lambda: NAME + ".gz" in files() and files()[NAME + ".gz"]["state"] == "foreign")
    assert "gunzip" in files()[NAME + ".gz"]["message"]
    assert following.run("run")["state"] == "live"
    old.write_bytes(scalars(range(5)))  # as gunzip -k does
    following.until(lambda: following.steps() == list(range(9)))


@pytest.mark.row("F20")
def test_a_job_that_empties_a_folder_for_temporary_files_leaves_the_log_directory_known(
    tmp_path: Path, follow: Follow
) -> None:
    logs = tmp_path / "logs"
    write(logs / "run", scalars(range(5)))
    following = follow(logs)
    following.until(lambda: following.steps() == list(range(5)))
    shutil.rmtree(logs)
    following.until(lambda: following.state()["logdirs"][0]["state"] == "missing")
    assert following.runs() == {}
    write(logs / "run", scalars(range(3)))
    following.until(lambda: following.steps() == list(range(3)))


FEW_DESCRIPTORS_LEFT = """
import json, os, resource, sys
from index.following import Following
following = Following(("runs", sys.argv[1]))
following.until(lambda: following.runs().get("first", {}).get("points") == 3)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
taken = []
try:
    while True:
        taken.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
print(json.dumps({"taken": len(taken)}), flush=True)
sys.stdin.readline()
following.until(lambda: following.run("first")["state"] == "unreadable")
print(json.dumps(following.run("first")), flush=True)
for descriptor in taken:
    os.close(descriptor)
following.until(lambda: {name: run["points"] for name, run in following.runs().items()} == {"first": 5, "second": 4})
print(json.dumps(following.state()), flush=True)
"""


@pytest.mark.row("F21")
def test_when_no_descriptor_is_left_it_is_said_and_goes_on_when_there_is_one(tmp_path: Path) -> None:
    path = write(tmp_path / "first", scalars(range(3)))
    with child(FEW_DESCRIPTORS_LEFT, str(tmp_path)) as process:
        assert answer(process)["taken"] > 0
        append(path, scalar(3, 3) + scalar(4, 4))
        write(tmp_path / "second", scalars(range(4)))
        go_on(process)
        run = answer(process)
        assert run["points"] == 3, "what was read before is kept"
        assert "Too many open files" in run["message"]
        state = answer(process)
        assert [(run["state"], run["message"]) for run in state["runs"]] == [("live", "")] * 2
        assert state["logdirs"][0]["state"] == "ok"


@pytest.mark.row("F08")
def test_a_disk_that_fails_to_read_is_asked_again(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(3)))
    write(tmp_path / "good", scalars(range(3)))
    following = follow(tmp_path)
    following.until(lambda: following.runs().get("run", {}).get("points") == 3)
    # Of this regular file the system answers every read at its start with EIO.
    path.unlink()
    path.symlink_to("/proc/self/mem")
    following.until(lambda: following.runs().get("run", {}).get("state") == "unreadable")
    assert "Input/output error" in following.run("run")["message"]
    assert following.run("good")["state"] == "live"
    path.unlink()
    path.write_bytes(scalars(range(7)))
    following.until(lambda: following.runs().get("run", {}).get("points") == 7)
    assert following.run("run")["state"] == "live"


def test_a_file_that_becomes_something_else_and_a_file_again(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(3)))
    write(tmp_path / "good", scalars(range(2)))
    following = follow(tmp_path)
    following.until(lambda: len(following.steps()) == 5)

    def as_folder() -> None:
        write(path, scalars(range(4)))  # a run in a folder with an event file's name

    def as_pipe() -> None:
        os.mkfifo(path)

    def as_socket() -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"/proc/self/fd/{folder}/{NAME}")

    folder = os.open(path.parent, os.O_RDONLY)
    runs = {as_folder: {"good": 2, f"run/{NAME}": 4}, as_pipe: {"good": 2}, as_socket: {"good": 2}}
    for become, expected in runs.items():
        path.unlink()
        become()
        following.until(lambda: {name: run["points"] for name, run in following.runs().items()} == expected)  # noqa: B023
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        path.write_bytes(scalars(range(6)))
        following.until(lambda: following.runs().get("run", {}).get("points") == 6)
    os.close(folder)


def test_a_folder_that_becomes_a_file_and_a_folder_again(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "sweep" / "a", scalars(range(3)))
    write(tmp_path / "good", scalars(range(2)))
    following = follow(tmp_path)
    following.until(lambda: set(following.runs()) == {"good", "sweep/a"})
    shutil.rmtree(tmp_path / "sweep")
    (tmp_path / "sweep").write_text("gone")
    following.until(lambda: set(following.runs()) == {"good"})
    (tmp_path / "sweep").unlink()
    write(tmp_path / "sweep" / "a", scalars(range(5)))
    following.until(lambda: following.runs().get("sweep/a", {}).get("points") == 5)


@pytest.mark.row("F23")
@pytest.mark.parametrize("folder", [".hidden", ".ipynb_checkpoints", ".Trash-1000"])
def test_hidden_folders_are_passed_over_and_named(tmp_path: Path, follow: Follow, folder: str) -> None:
    path = write(tmp_path / folder / "run", scalars(range(3)))
    write(tmp_path / "run", header())
    following = follow(tmp_path)
    following.until_loaded()
    assert set(following.runs()) == {"run"}
    (skipped,) = following.state()["logdirs"][0]["skipped"]
    assert skipped == {"path": f"{tmp_path.name}/{folder}", "reason": "its name begins with a dot"}
    path.parent.parent.rename(tmp_path / "shown")
    following.until(lambda: following.runs().get("shown/run", {}).get("points") == 3)


NO_ROOM = """
import json, sys, tempfile
from index.following import Following
from lightboard._core import Index
following = Following(("runs", sys.argv[1]))
following.index.close()
following.index = Index([("runs", sys.argv[1])], poll_secs=0.02, max_memory=1 << 20)
following.until(lambda: following.state()["logdirs"][0]["state"] == "failed")
print(json.dumps(following.state()["logdirs"][0]), flush=True)
sys.stdin.readline()
following.until(lambda: following.state()["logdirs"][0]["state"] == "ok" and following.run("run")["points"] == 60_000)
print(json.dumps(following.run("run")), flush=True)
"""


def test_a_log_directory_fails_with_the_reason_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    monkeypatch.setenv("TMPDIR", str(room))
    write(tmp_path / "logs" / "run", header() + b"".join(scalar(step, step / 7) for step in range(60_000)))
    with child(NO_ROOM, str(tmp_path / "logs")) as process:
        logdir = answer(process)
        assert re.search(
            "Expected to keep points on disk.*No such file.*Nothing more is read", logdir["message"]
        )
        room.mkdir()
        go_on(process)
        assert answer(process)["state"] == "live"


def test_answers_are_json_while_files_come_and_go(tmp_path: Path, follow: Follow) -> None:
    following = follow(tmp_path)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        write(tmp_path / "run", scalars(range(5)))
        json.dumps(following.state())
        shutil.rmtree(tmp_path / "run")
    write(tmp_path / "run", scalars(range(8)))
    following.until(lambda: following.runs().get("run", {}).get("points") == 8)
