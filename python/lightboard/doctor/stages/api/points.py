"""Whether the board serves every run and every point that is on disk."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.served import Served
from lightboard.doctor.served.board import Curve
from lightboard.doctor.words import amount

if TYPE_CHECKING:
    from lightboard.doctor.audits import Audit

SAMPLED = 1000
"""Points that TensorBoard keeps of a scalar series unless it is told otherwise."""

DROPPED_BY_DATA_SERVER = ("float64", "int", "uint", "bool", "float16", "bfloat16", "[")
"""How the forms begin, or what they hold, of scalars that the fast reader does not take (found by stage records)."""

RELOAD_SECS = 5.0
PATIENCE = 3
"""Reload intervals that a board has for reading what was written."""


@dataclass(frozen=True)
class OnDisk:
    """One scalar series of a run, over all its files."""

    place: Place
    points: int
    purged: int
    """How many of the points, at most, a later file's purge step asks readers to drop."""
    last_step: int
    changed: float
    forms: frozenset[str]
    damaged: bool


def runs_fail(look: Look) -> Iterator[Finding]:
    """Report that the list of runs itself is refused: then nothing is shown."""
    board = look.served
    if board is None or board.program not in ("lightboard", "tensorboard") or board.token_required:
        return
    if board.runs is None and board.runs_answer.cut:
        board.unanswered.append("the question for its runs")
    elif board.runs is None:
        answer = board.runs_answer
        yield Finding(
            "runs_fail",
            f"{board.name} was asked for its runs, and answered with "
            + (
                "what is no list of runs."
                if answer.status == 200
                else f"status {answer.status}."
                if answer.status
                else f"nothing: {answer.error}."
            ),
            [Place(path=board.client.root)],
        )


def runs_missing(look: Look) -> Iterator[Finding]:
    """Report runs with records on disk that the board does not list."""
    board = _answering(look)
    if board is None or board.runs is None:
        return
    listed = set(board.runs)
    missing = []
    for files in look.audits.runs().values():
        name = _name(files[0], board)
        if (
            name is not None
            and name not in listed
            and any(one.series for one in files)
            and _rested(files, board)
        ):
            missing.append(files[0].entry.place(seen=f"would be called {name}"))
    if missing:
        yield Finding(
            "run_not_served",
            f"{board.name} lists {amount(len(listed), 'run')}; {len(missing):,} with data on disk are not among them.",
            missing,
        )


def points_missing(look: Look) -> Iterator[Finding]:
    """Report series of which the board serves fewer points than there are, by the cause."""
    board = _answering(look)
    if board is None or not board.is_tensorboard or board.runs is None:
        return
    on_disk = {key: disk for key, disk in _on_disk(look, board) if key[0] in board.runs}
    behind = {key for key, disk in on_disk.items() if _is_behind(disk, board.curves.get(key), board)}
    if board.unanswered:
        return
    if behind and board.reads_once:
        behind.clear()  # What came since is told by the flag.
    moved = _is_reading(board, look) or _moves(look, board, behind) if behind else None
    if moved is not None:
        everything = len(behind) == len(on_disk) and not _others_are_served(look, board, behind)
        finding = _behind(board, [on_disk[key].place for key in sorted(behind)], moved)
        damaged = any(on_disk[key].damaged for key in behind)
        if not moved and everything and board.data_server is None and not damaged:
            seen = f"{finding.seen} These are all series that it has."
            finding = replace(finding, code="reload_stopped", seen=seen)
        yield finding
    limit = _sample_limit(board)
    sampled: list[Place] = []
    preempted: list[Place] = []
    for key, disk in on_disk.items():
        served = board.curves.get(key)
        if served is None or key in behind or served.points >= disk.points - disk.purged:
            continue
        place = replace(disk.place, seen=f"{served.points:,} of {disk.points:,} points")
        if disk.points > limit:
            sampled.append(place)
        elif served.last_step == disk.last_step:  # Else the board has not read on yet.
            preempted.append(place)
    if sampled:
        yield Finding(
            "points_sampled",
            f"{board.name} keeps {limit:,} points of a series, chosen at random; {len(sampled):,} series have more.",
            sampled,
        )
    if preempted:
        yield Finding(
            "points_preempted",
            f"{board.name} serves fewer points than are on disk of {len(preempted):,} series that are not too long.",
            preempted,
        )


def files_behind(look: Look) -> Iterator[Finding]:
    """Report what a Lightboard has not read, though it rests: by what an index makes of the same files now."""
    board = _answering(look)
    if board is None or board.is_tensorboard or board.runs is None:
        return
    if board.loading is not None and board.loading[0] < board.loading[1]:
        yield Finding(
            "still_loading",
            f"{board.name} has read {board.loading[0]:,} of {board.loading[1]:,} bytes.",
            [Place(path=board.client.root)],
        )
        return
    behind = {key: place for key, step, place in _in_index(look, board) if _last_step(board, key) != step}
    if not behind or board.unanswered:
        return
    moved = _moves(look, board, behind)
    if moved is not None:
        yield _behind(board, [behind[key] for key in sorted(behind)], moved)


def _in_index(look: Look, board: Served) -> Iterator[tuple[tuple[str, str], int, Place]]:
    """List the scalar series of runs that rest and are served, with their last steps, as the index has them."""
    runs = {(run["logdir"], run["name"]): run["id"] for run in look.indexed.runs["runs"]}
    for key, files in look.audits.runs().items():
        name = _name(files[0], board)
        if name not in (board.runs or ()) or not _rested(files, board) or key not in runs:
            continue
        for tag in {series["tag"] for one in files for series in one.series if series["kind"] == "scalar"}:
            told = look.indexed.extremes.get((runs[key], tag))
            if told is not None and look.tag in (None, tag):
                yield (str(name), tag), told.last_step, files[-1].entry.place(tag=tag)


def _last_step(board: Served, key: tuple[str, str]) -> int | None:
    curve = board.curves.get(key)
    return None if curve is None else curve.last_step


def _moves(look: Look, board: Served, behind: Collection[tuple[str, str]]) -> bool | None:
    """Whether more is served of these series once the board has read anew.

    None if that cannot be told: it would take more than half of the time that is left, the rest is for the answers.
    """
    interval = _interval(board)
    is_behind = f"{board.client.root} does not serve the newest points of {len(behind):,} series"
    if interval > look.left / 2:
        look.left_out.append(
            f"{is_behind}. Whether it is at work on them was not asked: it reads anew every {interval:g} s, "
            f"and {look.left:.0f} s of the budget were left."
        )
        return None
    time.sleep(interval)
    later = board.again()
    moved = any(later.curves.get(key) != board.curves.get(key) for key in behind)
    if later.unanswered:
        asked = ", ".join(dict.fromkeys(later.unanswered))
        look.left_out.append(f"{is_behind}, and did not answer when asked again for {asked}.")
        return None
    return moved


def _behind(board: Served, places: list[Place], moved: bool) -> Finding:
    """Name the cause for which a board is behind what is on disk, if it is none that stops all reading."""
    count = f"{len(places):,} series"
    if moved:
        return Finding(
            "still_loading",
            f"{board.name} does not serve the newest points of {count} yet: it is at work on its files.",
            places,
        )
    seen = f"{board.name} does not serve the newest points of {count}, though their files have rested."
    return Finding("files_given_up", seen, places)


def _on_disk(look: Look, board: Served) -> Iterator[tuple[tuple[str, str], OnDisk]]:
    for files in look.audits.runs().values():
        name = _name(files[0], board)
        if name is None:
            continue
        found: dict[str, list[tuple[Audit, dict[str, Any]]]] = {}
        for one in files:
            for series in one.series:
                if series["kind"] == "scalar" and (look.tag is None or series["tag"] == look.tag):
                    found.setdefault(series["tag"], []).append((one, series))
        starts = _starts_behind(files)
        for tag, parts in found.items():
            last = parts[-1][0].entry
            yield (
                (name, tag),
                OnDisk(
                    last.place(tag=tag),
                    sum(series["count"] for _, series in parts),
                    sum(_purged(series, starts[one.entry.path]) for one, series in parts),
                    parts[-1][1]["last_step"],
                    _changed([one for one, _ in parts]),
                    frozenset(form for _, series in parts for form in series["forms"]),
                    any(one.facts["damage_count"] or one.facts["tail"] for one, _ in parts),
                ),
            )


def _starts_behind(files: list[Audit]) -> dict[str, float]:
    """Return the lowest step of a session start in the files that follow each; infinite where there is none."""
    lowest, behind = math.inf, {}
    for one in reversed(files):
        behind[one.entry.path] = lowest
        for session in one.facts["sessions"]:
            if session["status"] == "start":
                lowest = min(lowest, session["step"])
    return behind


def _purged(series: dict[str, Any], start: float) -> int:
    """Return how many of a file's points may lie at or beyond a session start: not more than these do."""
    beyond = series["max_step"] - start + 1
    # Each time that the steps go back they may pass there anew.
    most = beyond * (series["back"]["count"] + 1) * series["longest_repeat"]
    return int(min(most, series["count"])) if beyond > 0 else 0


def _is_behind(disk: OnDisk, served: Curve | None, board: Served) -> bool:
    """Whether the newest point on disk is not served, though there was time for it."""
    if time.time() - disk.changed < PATIENCE * _interval(board):
        return False
    if served is None:
        taken = any(not form.startswith(DROPPED_BY_DATA_SERVER) and "[" not in form for form in disk.forms)
        return taken or board.data_server is None
    return served.last_step != disk.last_step


def _others_are_served(look: Look, board: Served, behind: set[tuple[str, str]]) -> bool:
    """Whether the newest point is served of a series that is not looked at: the look is for one run, or one tag."""
    if look.run is None and look.tag is None:
        return False
    logdirs = {logdir.name: logdir for logdir in look.logdirs}
    names = {
        run["id"]: board.run_name(
            logdirs[run["logdir"]], os.path.join(logdirs[run["logdir"]].path, run["name"])
        )
        for run in look.indexed.runs["runs"]
    }
    for one in look.indexed.series:
        key = (names.get(one["run"]) or "", one["tag"])
        served = board.curves.get(key)
        if key not in behind and served is not None and served.last_step == one["last_step"]:
            return True
    return False


def _name(one: Audit, board: Served) -> str | None:
    """Return what the board calls the run of a file."""
    return board.run_name(one.entry.logdir, os.path.dirname(one.entry.path))


def _interval(board: Served) -> float:
    return max(float(board.flags.get("reload_interval") or RELOAD_SECS), 1.0)


def _rested(files: list[Audit], board: Served) -> bool:
    return time.time() - _changed(files) > PATIENCE * _interval(board)


def _changed(files: list[Audit]) -> float:
    """When the files were written last, or came here: a copy may keep the time of the original."""
    known = [one.entry.status for one in files if one.entry.status is not None]
    return max(max(status.st_mtime, status.st_ctime) for status in known)


def _is_reading(board: Served, look: Look) -> bool:
    """Whether the data server has a file open that it has not read to its end; what it gave up it has closed."""
    reader = board.data_server
    return reader is not None and any(
        file.pid == reader and file.position < file.size for file in look.open_files
    )


def _sample_limit(board: Served) -> int:
    given = board.flags.get("samples_per_plugin")
    return (given.get("scalars") if isinstance(given, dict) else None) or SAMPLED


def _answering(look: Look) -> Served | None:
    board = look.served
    if board is None or board.program not in ("lightboard", "tensorboard") or board.token_required:
        return None
    return board


CHECKS = (runs_fail, runs_missing, points_missing, files_behind)
