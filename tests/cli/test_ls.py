"""What `lightboard ls` prints, and how it ends."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest
from tensorboardX import SummaryWriter as TensorboardX

from boards import environment
from index.records import scalars, write
from logdirs import flip_payload_byte, write_run


def ls(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lightboard", "ls", *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_table(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "a", {"loss": [3.0, 0.25], "lr": [0.5]})
    write_run(tmp_path / "runs" / "実験", {"loss": [float("nan")]})
    finished = ls("runs", cwd=tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.replace("live", "idle").splitlines() == [
        f"runs  {tmp_path}/runs  2 runs, 4 points",
        "",
        "RUN   STATE  TAG   KIND    COUNT  LAST STEP  LAST VALUE",
        "a     idle   loss  scalar      2          1        0.25",
        "             lr    scalar      1          0         0.5",
        "実験  idle   loss  scalar      1          0         nan",
    ]


def test_problems_are_told(tmp_path: Path) -> None:
    flip_payload_byte(write_run(tmp_path / "runs" / "bad", {"loss": [1, 2, 3]}), 2)
    (tmp_path / "runs" / "none").mkdir()
    (tmp_path / "runs" / "none" / "events.out.tfevents.1.host.1.0").touch()
    finished = ls("runs", cwd=tmp_path)
    assert finished.returncode == 0
    assert "bad: damaged. " in finished.stdout
    assert "none: empty. Expected records, found 0 bytes" in finished.stdout
    assert "bad   damaged  loss  scalar      2          2           3" in finished.stdout


@pytest.mark.parametrize("arguments", [["nothing"], ["nothing", "--json"]])
def test_a_log_directory_that_is_not_there(tmp_path: Path, arguments: list[str]) -> None:
    finished = ls(*arguments, cwd=tmp_path)
    assert finished.returncode == 1
    assert str(tmp_path / "nothing") in finished.stdout
    assert ls("--what", cwd=tmp_path).returncode == 2


def test_an_event_file_that_cannot_be_read(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "good", {"loss": [3.0]})
    (tmp_path / "runs" / "bad").mkdir()
    # Reading it at 0 fails, for root as well.
    (tmp_path / "runs" / "bad" / "events.out.tfevents.1.host").symlink_to("/proc/self/mem")
    finished = ls("runs", cwd=tmp_path)
    assert finished.returncode == 1
    assert "bad: unreadable. Expected to read" in finished.stdout
    assert "loss  scalar      1" in finished.stdout


def test_writers_in_conflict_are_told(tmp_path: Path) -> None:
    for rank in range(2):
        name = f"events.out.tfevents.1700000000.gpu{rank}.1.0"
        write(tmp_path / "runs" / "ranks", scalars(range(3), wall_time=1_700_000_000.0 + rank), name)
    finished = ls("runs", cwd=tmp_path)
    assert finished.returncode == 0
    assert 'ranks: conflict. Expected one writer at a time in a run, found 2 files that log "loss"' in (
        finished.stdout
    )


def test_json(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "a", {"loss": [3.0, float("inf")]})
    finished = ls("runs", "again=runs", "--json", cwd=tmp_path)
    assert "same directory" in finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    assert [logdir["name"] for logdir in found["logdirs"]] == ["runs"]
    (run,) = found["runs"]
    assert (run["name"], run["points"], run["hparams"]) == ("a", 2, {})
    (series,) = run["series"]
    last_wall_time = series.pop("last_wall_time")
    assert last_wall_time == run["last_wall_time"]
    assert series == {
        "tag": "loss",
        "kind": "scalar",
        "count": 2,
        "last_step": 1,
        "last_value": "Infinity",
    }


def test_json_has_hyper_parameters(tmp_path: Path) -> None:
    with TensorboardX(str(tmp_path / "runs" / "a")) as writer:
        writer.add_hparams({"lr": float("nan"), "name": "adam"}, {"accuracy": 0.5}, name="made")
    finished = ls("runs", "--json", cwd=tmp_path)
    runs = {run["name"]: run["hparams"] for run in json.loads(finished.stdout)["runs"]}
    assert runs["a"] == runs["a/made"] == {"lr": "NaN", "name": "adam"}


def test_what_was_logged_cannot_command_the_terminal(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "a\x1b[31m", {"loss\n\x07\u202e": [1]})
    out = ls("runs", cwd=tmp_path).stdout
    assert "a\\x1b[31m" in out
    assert "loss\\n\\x07\\u202e" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_a_narrow_terminal_keeps_each_row_on_its_line(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / ("very_long_name_" * 8), {"実験/" * 20: [1]})
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = {name: value for name, value in environment().items() if name not in {"COLUMNS", "LINES"}}
    subprocess.run(
        [sys.executable, "-m", "lightboard", "ls", "runs"],
        cwd=tmp_path,
        env=env,
        stdout=theirs,
        check=True,
        timeout=60,
    )
    os.close(theirs)
    lines = os.read(ours, 100_000).decode().splitlines()
    os.close(ours)
    row = lines[3]
    assert row.count("…") == 2
    assert sum(2 if ord(char) > 0x3000 else 1 for char in row) == 80
    assert row.endswith("scalar      1          0           1")


def test_a_thousand_runs(tmp_path: Path) -> None:
    for number in range(1000):
        write_run(tmp_path / "runs" / f"run{number}", {"loss": [1.0, number]})
    finished = ls("runs", cwd=tmp_path)
    rows = [line.split() for line in finished.stdout.splitlines()[3:]]
    assert [(row[0], row[-1]) for row in rows] == [(f"run{number}", str(number)) for number in range(1000)]
