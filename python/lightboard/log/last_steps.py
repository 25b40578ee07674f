"""How far series have come, as event files say: the writer itself keeps no account of every tag."""

import threading
from collections.abc import Iterable, Set

from lightboard._core import EventReader

# So much of a file is read at a time, and for so long a disk is waited for.
WINDOW = 1 << 22
PATIENCE_SECS = 5.0


def last_steps(paths: Iterable[str], tags: Set[str]) -> dict[str, int]:
    """Return the highest step of each of these scalars in the event files, of those that have one.

    What cannot be read in a few seconds counts for nothing: a training program asks.
    """
    found: dict[str, int] = {}
    thread = threading.Thread(target=_read, args=(list(paths), tags, found), daemon=True)
    try:
        thread.start()
    except RuntimeError:  # None can be had, as in an exit hook.
        _read(paths, tags, found)
    else:
        thread.join(PATIENCE_SECS)
    return found.copy()


def _read(paths: Iterable[str], tags: Set[str], found: dict[str, int]) -> None:
    for path in paths:
        try:
            with open(path, "rb") as file:
                start, wanted = 0, WINDOW
                while True:
                    file.seek(start)
                    window = file.read(wanted)
                    at_end = len(window) < wanted
                    # A reader for each window: what it has read stays in its memory.
                    reader = EventReader()
                    wanted = max(WINDOW, reader.feed(window, at_end))
                    _take_in(reader, tags, found)
                    start += reader.offset
                    if at_end:
                        break
        except OSError:
            continue  # Deleted or moved meanwhile, as the next call tells.


def _take_in(reader: EventReader, tags: Set[str], found: dict[str, int]) -> None:
    for tag, kind, _, _, steps, _, _ in reader.series():
        if kind == "scalar" and tag in tags:
            found[tag] = max(found.get(tag, -(1 << 63)), *memoryview(steps).cast("q"))
