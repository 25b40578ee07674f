"""Restarts, several writers at a time, and marks of restarts (SessionLog START)."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lightboard.doctor import file_names
from lightboard.doctor.audits import Audit
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.indexed import EXPERIMENT
from lightboard.doctor.look import Look
from lightboard.doctor.stages.records.about import Series, runs_of
from lightboard.doctor.words import amount


@dataclass(frozen=True)
class Stretch:
    """One file with values, as a stretch of time. It begins with its header or first value, whichever is later."""

    audit: Audit

    @cached_property
    def begin(self) -> float:
        """Seconds since 1970."""
        # A wall time that is none is text.
        first = [at for one in self.audit.series if isinstance(at := one["first_wall_time"], int | float)]
        header = self.audit.facts["first_wall_time"]
        return max(header if header is not None else 0.0, min(first, default=0.0))

    @cached_property
    def end(self) -> float:
        """When its last event was written."""
        return self.audit.facts["latest"] or self.begin

    @cached_property
    def scalars(self) -> dict[str, Series]:
        """Its scalar series by tag."""
        return {one["tag"]: one for one in self.audit.series if one["kind"] == "scalar"}

    @cached_property
    def highest(self) -> int | None:
        """Highest step of its scalars."""
        return max((one["max_step"] for one in self.scalars.values()), default=None)

    @cached_property
    def starts(self) -> list[int]:
        """Steps of its session starts."""
        return [session["step"] for session in self.audit.facts["sessions"] if session["status"] == "start"]

    @cached_property
    def writer(self) -> tuple[str, int | None]:
        """Machine and process as the name tells them, else the name."""
        told = file_names.parse(self.audit.entry.name)
        return (self.audit.entry.name, None) if told is None or told.pid is None else told.process

    def place(self, seen: str = "") -> Place:
        """Return the file with its steps and times."""
        times = f"{_clock(self.begin)} to {_clock(self.end)}"
        if self.highest is not None:
            lowest = min(one["min_step"] for one in self.scalars.values())
            times = f"steps {lowest:,} to {self.highest:,}, {times}"
        return self.audit.entry.place(seen=f"{times}{seen}")


def restarts(look: Look) -> Iterator[Finding]:
    """Report what belongs to several starts or writers of one run: the cause that explains most, for each run."""
    found: dict[str, list[tuple[list[Place], str]]] = {}
    for (_, run), audits in look.audits.runs().items():
        stretches = _stretches(audits)
        if len(stretches) < 2:
            continue
        for check in (_purge_reaching_others, _purge_without_effect, _at_once, _again):
            if (verdict := check(stretches)) is not None:
                code, about = verdict
                places = [stretch.place(" (purge_step)" if stretch.starts else "") for stretch in stretches]
                found.setdefault(code, []).append((places, f"{run}: {about}."))
                break
    for code, runs in found.items():
        places = [place for listed, _ in runs for place in listed]
        seen = runs[0][1]
        if len(runs) > 1:
            seen = f"{amount(runs_of(places), 'run')} with {amount(len(places), 'file')}; the first, {seen}"
        yield Finding(code, seen, places)


def _stretches(audits: list[Audit]) -> list[Stretch]:
    """Files with values in the order in which they began, without copies and what add_hparams left."""
    found: dict[tuple[float, str, float], Audit] = {}
    for audit in audits:
        if not audit.series or _is_left_by_add_hparams(audit):
            continue
        first = audit.series[0]
        key = (audit.facts["first_wall_time"] or 0.0, first["tag"], first["first_wall_time"])
        if key not in found or found[key].facts["bytes"] < audit.facts["bytes"]:
            found[key] = audit
    return sorted(map(Stretch, found.values()), key=lambda one: (one.begin, one.audit.entry.name))


def _is_left_by_add_hparams(audit: Audit) -> bool:
    tags = {one["tag"] for one in audit.series}
    return EXPERIMENT in tags and all(one["count"] == 1 for one in audit.series if one["kind"] == "scalar")


def _again(stretches: list[Stretch]) -> tuple[str, str] | None:
    """Find a file that logs a tag at or below the last step of a file that had ended, and tells no purge step."""
    last: dict[str, tuple[Stretch, Series]] = {}
    for stretch in stretches:
        for tag, one in stretch.scalars.items():
            if tag in last and not stretch.starts and _goes_back(last[tag][1], one):
                before, step = last[tag][0].audit.entry.name, last[tag][1]["last_step"]
                return "restarted", (
                    f"{tag} had come to step {step:,} in {before} and begins again at step {one['first_step']:,} in "
                    f"{stretch.audit.entry.name}"
                )
            last[tag] = (stretch, one)
    return None


def _goes_back(before: Series, after: Series) -> bool:
    """Whether a tag begins again. That the step of a checkpoint is logged twice, before and after it, is no harm."""
    step: int = before["last_step"]
    return bool(after["first_step"] < step or (after["first_step"] == step and before["count"] == 1))


def _at_once(stretches: list[Stretch]) -> tuple[str, str] | None:
    """Find two files that were written at the same time and have a tag in common, or still grow both."""
    latest: dict[str, Stretch] = {}
    longest = stretches[0]
    for stretch in stretches:
        for tag in stretch.scalars:
            before = latest.get(tag)
            if before is not None and stretch.begin < before.end:
                return "writers_at_once", (
                    f"{before.audit.entry.name} and {stretch.audit.entry.name} logged {tag} at the same time"
                )
            if before is None or before.end < stretch.end:
                latest[tag] = stretch
        if (
            longest.audit.is_live
            and stretch.audit.is_live
            and stretch.begin < longest.end
            and stretch.writer != longest.writer
        ):
            return "writers_at_once", (f"{longest.audit.entry.name} and {stretch.audit.entry.name} both grow")
        if stretch.end > longest.end:
            longest = stretch
    return None


def _purge_without_effect(stretches: list[Stretch]) -> tuple[str, str] | None:
    """Find a session start that TensorBoard's Python reader ignores, or that its default reader should follow."""
    last = {tag: number for number, stretch in enumerate(stretches) for tag in stretch.scalars}
    by_end = sorted(stretches, key=lambda one: one.end)
    reached: dict[str, int] = {}
    ended, started = 0, False
    for number, stretch in enumerate(stretches):
        while ended < len(by_end) and by_end[ended].end <= stretch.begin:
            started |= bool(by_end[ended].starts)
            for tag, one in by_end[ended].scalars.items():
                reached[tag] = max(one["max_step"], reached.get(tag, one["max_step"]))
            ended += 1
        for step in stretch.starts:
            told = f"{stretch.audit.entry.name} says that training goes on at step {step:,}"
            beyond = [tag for tag, highest in reached.items() if highest >= step]
            if beyond and not started:
                return "purge_without_effect", (
                    f"{told}, and no file before it said so of its own start; {amount(len(beyond), 'tag')} had come to "
                    "that step or beyond"
                )
            left = [tag for tag in beyond if reached[tag] > step and last[tag] < number]
            if left:
                return (
                    "purge_without_effect",
                    f"{told}; {min(left)} had come beyond it and is not logged again",
                )
    return None


def _purge_reaching_others(stretches: list[Stretch]) -> tuple[str, str] | None:
    """Find a session start, not the first of the run, while another writer was at work at its step or beyond."""
    started = False
    highest: list[tuple[int, int, Stretch]] = []
    """A heap of those that may still be written, by their highest steps."""
    for number, stretch in enumerate(stretches):
        own = []
        while started and stretch.starts and highest:
            reached, _, before = highest[0]
            if -reached < min(stretch.starts):
                break
            if before.end > stretch.begin and before.writer != stretch.writer:
                return "purge_reaches_others", (
                    f"{stretch.audit.entry.name} began at step {min(stretch.starts):,} while {before.audit.entry.name} "
                    f"was written, which has steps up to {-reached:,}"
                )
            one = heapq.heappop(highest)
            if before.end > stretch.begin:
                own.append(one)
        for one in own:
            heapq.heappush(highest, one)
        if stretch.highest is not None:
            heapq.heappush(highest, (-stretch.highest, number, stretch))
        started |= bool(stretch.starts)
    return None


def _clock(seconds: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
    except (OverflowError, ValueError, OSError):
        return f"{seconds:g} s"


CHECKS = (restarts,)
