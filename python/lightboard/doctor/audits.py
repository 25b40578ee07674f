"""What each event file holds, read whole by the doctor's own pass, with every checksum (`crates/doctor`)."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from lightboard._core import audit_file
from lightboard.doctor.look import Look
from lightboard.doctor.tree import Entry
from lightboard.doctor.words import amount

THREADS = 4
SLICE = 1_000
"""Files that wait for these threads at a time: a log directory may hold a million."""
KEPT = 128 << 20
"""Characters that the facts of all files take as JSON before no further file is read: one may hold 100,000 tags."""
LIVE_SECONDS = 120.0
"""A file that changed this lately may still be being written: how it ends is no damage yet (spec/events.md)."""


@dataclass(frozen=True)
class Audit:
    """One event file: `entry` as it was listed, `facts` as `crates/doctor` tells them (`spec/doctor.md`, Facts)."""

    entry: Entry
    facts: dict[str, Any]

    @property
    def series(self) -> Sequence[dict[str, Any]]:
        """What is told of each tag and kind."""
        series: list[dict[str, Any]] = self.facts["series"]
        return series

    @cached_property
    def by_name(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The same by tag and kind: files may have 100,000 series, and two of them are compared."""
        return {(one["tag"], one["kind"]): one for one in self.series}

    @property
    def is_live(self) -> bool:
        """Whether it was changed lately."""
        status = self.entry.status
        return status is not None and time.time() - status.st_mtime < LIVE_SECONDS

    @property
    def ends_early(self) -> bool:
        """Whether it ends within a record, or in bytes that are none, and is not being written."""
        return bool(self.facts["records"] and self.facts["tail"] and not self.is_live)

    @property
    def is_damaged(self) -> bool:
        """Whether something in it cannot be read, between records or at its end."""
        return bool(self.facts["records"] and self.facts["damage"]) or self.ends_early


@dataclass
class Audits:
    """The files that were read, and those that could not be."""

    files: list[Audit] = field(default_factory=list)
    unreadable: list[tuple[Entry, OSError]] = field(default_factory=list)
    complete: bool = True

    @property
    def tags(self) -> set[str]:
        """Tags of all files."""
        return {series["tag"] for one in self.files for series in one.series}

    @property
    def knows_all_tags(self) -> bool:
        """Whether `tags` are all that can be read: nothing was left out."""
        return self.complete and all(
            len(one.series) == one.facts["series_count"] and not one.facts["unread"]["count"]
            for one in self.files
        )

    def runs(self) -> dict[tuple[str, str], list[Audit]]:
        """Audits by log directory's and run's name; those of one run in order of their first wall times."""
        found: dict[tuple[str, str], list[Audit]] = {}
        for audit in self.files:
            found.setdefault((audit.entry.logdir.name, audit.entry.run), []).append(audit)
        for files in found.values():
            files.sort(key=lambda one: (one.facts["first_wall_time"] or 0.0, one.entry.name))
        return found


def audit(look: Look) -> Audits:
    """Read every event file of the tree (of one run, if the look is for one) as long as the budget lasts."""
    entries = [
        entry
        for entry in look.tree.entries
        if entry.is_regular and look.is_about(entry.logdir.name, entry.run)
    ]
    total = sum(entry.size for entry in entries) or 1
    result, done, late, full, kept = Audits(), 0, 0, 0, 0
    lock = Lock()

    def read(entry: Entry) -> tuple[Entry, dict[str, Any] | OSError | None]:
        nonlocal late, full, kept
        with lock:
            is_late = look.left == 0
            if is_late or kept >= KEPT:
                late += is_late
                full += not is_late
                return entry, None
        try:
            text = audit_file(entry.path, look.left)
        except OSError as error:
            return entry, error
        with lock:
            kept += len(text)
        return entry, json.loads(text)

    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(entries), SLICE):
            for entry, facts in pool.map(read, entries[start : start + SLICE]):
                if isinstance(facts, OSError):
                    result.unreadable.append((entry, facts))
                elif facts is not None:
                    result.files.append(Audit(entry, facts))
                done += entry.size
                look.progress(f"reading {entry.path}", done / total)
    partly = [one for one in result.files if not one.facts["complete"]]
    result.complete = not late and not full and not partly
    if late or partly:
        unread = [f"{amount(late, 'event file')} not read"] if late else []
        unread += [f"{amount(len(partly), 'event file')} not read to the end"] if partly else []
        look.left_out.append(
            f"{', '.join(unread)}: the time was used up ({look.budget:g} s; --budget gives more)."
        )
    if full:
        look.left_out.append(
            f"{amount(full, 'event file was', 'event files were')} not read: what the others hold fills the "
            "memory that is meant for it. Look at fewer runs at a time (--run NAME)."
        )
    long = [one.facts["unread"] for one in result.files if one.facts["unread"]["count"]]
    if long:
        count, longest = sum(one["count"] for one in long), long[0]["over"] >> 20
        look.left_out.append(
            f"{amount(count, 'record')} of more than {longest} MiB: checksums were verified, what they hold "
            "was not looked at."
        )
    return result
