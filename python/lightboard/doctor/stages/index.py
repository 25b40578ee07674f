"""Checks of the stage `index`: whether Lightboard's index agrees with what the doctor read by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lightboard._core import audit_file
from lightboard.cache_dir import cache_dir
from lightboard.doctor.audits import Audit
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.indexed import Indexed
from lightboard.doctor.look import Look
from lightboard.doctor.words import amount

COPY = {"state": "copy"}

Run = dict[str, Any]
"""A run as in GET /api/runs."""


def states(look: Look) -> Iterator[Finding]:
    """Report log directories whose index failed. That they are missing or unreadable the stage `files` tells."""
    failed = [one for one in look.indexed.runs["logdirs"] if one["state"] == "failed"]
    if failed:
        yield Finding(
            "index_failed",
            failed[0]["message"],
            [Place(path=one["path"], logdir=one["name"], seen=one["message"]) for one in failed],
        )


def missing_runs(look: Look) -> Iterator[Finding]:
    """Report folders with event files for which the index has no run, and did not say that it passed them over."""
    if not look.indexed.complete:
        return
    listed = {(run["logdir"], run["name"]) for run in look.indexed.runs["runs"]}
    paths = {logdir.name: logdir.path for logdir in look.logdirs}
    known = {os.path.realpath(os.path.join(paths[logdir], name)) for logdir, name in listed}
    passed = {
        os.path.join(paths[logdir["name"]], skipped["path"].removeprefix(logdir["name"]).lstrip("/"))
        for logdir in look.indexed.runs["logdirs"]
        for skipped in logdir["skipped"]
    }
    places = []
    for (logdir, name), entries in look.tree.runs().items():
        folder = os.path.dirname(entries[0].path)
        regular = [
            entry
            for entry in entries
            if entry.is_regular and entry.path not in passed and os.path.lexists(entry.path)
        ]
        if not regular or (logdir, name) in listed or os.path.realpath(folder) in known:
            continue
        if not any(above in passed for above in _with_folders_above(folder, paths[logdir])):
            places.append(regular[0].place(seen=amount(len(regular), "event file")))
    if places:
        yield Finding(
            "index_run_missing", f"{amount(len(places), 'folder')} with event files not listed.", places
        )


def _with_folders_above(folder: str, logdir: str) -> Iterator[str]:
    yield folder
    while len(folder) > len(logdir):
        folder = os.path.dirname(folder)
        yield folder


def differences(look: Look) -> Iterator[Finding]:
    """Report what the index and the doctor's own pass read differently of the same bytes."""
    indexed, audits = look.indexed, look.audits
    if not indexed.complete or not audits.complete:
        return
    runs = {(run["logdir"], run["name"]): run for run in indexed.runs["runs"]}
    series: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for one in indexed.series:
        series.setdefault(one["run"], {}).setdefault(one["tag"], []).append(one)
    failed = {one["name"] for one in indexed.runs["logdirs"] if one["state"] == "failed"}
    places, compared, tags = [], 0, 0
    for key, audits_of_run in audits.runs().items():
        folders = {os.path.dirname(audit.entry.path) for audit in audits_of_run}
        # Two folders have one name if one of them is not UTF-8 and the other looks like it.
        if key not in runs or key[0] in failed or len(folders) > 1:
            continue
        run = runs[key]
        files = {file["name"]: file for file in run["files"]}
        states = {file["state"] for file in run["files"]}
        # A copy counts nowhere; a file that is not listed was passed over, and the log directory's state says why.
        read = [audit for audit in audits_of_run if files.get(audit.entry.name, COPY)["state"] != "copy"]
        if not read or "loading" in states:
            continue
        told = series.get(run["id"], {})
        compared += len(read)
        tags += len(told)
        differing = [at for audit in read for at in _file_differs(audit, files[audit.entry.name])]
        differing = differing or list(_series_differ(read, run, told, indexed))
        if differing and not any(_has_changed(look, audit, files[audit.entry.name]) for audit in read):
            places += differing
    if compared:
        agree = f"differences at {amount(len(places), 'place')}" if places else "they agree"
        look.facts["index"] = (
            f"{tags:,} series of {amount(compared, 'file')} compared with the doctor's own pass: {agree}"
        )
    elif look.tree.holds_nothing:
        look.facts["index"] = "no event file to compare"
    if places:
        yield Finding("index_differs", f"{places[0].seen}.", places)


def _file_differs(audit: Audit, file: dict[str, Any]) -> Iterator[Place]:
    """Compare the records of one file."""
    facts = audit.facts
    longest = facts["unread"]["over"]
    if any(lost["code"] == "too_long" and lost["length"] > longest for lost in facts["damage"]):
        # The doctor searches it for records, the index passes over it as long as its length may be right.
        return
    if file["records"] != facts["records"]:
        yield audit.entry.place(
            seen=f"{file['records']:,} records in the index, {facts['records']:,} in the file"
        )
    elif file["bytes_read"] != facts["read"]:
        yield audit.entry.place(
            seen=f"read up to byte {file['bytes_read']:,} by the index, whole records up to {facts['read']:,}"
        )
    elif (in_index := _inside(file["damage"], facts["read"])) != (
        in_file := _inside(facts["damage"], facts["read"])
    ):
        yield audit.entry.place(
            seen=f"{len(in_index):,} damaged ranges in the index, {len(in_file):,} in the file, or others"
        )


def _inside(damage: list[dict[str, Any]], end: int) -> list[tuple[int, int, str]]:
    return sorted((it["offset"], it["length"], it["code"]) for it in damage if it["offset"] < end)


def _series_differ(
    files: list[Audit], run: Run, told: dict[str, list[dict[str, Any]]], indexed: Indexed
) -> Iterator[Place]:
    """Compare count, last step, lowest and highest value of each tag of a run, its files taken together."""
    if any(one.facts["series_count"] > len(one.series) or one.facts["unread"]["count"] for one in files):
        return
    own: dict[str, list[tuple[Audit, dict[str, Any]]]] = {}
    for audit in files:
        for one in audit.series:
            own.setdefault(one["tag"], []).append((audit, one))
    for tag in own.keys() | told.keys():
        mine, theirs = own.get(tag, []), told.get(tag, [])
        place = mine[0][0].entry.place if mine else files[0].entry.place
        counts = sum(one["count"] for _, one in mine), sum(one["count"] for one in theirs)
        if counts[0] != counts[1]:
            yield place(tag=tag, seen=f"{counts[1]:,} values in the index, {counts[0]:,} in the files")
        elif len(mine) == len(theirs) == 1 and mine[0][1]["last_step"] != theirs[0]["last_step"]:
            yield place(
                tag=tag,
                seen=f"ends at step {theirs[0]['last_step']:,} in the index, {mine[0][1]['last_step']:,} in the file",
            )
        elif run["attempts"] == 1 and (run["id"], tag) in indexed.extremes:
            scalars = [one for _, one in mine if one["kind"] == "scalar"]
            found = indexed.extremes[run["id"], tag]
            lowest = min((one["min"] for one in scalars if one["min"] is not None), default=None)
            highest = max((one["max"] for one in scalars if one["max"] is not None), default=None)
            if (found.lowest, found.highest) != (lowest, highest):
                yield place(
                    tag=tag,
                    seen=f"{found.lowest} to {found.highest} in the index, {lowest} to {highest} in the files",
                )


def _has_changed(look: Look, audit: Audit, file: dict[str, Any]) -> bool:
    """Look at a file again: what changed since it was listed, or between the two passes, is no difference."""
    before = audit.entry.status
    try:
        now = os.stat(audit.entry.path)
        again = json.loads(audit_file(audit.entry.path, look.left))
    except OSError:
        return True
    same = before is not None and (before.st_ino, before.st_size, before.st_mtime_ns) == (
        now.st_ino,
        now.st_size,
        now.st_mtime_ns,
    )
    return not same or again != audit.facts or file["bytes"] != now.st_size


def unusable_cache(look: Look) -> Iterator[Finding]:
    """Report that the folder of the cache cannot be written."""
    folder = above = cache_dir()
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if not os.path.isdir(above) or not os.access(above, os.W_OK | os.X_OK):
        what = "is no folder" if not os.path.isdir(above) else "may not be written"
        yield Finding("cache_unusable", f"{folder}: {above} {what}.", [Place(path=folder)])


CHECKS: tuple[Callable[[Look], Iterable[Finding]], ...] = (states, missing_runs, differences, unusable_cache)
