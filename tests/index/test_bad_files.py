"""Files and folders that cannot be read, or are not what their names say: listed with the cause, at no others' cost."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.following import Following
from index.records import header, length_header, scalars, write

Follow = Callable[..., Following]


@pytest.mark.row("F11")
def test_empty_header_only_and_foreign_files_beside_a_good_one(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "good", scalars(range(10)))
    write(tmp_path / "empty", b"")
    write(tmp_path / "header", header())
    write(tmp_path / "text", b"step,loss\n" * 1000)
    write(tmp_path / "gzip", gzip.compress(scalars(range(10))), "events.out.tfevents.1.host.gz")
    write(tmp_path / "lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")
    write(tmp_path / "zeros", bytes(4096))
    following = follow(tmp_path)
    following.until_loaded()
    runs = following.runs()
    assert {name: run["state"] for name, run in runs.items()} == {
        "good": "live",
        "empty": "empty",
        "header": "header_only",
        "text": "foreign",
        "gzip": "foreign",
        "lfs": "foreign",
        "zeros": "header_only",
    }
    assert runs["good"]["points"] == 10
    assert "git lfs pull" in runs["lfs"]["message"]
    assert "gunzip" in runs["gzip"]["message"]
    assert "no record" in runs["text"]["message"]
    assert "found only the file's header" in runs["header"]["message"]
    assert "found no whole record" in runs["zeros"]["message"]
    for name in ("empty", "header", "text"):
        assert str(tmp_path / name) in runs[name]["message"]


def test_a_foreign_file_beside_a_good_one_does_not_hide_the_run(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(10)))
    write(tmp_path / "run", b"something else entirely, longer than a header", "notes.tfevents.txt")
    following = follow(tmp_path)
    following.until_loaded()
    run = following.run("run")
    assert (run["state"], run["points"]) == ("live", 10)
    assert {file["name"]: file["state"] for file in run["files"]}["notes.tfevents.txt"] == "foreign"


def test_an_empty_file_that_gets_records_becomes_a_run_with_points(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", b"")
    following = follow(tmp_path)
    following.until(lambda: following.runs().get("run", {}).get("state") == "empty")
    path.write_bytes(scalars(range(3)))
    following.until(lambda: following.steps() == [0, 1, 2])


def test_pipes_named_like_event_files_are_passed_over(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(3)))
    os.mkfifo(tmp_path / "run" / "pipe.tfevents")
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [0, 1, 2])
    (skipped,) = following.state()["logdirs"][0]["skipped"]
    assert skipped["path"].endswith("run/pipe.tfevents")
    assert "no regular file" in skipped["reason"]


def test_a_record_that_claims_to_be_huge_is_waited_for(tmp_path: Path, follow: Follow) -> None:
    claim = length_header(2**31 - 2) + b"x" * 1000
    write(tmp_path / "huge", scalars(range(3)) + claim)
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [0, 1, 2])


def child(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a program in a process of its own, which may drop privileges or lower limits. It talks in JSON lines."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    body: dict[str, Any] = json.loads(process.stdout.readline())
    return body


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


AS_NOBODY = """
import json, os, sys
from index.following import Following
if os.getuid() == 0:  # root may read everything, so the index runs as nobody while the test changes permissions
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
following = Following(("runs", sys.argv[1]))
following.until_loaded()
def seen():
    print(json.dumps({"runs": following.runs(), "logdir": following.state()["logdirs"][0]}), flush=True)
    sys.stdin.readline()
seen()
following.until(lambda: following.run("locked")["points"] == 10)
seen()
following.until(lambda: following.runs().get("folder/run", {}).get("points") == 10)
seen()
following.until(lambda: following.run("folder/run")["state"] == "unreadable")
seen()
following.until(lambda: following.run("folder/run")["state"] == "live")
"""


@pytest.mark.row("F08", "F09")
def test_what_may_not_be_read_is_named_and_read_when_it_may(tmp_path: Path) -> None:
    if os.getuid() == 0:
        for parent in (tmp_path, *tmp_path.parents):
            if parent.is_relative_to(tempfile.gettempdir()) and parent.name.startswith(
                ("test_", "popen-", "pytest-")
            ):
                parent.chmod(0o755)  # pytest keeps its folders to their owner
    folder = tmp_path / "folder"
    locked = write(tmp_path / "locked", scalars(range(10)))
    write(tmp_path / "good", scalars(range(10)))
    write(folder / "run", scalars(range(10)))
    locked.chmod(0o000)
    folder.chmod(0o000)
    with child(AS_NOBODY, str(tmp_path)) as process:
        seen = answer(process)
        states = {name: (run["state"], run["points"]) for name, run in seen["runs"].items()}
        assert states == {"good": ("live", 10), "locked": ("unreadable", 0)}
        message = seen["runs"]["locked"]["message"]
        assert "Permission denied" in message
        assert str(locked) in message
        (skipped,) = seen["logdir"]["skipped"]
        assert skipped["path"] == "runs/folder"
        assert "Permission denied" in skipped["reason"]

        locked.chmod(0o644)
        go_on(process)
        assert answer(process)["runs"]["locked"]["state"] == "live"

        folder.chmod(0o755)
        go_on(process)
        assert answer(process)["logdir"]["skipped"] == []

        folder.chmod(0o000)
        go_on(process)
        run = answer(process)["runs"]["folder/run"]
        assert run["points"] == 10, "what was read before is kept"

        folder.chmod(0o755)
        go_on(process)
        assert process.wait(60) == 0


FEW_DESCRIPTORS = """
import json, resource, sys
from index.following import Following
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
following = Following(("runs", sys.argv[1]))
following.until_loaded()
runs = following.runs().values()
states = sorted({run["state"] for run in runs})
print(json.dumps({"runs": len(runs), "points": sum(run["points"] for run in runs), "states": states}))
"""


@pytest.mark.row("F21")
def test_many_files_need_few_descriptors(tmp_path: Path) -> None:
    files, content = 2000, scalars(range(3))
    for number in range(files):
        write(tmp_path / f"run{number}", content)
    with child(FEW_DESCRIPTORS, str(tmp_path)) as process:
        assert answer(process) == {"runs": files, "points": 3 * files, "states": ["live"]}
