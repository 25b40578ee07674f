"""What logging costs, and sessions that were begun and never ended."""

from collections import defaultdict
from collections.abc import Iterator

from lightboard.cli.sizes import readable as bytes_text
from lightboard.doctor import file_names, processes
from lightboard.doctor.audits import Audit
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.words import amount

HEAVY = 64 << 20
"""Bytes of one tag in one run. With less nobody waits for anything."""

HEAVY_STEP = 1 << 20
"""Bytes of one tag for each of its steps."""

LIGHT = frozenset({"scalar", "hparams"})

START, END = "_hparams_/session_start_info", "_hparams_/session_end_info"


def heavy_tags(look: Look) -> Iterator[Finding]:
    """Report tags of a run that take very many bytes, and many with each step."""
    places = []
    for (logdir, run), audits in look.audits.runs().items():
        size: dict[tuple[str, str], int] = defaultdict(int)
        count: dict[tuple[str, str], int] = defaultdict(int)
        for audit in audits:
            for one in audit.series:
                size[one["tag"], one["kind"]] += one["bytes"]
                count[one["tag"], one["kind"]] += one["count"]
        for (tag, kind), total in size.items():
            values = count[tag, kind]
            if kind not in LIGHT and values > 1 and total >= HEAVY and total / values >= HEAVY_STEP:
                seen = f"{values:,} of kind {kind}, {bytes_text(total // values)} each, {bytes_text(total)} in all"
                places.append((total, Place(logdir=logdir, run=run, tag=tag, seen=seen)))
    if places:
        places.sort(key=lambda one: -one[0])
        total = sum(size for size, _ in places)
        seen = f"{amount(len(places), 'tag')} with {bytes_text(total)}; the largest: {places[0][1].seen}."
        yield Finding("logging_heavy", seen, [place for _, place in places])


def sessions_without_end(look: Look) -> Iterator[Finding]:
    """Report runs of Lightboard's writer, which tells the end of a run, that tell none and whose process is gone."""
    places = [
        audits[-1].entry.place(seen=f"the last event is of step {_last_step(audits):,}")
        for audits in look.audits.runs().values()
        if _tags(audits) & {START, END} == {START} and all(map(_was_killed, audits))
    ]
    if places:
        yield Finding("writer_not_closed", f"{amount(len(places), 'run')} with a start and no end.", places)


def _was_killed(audit: Audit) -> bool:
    name = file_names.parse(audit.entry.name)
    return (
        "lightboard" in str(audit.facts["writer"])
        and name is not None
        and name.is_here
        and name.pid is not None
        and not processes.is_alive(name.pid)
    )


def _tags(audits: list[Audit]) -> set[str]:
    return {one["tag"] for audit in audits for one in audit.series}


def _last_step(audits: list[Audit]) -> int:
    return max((one["max_step"] for audit in audits for one in audit.series), default=0)


CHECKS = (heavy_tags, sessions_without_end)
