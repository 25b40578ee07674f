"""Sizes in bytes, as people write and read them."""

from __future__ import annotations

import re

import click

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


class Size(click.ParamType[int]):
    """A number of bytes of at least `smallest`, like `2GiB`, `500 MB` or `1073741824`."""

    name = "size"

    def __init__(self, smallest: int) -> None:
        self.smallest = smallest

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Understand what was given, or fail with what was expected."""
        if isinstance(value, int):
            return value
        written = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", str(value))
        unit = UNITS.get(written[2].upper()) if written else None
        if written is None or unit is None:
            self.fail(f"expected a size like 2GiB, 500MB or a number of bytes, found {value!r}", param, ctx)
        size = int(float(written[1]) * unit)
        if size < self.smallest:
            self.fail(f"expected at least {readable(self.smallest)}, found {readable(size)}", param, ctx)
        return size


def readable(size: int) -> str:
    """`size` in the largest binary unit that leaves at least 1 before the point."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= factor:
            return f"{size / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} B"
