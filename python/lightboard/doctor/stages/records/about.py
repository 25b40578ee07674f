"""The series that a look is about, and how they are named among a finding's places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lightboard.doctor.audits import Audit
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.words import amount

Series = dict[str, Any]
"""One member of `series` of the facts (spec/doctor.md)."""


def series(look: Look, *kinds: str) -> Iterator[tuple[Audit, Series]]:
    """Yield the series of all files, or those of some kinds; of one tag if the look is for one."""
    for audit in look.audits.files:
        for one in audit.series:
            if (not kinds or one["kind"] in kinds) and look.tag in {None, one["tag"]}:
                yield audit, one


def place(audit: Audit, one: Series, seen: str, **more: Any) -> Place:
    """Return the place of a series in a file."""
    return audit.entry.place(tag=one["tag"], seen=seen, **more)


def runs_of(places: Sequence[Place]) -> int:
    """Count the runs among places."""
    return len({(place.logdir, place.run) for place in places})


def finding(code: str, places: Sequence[Place], what: str) -> Iterator[Finding]:
    """Yield one finding if there are places: `what` with the first of them, and how many there are."""
    if places:
        first = places[0]
        seen = f"{first.tag or first.run}: {first.seen}."
        if len(places) > 1:
            seen = f"{amount(len(places), what, what if what.endswith('s') else None)} of "
            seen += f"{amount(runs_of(places), 'run')}; the first, {first.tag or first.run}: {first.seen}."
        yield Finding(code, seen, spread(places))


def spread(places: Sequence[Place]) -> list[Place]:
    """Order places so that the first of each run come before the second of any: a finding lists so many only."""
    turns: dict[tuple[str | None, str | None], int] = {}
    keyed = []
    for place in places:
        run = (place.logdir, place.run)
        turns[run] = turns.get(run, -1) + 1
        keyed.append((turns[run], place))
    return [place for _, place in sorted(keyed, key=lambda pair: pair[0])]
