"""Values that some reader drops, cannot draw, or has rounded; wall times that are none."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.stages.records.about import finding, place, series
from lightboard.doctor.words import amount

TAKEN = {"simple_value", "float32"}
"""Forms of scalars that TensorBoard's default reader takes: float32 of no dimensions."""
NAMES = {"NaN": "NaN", "Infinity": "infinite", "-Infinity": "-infinite"}
STAIRS = 4096
"""A curve of fewer steps of float32 than this from bottom to top has visible stairs."""


def forms_that_are_dropped(look: Look) -> Iterator[Finding]:
    """Report scalars that are no float32 without dimensions, also those that Lightboard reads as tensors."""
    places = []
    for audit, one in series(look, "scalar", "tensor", "unknown"):
        dropped = {form: count for form, count in one["forms"].items() if form not in TAKEN}
        if dropped:
            forms = ", ".join(sorted(dropped))
            seen = f"{amount(sum(dropped.values()), 'value')} of {one['count']:,} as {forms}"
            places.append(place(audit, one, seen, **one["first"]))
    yield from finding("scalar_form_dropped", places, "series")


def values_that_are_not_finite(look: Look) -> Iterator[Finding]:
    """Report where scalars became NaN or infinite; the earliest first."""
    places = []
    for audit, one in series(look, "scalar"):
        which = one["non_finite"]
        if which["count"]:
            became = "became" if which["count"] < one["count"] else "is"
            seen = f"{became} {NAMES.get(which['first_value'], which['first_value'])} at step {which['first_step']:,}"
            if one["count"] > 1:
                seen += f" ({which['count']:,} of {one['count']:,} values)"
            places.append(
                place(
                    audit, one, seen, step=which["first_step"], record=which["record"], offset=which["offset"]
                )
            )
    yield from finding("not_finite", places, "series")


def wall_times(look: Look) -> Iterator[Finding]:
    """Report wall times that are not finite, negative or far from any time."""
    places = []
    for audit in look.audits.files:
        wrong = audit.facts["bad_wall_times"]
        if wrong["count"]:
            first = wrong["first"]
            seen = f"{amount(wrong['count'], 'event')}, the first with the time {first['value']}"
            places.append(audit.entry.place(seen=seen, record=first["record"], offset=first["offset"]))
    yield from finding("wall_time_wrong", places, "file")


def rounded_numbers(look: Look) -> Iterator[Finding]:
    """Report scalars of float32 that are so large and so near each other that float32 makes stairs of them."""
    places = []
    for audit, one in series(look, "scalar"):
        if not one["rounded"] or one["rounded"] < one["count"] or one["min"] is None:
            continue
        largest = max(abs(one["min"]), abs(one["max"]))
        stair = math.ldexp(1.0, math.frexp(largest)[1] - 24)
        if stair > 1 and 0 < one["max"] - one["min"] <= STAIRS * stair:
            seen = f"{one['min']:,.0f} to {one['max']:,.0f} in stairs of {stair:,.0f}"
            places.append(place(audit, one, seen))
    yield from finding("float32_stairs", places, "series")


CHECKS = (forms_that_are_dropped, values_that_are_not_finite, wall_times, rounded_numbers)
