"""What files tell of their writers: that they logged nothing, or share a folder, or went on after they were closed."""

from __future__ import annotations

import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from lightboard.doctor import file_names, processes
from lightboard.doctor.audits import Audit
from lightboard.doctor.file_names import FileName
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.tree import Entry
from lightboard.doctor.words import amount

GONE = 60.0
"""A file whose writer has ended on this machine, and that has not changed for so many seconds, will not grow."""

SILENT = 3600.0
"""The same of a file whose writer may run elsewhere, where nobody can look whether it does."""

DAY = 86_400.0

TOGETHER = 10
"""Ranks of one training start within so many seconds."""

CLOSINGS = 50
"""Fewer files of one process that continue each other are no burden to anybody."""

HPARAMS_RUN = re.compile(r"\d{10}\.\d+")
"""add_hparams makes a run whose name is the time, if it is given none."""

Run = tuple[str, str]


def runs_without_data(look: Look) -> Iterator[Finding]:
    """Report runs whose event files hold a header and nothing else, and why, as far as other runs explain it."""
    with_data: dict[tuple[str, int | None], list[Entry]] = defaultdict(list)
    for entry in look.tree.entries:
        name = file_names.parse(entry.name)
        if name is not None and not _is_header_only(look, entry) and entry.size:
            with_data[name.process].append(entry)
    lost, unused, apart = [], [], []
    for entries in look.tree.runs().values():
        files = [entry for entry in entries if not entry.name.endswith(file_names.NO_WRITER)]
        if not files or not all(_is_header_only(look, entry) and _is_over(entry) for entry in files):
            continue
        elsewhere = [other for entry in files for other in _of_same_writer(entry, with_data)]
        below = [other for other in elsewhere if _is_below(other, files[0])]
        if below:
            apart.append(files[0].place(seen=_sub_runs(below)))
        elif elsewhere:
            unused.append(files[0].place(seen=f"its process logged in {elsewhere[0].run}"))
        else:
            lost += [entry.place() for entry in files]
    if lost:
        seen = f"{amount(len(lost), 'event file')} with a header only, and no sign of a writer."
        yield Finding("nothing_logged", seen, lost)
    if unused:
        seen = f"{amount(len(unused), 'run')} without data, of processes that logged in other folders."
        yield Finding("writer_unused", seen, unused)
    yield from _runs_in_parts(look, apart)


def ranks_in_one_folder(look: Look) -> Iterator[Finding]:
    """Report folders in which several processes began files together, and most of them never logged."""
    places = []
    for entries in look.tree.runs().values():
        named = [
            (entry, name)
            for entry in entries
            if (name := file_names.parse(entry.name)) is not None and name.pid
        ]
        for group in _together(named):
            with_data = [(entry, name) for entry, name in group if not _is_header_only(look, entry)]
            logged = {name.process for _, name in with_data}
            without = [(entry, name) for entry, name in group if name.process not in logged]
            silent = {name.process for _, name in without}
            # One that was stopped and started again has two processes, too: one after the other.
            at_once = len(silent) > 1 or any(_overlap(one, other) for one in without for other in with_data)
            if logged and len(silent) >= len(logged) and at_once:
                seen = f"{len(logged) + len(silent):,} processes began files together, {len(silent):,} logged nothing"
                places.append(group[0][0].place(seen=seen))
    if places:
        yield Finding(
            "ranks_in_one_folder",
            f"{amount(len(places), 'run')} with a writer for each of several processes.",
            places,
        )


def closed_and_used(look: Look) -> Iterator[Finding]:
    """Report runs that one process wrote in many files that continue each other."""
    places = []
    for audits in look.audits.runs().values():
        by_process: dict[tuple[str, int | None], list[Audit]] = defaultdict(list)
        for one in audits:
            name = file_names.parse(one.entry.name)
            if name is not None and name.pid is not None and one.series:
                by_process[name.process].append(one)
        places += [
            files[0].entry.place(seen=f"{len(files):,} files of process {process[1]}")
            for process, files in by_process.items()
            if len(files) >= CLOSINGS and _continue_each_other(files)
        ]
    if places:
        yield Finding(
            "writer_reopened", f"{amount(len(places), 'run')} in many files of one process.", places
        )


def starts_in_the_root(look: Look) -> Iterator[Finding]:
    """Report log directories that hold the files of several starts themselves, which then are one run."""
    places = []
    for (_, run), audits in look.audits.runs().items():
        files = [one for one in audits if one.series]
        if run == "." and len(files) > 1 and any(map(_begins_again, files, files[1:])):
            places += [one.entry.place() for one in files]
    if places:
        yield Finding(
            "run_is_logdir",
            f"{amount(len(places), 'event file')} of several starts, which are one run.",
            places,
        )


def _runs_in_parts(look: Look, apart: list[Place]) -> Iterator[Finding]:
    """Report runs whose curves are in runs below: where the run itself is empty, or was asked for."""
    places = list(apart)
    if look.run is not None and all(place.run != look.run for place in apart):
        own = [entry for entry in look.tree.entries if look.is_about(entry.logdir.name, entry.run)]
        writers = {name.process for entry in own if (name := file_names.parse(entry.name)) is not None}
        below = [
            entry
            for entry in look.tree.entries
            if own
            and _is_below(entry, own[0])
            and (name := file_names.parse(entry.name)) is not None
            and name.process in writers
        ]
        if below:
            places.append(own[0].place(seen=_sub_runs(below)))
    if places:
        yield Finding("run_in_parts", f"{places[0].run}: {places[0].seen}.", places)


def _sub_runs(entries: list[Entry]) -> str:
    runs = sorted({entry.run for entry in entries})
    by_hparams = sum(HPARAMS_RUN.fullmatch(os.path.basename(run)) is not None for run in runs)
    what = f", {by_hparams:,} of them made by add_hparams" if by_hparams else ""
    return f"the same process wrote {amount(len(runs), 'run')} below it{what}, the first {runs[0]}"


def _is_header_only(look: Look, entry: Entry) -> bool:
    first = look.heads.get(entry.path)
    return first is not None and first.is_header_only


def _is_over(entry: Entry) -> bool:
    """Whether a file that holds its header only will stay so, as far as can be told."""
    name = file_names.parse(entry.name)
    if entry.status is None:
        return False
    age = time.time() - entry.status.st_mtime
    if name is not None and name.is_here and name.pid is not None and not processes.is_alive(name.pid):
        return age > GONE
    # A copy is younger than its original.
    return age > SILENT or (name is not None and time.time() - name.seconds > DAY)


def _of_same_writer(entry: Entry, with_data: dict[tuple[str, int | None], list[Entry]]) -> list[Entry]:
    """List files with data of the process that wrote this one; where names tell none, those below it of its host."""
    name = file_names.parse(entry.name)
    if name is None:
        return []
    others = with_data.get(name.process, [])
    return others if name.pid is not None else [other for other in others if _is_below(other, entry)]


def _is_below(entry: Entry, above: Entry) -> bool:
    return (
        entry.logdir == above.logdir
        and entry.run != above.run
        and (above.run == "." or entry.run.startswith(above.run + os.sep))
    )


def _together(named: list[tuple[Entry, FileName]]) -> Iterator[list[tuple[Entry, FileName]]]:
    """Split a folder's files into groups that were begun within `TOGETHER` seconds of the first of each."""
    group: list[tuple[Entry, FileName]] = []
    for one in sorted(named, key=lambda one: one[1].seconds):
        if group and one[1].seconds - group[0][1].seconds > TOGETHER:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _overlap(one: tuple[Entry, FileName], other: tuple[Entry, FileName]) -> bool:
    """Whether each was begun before the other was left alone."""
    return one[1].seconds <= _end(*other) and other[1].seconds <= _end(*one)


def _end(entry: Entry, name: FileName) -> float:
    """When the file was written last; now, if its process lives."""
    if name.is_here and name.pid is not None and processes.is_alive(name.pid):
        return time.time()
    return entry.status.st_mtime if entry.status is not None else 0.0


def _continue_each_other(files: list[Audit]) -> bool:
    """Whether the later file of each two begins where the earlier ends, in all tags of both, and there are such."""
    gaps = [
        one["first_step"] - before["last_step"]
        for earlier, later in pairwise(files)
        for one in later.series
        if (before := earlier.by_name.get((one["tag"], one["kind"]))) is not None
    ]
    return bool(gaps) and min(gaps) > 0


def _begins_again(earlier: Audit, later: Audit) -> bool:
    """Whether a scalar of both files starts again at or below the step it had come to, and no mark says so."""
    if later.facts["sessions"] or later.facts["first_wall_time"] == earlier.facts["first_wall_time"]:
        return False  # What is announced is followed; what has the same header is a copy.
    return any(
        (before := earlier.by_name.get((one["tag"], one["kind"]))) is not None
        and one["first_step"] <= before["last_step"]
        for one in later.series
        if one["kind"] == "scalar"
    )


CHECKS = (runs_without_data, ranks_in_one_folder, closed_and_used, starts_in_the_root)
