"""The situations of the guides in docs/, and what the doctor says of them."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.record_writer import RecordWriter

from boards import LIGHTBOARD
from logdirs import FIRST_WALL_TIME, flip_payload_byte, scalar, write_run

PROJECT = "/home/you/project"
"""Where the guides say that it all happened."""

FALLING = [1 / (step + 1) for step in range(100)]


def runs_that_do_not_appear(project: Path) -> None:
    """Build runs that were killed early, that log nothing yet, and that were damaged; and an older directory."""
    runs = project / "runs"
    write_run(runs / "baseline", {"loss": FALLING})
    write_run(runs / "killed", {}).write_bytes(b"")
    waiting = write_run(runs / "waiting", {})
    waiting.rename(waiting.with_name(f"events.out.tfevents.{int(FIRST_WALL_TIME)}.other.12.0"))
    flip_payload_byte(write_run(runs / "torn", {"loss": FALLING}), 50)
    write_run(project / "old" / "first", {"loss": FALLING})


def curves_that_look_wrong(project: Path) -> None:
    """Build runs of one folder for two trainings, one after the other and at once; without steps; with NaN."""
    runs = project / "runs"
    write_run(runs / "baseline", {"loss": FALLING})
    for start in (0, 1):
        write_run(
            runs / "resumed",
            {"loss": FALLING[:60]},
            first_step=40 * start,
            first_wall_time=FIRST_WALL_TIME + 100 * start,
        )
        write_run(runs / "twice", {"loss": FALLING}, first_wall_time=FIRST_WALL_TIME + 20 * start)
    without_steps(runs / "no-steps")
    write_run(runs / "diverged", {"loss": [*FALLING[:20], *[float("nan")] * 5]})


def without_steps(run: Path) -> None:
    """Log as a program does that gives no step."""
    run.mkdir()
    with (run / f"events.out.tfevents.{int(FIRST_WALL_TIME)}.host.4711.0").open("xb") as file:
        records = RecordWriter(file)
        records.write(Event(wall_time=FIRST_WALL_TIME, file_version="brain.Event:2").SerializeToString())
        for second, value in enumerate(FALLING):
            event = scalar("loss", value, 0, FIRST_WALL_TIME + second)
            records.write(event.SerializeToString())


def runs_to_switch(project: Path) -> None:
    """Build a sweep of a dozen runs."""
    for number in range(12):
        write_run(project / "runs" / f"lr-{number}", {"loss": [value + number for value in FALLING]})


SITUATIONS = {
    "my-run-does-not-appear": runs_that_do_not_appear,
    "my-curve-looks-wrong": curves_that_look_wrong,
    "switching-does-nothing": runs_to_switch,
}


def told(project: Path, arguments: Sequence[str], servers: dict[str, str]) -> str:
    """What the doctor prints for a command line of a guide; servers are at other addresses here."""
    for named, real in servers.items():
        arguments = [argument.replace(named, real) for argument in arguments]
    finished = subprocess.run(
        [*LIGHTBOARD, "doctor", *arguments],
        cwd=project,
        env=os.environ | {"TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode in {0, 1}, finished.stderr
    told = finished.stdout
    for named, real in servers.items():
        told = told.replace(real, named)
    return told.replace(str(project), PROJECT)


def words(text: str) -> str:
    """Text without what differs between machines: line breaks, packages, versions, disks, sizes, ages and processes."""
    for pattern, meant in [
        (r"\b\d+\.\d+\.\d+\b(?!\.)", "VERSION"),
        (r"environment  [^\n]*(\n {15}[^\n]*)*", "environment"),
        (r"disk: [^\n]*", "disk"),
        (r"[\d.,]+ (B|[KMG]iB|bytes)\b", "SIZE"),
        (r"\b(process|pid) \d+", r"\1 ID"),
    ]:
        text = re.sub(pattern, meant, text)
    return " ".join(text.split())
