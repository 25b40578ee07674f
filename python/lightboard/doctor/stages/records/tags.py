"""How tags are spelt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.stages.records.about import finding, place, series
from lightboard.doctor.words import amount

SHOWN = ("scalar", "histogram", "image", "video", "audio", "text", "pr_curve", "mesh")
"""Kinds that have cards."""
LONGEST = 200
INVISIBLE = {"Cc", "Cf", "Zl", "Zp"}
"""Unicode categories: control and format characters, separators of lines and paragraphs."""
REPLACED = re.compile(r"[^-/\w.]")
"""What tensorboardX replaces by `_`."""


def tags_that_are_hard_to_see(look: Look) -> Iterator[Finding]:
    """Report tags that are empty, very long, or hold what is not to be seen."""
    verdicts: dict[str, str | None] = {}
    places = []
    for audit, one in series(look, *SHOWN):
        tag = one["tag"]
        if tag not in verdicts:
            verdicts[tag] = _why_hard(tag)
        if (why := verdicts[tag]) is not None:
            places.append(place(audit, one, why, **one["first"]))
    yield from finding("tag_hard_to_see", places, "series")


def _why_hard(tag: str) -> str | None:
    if not tag.strip():
        return "it is empty" if not tag else "it is blank"
    hidden = next((char for char in tag if unicodedata.category(char) in INVISIBLE), None)
    if hidden is not None:
        return f"it holds the character U+{ord(hidden):04X}"
    if tag != tag.strip():
        return "it begins or ends with a blank"
    if tag.endswith("/"):
        return "it ends with a slash"
    return f"it has {len(tag):,} characters" if len(tag) > LONGEST else None


def tags_that_differ_in_spelling(look: Look) -> Iterator[Finding]:
    """Report tags of different runs that are the same but for a rewriting, or for case, blanks and slashes."""
    runs: dict[tuple[str, str], set[str]] = {}
    first: dict[tuple[str, str], Place] = {}
    for audit, one in series(look, *SHOWN):
        key = (audit.entry.logdir.name, one["tag"])
        runs.setdefault(key, set()).add(audit.entry.run)
        if key not in first:
            first[key] = place(audit, one, "", **one["first"])
    rewritten = _alike(runs, lambda tag: REPLACED.sub("_", tag).lstrip("/"))
    alike = _alike(runs, lambda tag: re.sub("/+", "/", "".join(tag.casefold().split())).strip("/"))
    yield from _spellings("tag_rewritten", rewritten, first, runs)
    seen = {key for group in rewritten for key in group}
    yield from _spellings("tags_alike", [group for group in alike if not seen & set(group)], first, runs)


Tag = tuple[str, str]
"""A log directory's name, and a tag."""


def _alike(runs: dict[Tag, set[str]], spelt: Callable[[str], str]) -> list[list[Tag]]:
    """Group tags of one log directory that become the same, unless a run has two of them: that is on purpose."""
    groups: dict[Tag, list[Tag]] = {}
    for logdir, tag in runs:
        groups.setdefault((logdir, spelt(tag)), []).append((logdir, tag))
    return [
        group
        for group in groups.values()
        if len(group) > 1
        and sum(len(runs[key]) for key in group) == len(set().union(*(runs[key] for key in group)))
    ]


def _spellings(
    code: str, groups: list[list[Tag]], first: dict[Tag, Place], runs: dict[Tag, set[str]]
) -> Iterator[Finding]:
    if groups:
        places = [first[key] for group in groups for key in group]
        spelt = " and ".join(
            f"{tag!r} ({amount(len(runs[logdir, tag]), 'run')})" for logdir, tag in groups[0]
        )
        more = f", and {amount(len(groups) - 1, 'tag')} more" if len(groups) > 1 else ""
        yield Finding(code, f"{spelt}{more}.", places)


CHECKS = (tags_that_are_hard_to_see, tags_that_differ_in_spelling)
