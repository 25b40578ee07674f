"""How findings write numbers."""


def amount(count: int, one: str, many: str | None = None) -> str:
    """Write a number and what it counts: `1 file`, `2,000 files`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
