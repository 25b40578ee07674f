"""`lightboard ls`: what is in some log directories, as a table or as JSON."""

import json
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

import click

from lightboard._core import Index
from lightboard.cache_dir import cache_dir
from lightboard.cli import logdirs as arguments
from lightboard.cli.text import printable

HEADINGS = ("RUN", "STATE", "TAG", "KIND", "COUNT", "LAST STEP", "LAST VALUE")
NUMBERS = {"COUNT", "LAST STEP", "LAST VALUE"}
NAMES = (0, 2)
"""Columns that give way where the terminal is narrow."""
NARROWEST = 8
UNREADABLE = {"missing", "not_a_directory", "unreadable", "failed"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("logdir", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write JSON (docs/reading.md) instead of a table.")
def ls(logdir: tuple[str, ...], as_json: bool) -> None:
    """List the runs below each LOGDIR with their tags, counts and last values.

    A LOGDIR may be given a name: lightboard ls runs old=/data/runs. Without any, ./runs is listed. Exits with 1 if
    a log directory or an event file cannot be read; damaged files are listed with what could be read of them.
    """
    understood = arguments.understand(logdir)
    for note in understood.notes:
        click.echo(note, err=True)
    index = Index(list(understood.logdirs), cache_dir=cache_dir())
    try:
        index.refresh()
        found = _found(index)
    finally:
        index.close()
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for line in _lines(found):
            click.echo(line)
    unreadable = any(logdir["state"] in UNREADABLE for logdir in found["logdirs"])
    unreadable |= any(file["state"] == "unreadable" for run in found["runs"] for file in run["files"])
    raise SystemExit(1 if unreadable else 0)


def _found(index: Index) -> dict[str, Any]:
    """Collect the log directories and runs as in GET /api/runs, each run with its series and hyper-parameters."""
    listed = json.loads(index.series())["series"]
    # Later: what is damaged in the cache was read anew meanwhile.
    body = json.loads(index.runs())
    series: dict[str, list[dict[str, Any]]] = {run["id"]: [] for run in body["runs"]}
    for entry in listed:
        if entry["run"] in series:
            series[entry.pop("run")].append(entry)
    known = json.loads(index.hparams())
    hparams = known["runs"] | dict.fromkeys(known["incomplete"])
    runs = [
        run | {"series": series[run["id"]], "hparams": hparams.get(run["id"], {})} for run in body["runs"]
    ]
    return {"logdirs": body["logdirs"], "runs": runs}


def _lines(found: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for logdir in found["logdirs"]:
        runs = [run for run in found["runs"] if run["logdir"] == logdir["name"]]
        points = sum(run["points"] for run in runs)
        if lines:
            lines.append("")
        counts = f"{len(runs):,} run{'' if len(runs) == 1 else 's'}, {points:,} points"
        lines.append(f"{printable(logdir['name'])}  {printable(logdir['path'])}  {counts}")
        if logdir["message"]:
            lines.append(printable(logdir["message"]))
        if runs:
            lines += ["", *_table([row for run in runs for row in _rows(run)])]
        problems = [line for run in runs for line in _problems(run)]
        if problems:
            lines += ["", *problems]
    return lines


def _problems(run: dict[str, Any]) -> list[str]:
    """Say what is wrong with the run's files, and that its writers are in conflict."""
    found = [(file["state"], file["message"]) for file in run["files"] if file["message"]]
    if run["conflict"]:
        found.append(("conflict", run["conflict"]["message"]))
    return [f"{printable(run['name'])}: {what}. {printable(message)}" for what, message in found]


def _rows(run: dict[str, Any]) -> list[Sequence[str]]:
    """Make a row for each series; the run's name and state stand in the first."""
    name = (printable(run["name"]), run["state"])
    if not run["series"]:
        return [(*name, "", "", "", "", "")]
    return [
        (
            *(name if first else ("", "")),
            printable(series["tag"]),
            series["kind"],
            str(series["count"]),
            "" if series["last_step"] is None else str(series["last_step"]),
            "" if series["last_value"] is None else f"{float(series['last_value']):.6g}",
        )
        for first, series in zip([True] + [False] * len(run["series"]), run["series"], strict=False)
    ]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align the rows below their headings; in a terminal names are cut so that each row keeps to its line."""
    rows = [HEADINGS, *rows]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    if sys.stdout.isatty():
        excess = sum(widths) + 2 * (len(widths) - 1) - shutil.get_terminal_size().columns
        for column in sorted(NAMES, key=lambda column: -widths[column]):
            cut = max(0, min(excess, widths[column] - NARROWEST))
            widths[column] -= cut
            excess -= cut
    return [
        "  ".join(
            _pad(cell, width, right=heading in NUMBERS)
            for cell, width, heading in zip(row, widths, HEADINGS, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """Count the cells that a terminal gives to `text`."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _pad(text: str, width: int, *, right: bool) -> str:
    if _width(text) > width:
        while _width(text) > width - 1:
            text = text[:-1]
        text += "…"
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks
