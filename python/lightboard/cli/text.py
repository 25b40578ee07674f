"""How paths and times are written in the terminal."""

import re
import time

LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters, as JSON may hold them; those left out stand for bytes of file names."""


def printable(text: str) -> str:
    """`text` with everything escaped that a terminal would obey or could not write."""
    safe = LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    decoded = safe.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in decoded)


def clock(wall_time: float) -> str:
    """Write the time of day, with the date unless it is today."""
    then, now = time.localtime(wall_time), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%Y-%m-%d %H:%M", then)
