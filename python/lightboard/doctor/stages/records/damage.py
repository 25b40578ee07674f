"""What cannot be read: damaged records, files that end early, records too large to be passed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lightboard.doctor.audits import LIVE_SECONDS, Audit
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.first_tag import first_tag
from lightboard.doctor.look import Look
from lightboard.doctor.stages.records.about import spread
from lightboard.doctor.words import amount, evidence

LARGEST_PASSED = 256 << 20
"""Bytes that TensorBoard's data server passes to its front end at a time, and that Lightboard reads of one record."""

CODES = {
    "payload_checksum": "record_corrupt",
    "length_checksum": "record_lost",
    "truncated": "record_lost",
    "zeros": "record_zeros",
    "too_long": "record_too_long",
    "not_an_event": "record_not_an_event",
}
"""The doctor's code for damage between readable records, by the code that the reader gives it."""
ENDS = {"truncated": "record_cut"}
"""Where the end of a file is told otherwise."""


def damaged_records(look: Look) -> Iterator[Finding]:
    """Report each range of bytes that holds no readable record, by what is wrong there."""
    found: dict[str, list[tuple[Audit, dict[str, Any]]]] = {}
    for audit in look.audits.files:
        # Where nothing is readable, there is no event file: so the stage `files` says.
        for damage in audit.facts["damage"] if audit.facts["records"] else ():
            found.setdefault(CODES[damage["code"]], []).append((audit, damage))
    records = sum(audit.facts["records"] for audit in look.audits.files)
    ranges = sum(map(len, found.values()))
    if look.audits.files:
        look.facts["records"] = (
            f"{amount(records, 'record')} in {amount(len(look.audits.files), 'file')}, every checksum compared"
            + (f"; {amount(ranges, 'damaged range')}" if ranges else "")
        )
    elif look.tree.holds_nothing:
        look.facts["records"] = "no event file to read"
    for code, damages in found.items():
        files = {audit.entry.path: audit for audit, _ in damages}.values()
        lost = sum(damage["length"] for _, damage in damages)
        behind = sum(audit.facts["resumed"] for audit in files)
        where = f"{amount(len(damages), 'place')} of {amount(len(files), 'file')}"
        seen = f"{amount(lost, 'byte')} in {where} hold no readable record. "
        if behind:
            seen += f"{amount(behind, 'byte')} of whole records stand behind the first place, where "
            seen += "TensorBoard's Python reader stops." if code == "record_corrupt" else "TensorBoard stops."
        else:
            seen += "Nothing readable stands behind."
        places = [
            audit.entry.place(
                record=damage["record"],
                offset=damage["offset"],
                length=damage["length"],
                seen=evidence(damage),
            )
            for audit, damage in damages
        ]
        yield Finding(code, seen, spread(places))


def files_cut_short(look: Look) -> Iterator[Finding]:
    """Report files that end within a record, or in zeros, and do not grow any more."""
    cut: dict[str, list[Place]] = {}
    for audit in look.audits.files:
        facts = audit.facts
        if audit.ends_early:
            tail = facts["tail"]
            code = ENDS.get(tail["code"], CODES[tail["code"]])
            at = audit.entry.place(offset=tail["offset"], length=tail["length"], record=facts["records"])
            cut.setdefault(code, []).append(at)
    for code, places in cut.items():
        lost = sum(place.length or 0 for place in places)
        what = {"record_zeros": "are zero", "record_cut": "are the beginning of a record"}.get(
            code, "hold no record"
        )
        yield Finding(
            code,
            f"The last {amount(lost, 'byte')} of {amount(len(places), 'file')} {what}; nothing was written there for "
            f"{LIVE_SECONDS / 60:.0f} minutes.",
            places,
        )


def huge_records(look: Look) -> Iterator[Finding]:
    """Report records that are larger than readers pass on."""
    places = [
        audit.entry.place(
            tag=largest["tag"] or first_tag(audit.entry.path, largest["offset"]),
            record=largest["record"],
            offset=largest["offset"],
            length=largest["length"],
        )
        for audit in look.audits.files
        if (largest := audit.facts["largest"]) and largest["length"] > LARGEST_PASSED
    ]
    if places:
        longest = max(place.length or 0 for place in places)
        yield Finding(
            "record_huge",
            f"The largest record has {longest / (1 << 20):,.0f} MiB.",
            places,
        )


CHECKS = (damaged_records, files_cut_short, huge_records)
