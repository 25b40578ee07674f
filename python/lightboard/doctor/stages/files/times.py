"""Files and clocks: the order of names and of times, and times that have not come yet."""

import time
from collections.abc import Iterator
from itertools import pairwise

from lightboard.doctor.audits import Audit
from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.tree import readable
from lightboard.doctor.words import amount

APART = 60.0
"""Files that began within so many seconds of each other have no order."""

AHEAD = 3600.0
"""Clocks of two machines may differ, and zones be confused by an hour at most where summer time ends."""


def files_out_of_order(look: Look) -> Iterator[Finding]:
    """Report files of a run that log the same tags, and whose names sort otherwise than their times."""
    places, first = [], ""
    for (_, run), audits in look.audits.runs().items():
        files = sorted((one for one in audits if one.series), key=lambda one: one.entry.name)
        for earlier, later in pairwise(files):
            if _began(earlier) - _began(later) > APART and _tags(earlier) & _tags(later):
                names = [readable(one.entry.name) for one in (earlier, later)]
                first = first or f"{run}: {names[0]} sorts before {names[1]}, and is newer"
                places += [earlier.entry.place(seen=_clock(earlier)), later.entry.place(seen=_clock(later))]
    if places:
        yield Finding("file_order_not_time", f"{first}.", places)


def clocks_ahead(look: Look) -> Iterator[Finding]:
    """Report files with events from the future."""
    end = time.time() + AHEAD
    ahead = [one for one in look.audits.files if (one.facts["latest"] or 0.0) > end]
    if ahead:
        furthest = max(one.facts["latest"] for one in ahead) - time.time()
        yield Finding(
            "clock_ahead",
            f"{amount(len(ahead), 'event file')} with events up to {_span(furthest)} ahead of this machine's clock.",
            [one.entry.place(seen=_clock(one)) for one in ahead],
        )


def _began(audit: Audit) -> float:
    """Return when it was begun, or when its first value was logged if that was later: copies keep old headers."""
    told = [one["first_wall_time"] for one in audit.series]
    values = [at for at in told if isinstance(at, int | float)]
    return max(audit.facts["first_wall_time"] or 0.0, min(values, default=0.0))


def _tags(audit: Audit) -> set[tuple[str, str]]:
    return {(one["tag"], one["kind"]) for one in audit.series}


def _clock(audit: Audit) -> str:
    try:
        first, last = (time.localtime(audit.facts[name]) for name in ("earliest", "latest"))
    except (OverflowError, ValueError, OSError, TypeError):
        return "at times that no calendar has"
    return f"from {time.strftime('%Y-%m-%d %H:%M:%S', first)} to {time.strftime('%Y-%m-%d %H:%M:%S', last)}"


def _span(seconds: float) -> str:
    for unit, length in (("days", 86_400.0), ("hours", 3600.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds / 60:.0f} minutes"


CHECKS = (files_out_of_order, clocks_ahead)
