"""How paths, times and long lines are written in the terminal."""

import re
import shutil
import sys
import textwrap
import time

LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters, as JSON may hold them; those left out stand for bytes of file names."""

WIDEST = 100


def printable(text: str) -> str:
    """`text` with everything escaped that a terminal would obey or could not write."""
    safe = LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    decoded = safe.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in decoded)


def width() -> int:
    """Columns that a report takes: those of the terminal, and 100 where there is none, or more."""
    return min(WIDEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else WIDEST


def wrapped(text: str, indent: str, label: str = "") -> list[str]:
    """`text` in lines that fit, each with `indent`, the first behind `label`. No word is broken: it may be a path."""
    return textwrap.wrap(
        text,
        width(),
        initial_indent=indent + label,
        subsequent_indent=indent + " " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )


def clock(wall_time: float) -> str:
    """Write the time of day, with the date unless it is today."""
    then, now = time.localtime(wall_time), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%Y-%m-%d %H:%M", then)
