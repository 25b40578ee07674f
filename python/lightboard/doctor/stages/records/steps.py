"""Steps: that go back, stand, or lie outside of what readers can show."""

from __future__ import annotations

from collections.abc import Iterator

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.stages.records.about import finding, place, runs_of, series
from lightboard.doctor.words import amount

PICTURES = ("scalar", "histogram", "image", "video", "audio")
"""Kinds that are drawn by step."""
STANDS = 3
"""Values in a row at one step. Many programs log a value twice, which nobody sees: Lightning its hp_metric."""
EXACT = 2**53
"""The largest step that browsers know exactly."""


def steps_that_go_back(look: Look) -> Iterator[Finding]:
    """Report tags that one file logs at a lower step than before, unless a session start announced it."""
    places = []
    for audit, one in series(look):
        back = one["back"]
        if not back["count"]:
            continue
        first = back["first"]
        announced = any(
            session["status"] == "start" and 0 < session["record"] <= first["record"]
            for session in audit.facts["sessions"]
            if session["step"] <= first["to"] and session["offset"] > one["first"]["offset"]
        )
        if not announced:
            times = "once" if back["count"] == 1 else f"{back['count']:,} times"
            seen = f"goes back {times}, first from step {first['from']:,} to {first['to']:,}"
            places.append(
                place(audit, one, seen, step=first["to"], record=first["record"], offset=first["offset"])
            )
    yield from finding("steps_go_back", places, "series")


def steps_that_stand(look: Look) -> Iterator[Finding]:
    """Report tags whose values all have one step, and those with several values at most of their steps."""
    at_one, repeated = [], []
    for audit, one in series(look, *PICTURES):
        if one["count"] < STANDS:
            continue
        if one["min_step"] == one["max_step"]:
            seen = f"{amount(one['count'], 'value')}, all at step {one['min_step']:,}"
            at_one.append(place(audit, one, seen, step=one["min_step"]))
        elif (
            one["kind"] == "scalar"
            and one["longest_repeat"] >= STANDS
            and 2 * one["repeated"] >= one["count"]
        ):
            seen = (
                f"{one['repeated']:,} of {one['count']:,} values have the step of the value before, up to "
                f"{one['longest_repeat']:,} in a row"
            )
            repeated.append(place(audit, one, seen))
    yield from finding("one_step", at_one, "series")
    yield from finding("steps_repeat", repeated, "series")


def steps_out_of_range(look: Look) -> Iterator[Finding]:
    """Report steps below 0, but for -1, as many programs call what they log before they train, and beyond 2^53."""
    negative, huge = [], []
    for audit, one in series(look, *PICTURES):
        if one["min_step"] < -1:
            negative.append(place(audit, one, f"down to step {one['min_step']:,}", step=one["min_step"]))
        if one["max_step"] > EXACT or one["min_step"] < -EXACT:
            huge.append(
                place(audit, one, f"steps {one['min_step']:,} to {one['max_step']:,}", step=one["max_step"])
            )
    yield from finding("step_huge", huge, "series")
    beyond = {(one.path, one.tag) for one in huge}
    yield from finding(
        "step_negative", [one for one in negative if (one.path, one.tag) not in beyond], "series"
    )


def single_points(look: Look) -> Iterator[Finding]:
    """Report series of one point: if the look is for a run or a tag, or if no scalar of the log directory has more."""
    counts: dict[tuple[str, str, str], int] = {}
    places: dict[tuple[str, str, str], Place] = {}
    for audit, one in series(look, "scalar"):
        key = (audit.entry.logdir.name, audit.entry.run, one["tag"])
        counts[key] = counts.get(key, 0) + one["count"]
        places.setdefault(key, place(audit, one, f"at step {one['first_step']:,}", step=one["first_step"]))
    single = [places[key] for key, count in counts.items() if count == 1]
    asked = look.run is not None or look.tag is not None
    if single and (asked or len(single) == len(counts)):
        yield Finding(
            "one_point",
            f"{amount(len(single), 'tag')} of {amount(runs_of(single), 'run')} with one point"
            + ("." if asked else "; no scalar of these log directories has more."),
            single,
        )


CHECKS = (steps_that_go_back, steps_that_stand, steps_out_of_range, single_points)
