"""Files whose names and contents do not fit, and copies."""

import time
from collections import defaultdict
from collections.abc import Iterator

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.heads import head
from lightboard.doctor.look import Look
from lightboard.doctor.tree import Entry, readable
from lightboard.doctor.words import amount

MAX_SNIFFED = 2000
"""So many files with foreign names are looked into."""

AT_WORK = 120.0
"""Seconds in which a copy that is at work writes something."""

NEXT = 64
"""Files are compared whose headers, which hold the time of their making, and so many bytes after them are the same."""

COMPARED = 1 << 20
"""Files that are the same so far, in bytes, are copies."""


def misnamed_files(look: Look) -> Iterator[Finding]:
    """Report event files whose names lack `tfevents`."""
    candidates = look.tree.others[:MAX_SNIFFED]
    if len(look.tree.others) > MAX_SNIFFED:
        look.left_out.append(
            f"{len(look.tree.others) - MAX_SNIFFED:,} files whose names only resemble those of event files were not "
            f"looked into, after {MAX_SNIFFED:,}."
        )
    found = [entry for entry in candidates if (first := head(entry)) is not None and first.begins_like_one]
    if found:
        yield Finding(
            "event_file_misnamed",
            f'{amount(len(found), "file")} with the beginning of an event file and a name without "tfevents".',
            [entry.place() for entry in found],
        )


def foreign_files(look: Look) -> Iterator[Finding]:
    """Report files that are named like event files and are none."""
    places = []
    for entry in look.tree.entries:
        if entry.path in look.heads:
            what = look.heads[entry.path].foreign
        else:
            what = None if entry.status is None or entry.is_regular else "no regular file"
        if what is not None:
            places.append(entry.place(seen=what))
    if places:
        yield Finding(
            "not_an_event_file",
            f'{amount(len(places), "file")} with "tfevents" in the name and other content.',
            places,
        )


def copied_files(look: Look) -> Iterator[Finding]:
    """Report copies of an event file that lie beside it: the same bytes, or the beginning of them."""
    places: list[Place] = []
    runs = [entries for entries in look.tree.runs().values() if len(entries) > 1]
    for number, entries in enumerate(runs):
        if look.left == 0:
            left = f"{len(runs) - number:,} runs of several files were not searched for copies"
            look.left_out.append(f"{left}: the time was used up.")
            break
        places += _copies(look, entries)
    if places:
        yield Finding(
            "event_file_copied",
            f"{amount(len(places), 'copy', 'copies')}, whole or in part, of event files in the same folder.",
            places,
        )


def unfinished_copies(look: Look) -> Iterator[Finding]:
    """Report copies that were begun and left: rsync gives a file its name when it is whole."""
    before = time.time() - AT_WORK
    left = [
        entry
        for entry in look.tree.unfinished
        if entry.status is not None
        and max(entry.status.st_mtime, entry.status.st_ctime) < before
        and (first := head(entry)) is not None
        and first.begins_like_one
    ]
    if left:
        yield Finding(
            "copy_unfinished",
            f"{amount(len(left), 'event file')} with a dot before the name, unchanged for {AT_WORK:.0f} s or more.",
            [entry.place() for entry in left],
        )


def hidden_folders(look: Look) -> Iterator[Finding]:
    """Report event files below folders whose names begin with a dot."""
    hidden = look.tree.hidden
    if hidden:
        folders = {entry.run for entry in hidden}
        yield Finding(
            "folder_hidden",
            f"{amount(len(hidden), 'event file')} in {amount(len(folders), 'hidden folder')}.",
            [entry.place() for entry in hidden],
        )


def _copies(look: Look, entries: list[Entry]) -> Iterator[Place]:
    alike: dict[bytes, list[Entry]] = defaultdict(list)
    for entry in entries:
        first = look.heads.get(entry.path)
        if first is not None and first.begins_like_one and not first.is_header_only:
            alike[first.beginning[: (first.first_end or 0) + NEXT]].append(entry)
    for files in alike.values():
        files.sort(key=lambda entry: (-entry.size, len(entry.name), entry.name))
        original = files[0]
        for entry in files[1:]:
            if _begins_with(original, entry):
                part = "the same as" if entry.size == original.size else f"the first {entry.size:,} bytes of"
                yield entry.place(seen=f"{part} {readable(original.name)}")


def _begins_with(original: Entry, part: Entry) -> bool:
    try:
        with open(original.path, "rb") as whole, open(part.path, "rb") as beginning:
            length = min(part.size, COMPARED)
            return whole.read(length) == beginning.read(length)
    except OSError:
        return False


CHECKS = (misnamed_files, foreign_files, copied_files, unfinished_copies, hidden_folders)
