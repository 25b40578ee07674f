"""What a Lightboard's address asks the page for: which runs are on, filters, groups (board/src/model/remembered.ts)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.served import Served
from lightboard.doctor.words import amount

VIEWED = re.compile(r"(?:^|&)(runs|panel|groups|filter)=")
"""Parts of a view that say which runs are drawn."""

NAMED = re.compile(r"(?:^|&)runs=(?:\([^&]*?\bruns:)?(on|off)((?:\.[0-9a-v]{5,13})*)(?=[,)&]|$)([^&]*)")
"""Runs that differ from the rest, by the beginnings of their ids, and what else is told of the selection."""

UNTIL = re.compile(r"\buntil:(\d+(?:\.\d+)?(?:e\+?\d+)?)")
"""Runs that began later are none of the rest."""

FILTER = re.compile(r"(?:^|&)panel=\([^&]*?\bfilter:('(?:![!']|[^!'])*'|[^\s!'(),:]+)")


def view(look: Look) -> Iterator[Finding]:
    """Tell that a Lightboard's address holds a view which chooses runs."""
    board, fragment = _view(look)
    parts = VIEWED.findall(fragment)
    if board is not None and parts:
        yield Finding(
            "view_in_address",
            f"The address holds a view: {', '.join(dict.fromkeys(parts))}.",
            [Place(path=board.client.root)],
        )


def switched_off(look: Look) -> Iterator[Finding]:
    """Tell which runs a Lightboard's address has off, where it names those that are off, or on."""
    board, fragment = _view(look)
    named = NAMED.search(fragment)
    if board is None or named is None or "only:" in fragment:
        return
    kind, starts = named[1], tuple(named[2].split(".")[1:])
    until = UNTIL.search(fragment)
    names = board.run_names or {}

    def is_off(run: Any) -> bool:
        owner = run.get("parent") if run.get("parent") in names else run["id"]
        if owner.startswith(starts):
            return kind == "off"
        began = run.get("first_wall_time")
        is_later = until is not None and isinstance(began, int | float) and began > float(until[1])
        return kind == "on" and not is_later

    off = [names[run["id"]] for run in board.own_runs or () if is_off(run)]
    if off:
        yield Finding(
            "run_off",
            f"The address has {len(off):,} of {amount(len(names), 'run')} off.",
            [Place(run=run) for run in off],
        )


def filtered(look: Look) -> Iterator[Finding]:
    """Tell the filter on runs that a Lightboard's address holds. Whom it lets through only the page can tell."""
    board, fragment = _view(look)
    text = FILTER.search(fragment)
    if board is not None and text is not None:
        plain = re.sub("!(.)", r"\1", text[1].strip("'"))
        yield Finding(
            "run_filtered", f"The address holds the filter {plain}", [Place(path=board.client.root)]
        )


def without_points(look: Look) -> Iterator[Finding]:
    """Tell which runs have curves on a Lightboard, and none of the tag that was asked for."""
    board = look.served
    if board is None or board.program != "lightboard" or look.tag is None:
        return
    having = {run for run, tag in board.curves if tag == look.tag}
    lacking = sorted(board.scalar_tags.keys() - having)
    if having and lacking and not board.unanswered:
        yield Finding(
            "run_without_points",
            f"{len(lacking):,} of {amount(len(board.scalar_tags), 'run')} with scalars have no point of {look.tag}.",
            [Place(run=run, tag=look.tag) for run in lacking],
        )


def _view(look: Look) -> tuple[Served | None, str]:
    """Return a Lightboard and what stands in its address behind #, as it is read."""
    board = look.served
    if board is None or board.program != "lightboard":
        return None, ""
    return board, unquote(board.client.parts.fragment)


CHECKS = (view, switched_off, filtered, without_points)
