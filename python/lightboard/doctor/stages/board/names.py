"""What TensorBoard's pages make of the number of runs, and of their names."""

import re
from collections import defaultdict
from collections.abc import Iterator

from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look

SWITCHED_ON = 500
"""More runs than this are off at first on the Time Series page."""

SWITCHED_ON_ELSEWHERE = 40
"""More runs than this are off at first on the other pages."""

COLOURS = 7
LONG = 100
"""Digits that are no number that somebody counts with."""

SHOWN = 40
"""Characters of a run's name that fit into the list, about."""


def beyond_latin1(look: Look) -> Iterator[Finding]:
    """Report names that stop all switching on TensorBoard's older pages."""
    names = [run for run in _runs(look) if any(ord(character) > 0xFF for character in run)]
    if names:
        yield Finding.of_runs(
            "name_beyond_latin1",
            f"Runs with characters in their names that Latin-1 has not: {len(names):,}.",
            names,
        )


def off_by_default(look: Look) -> Iterator[Finding]:
    """Report that there are so many runs that all are off at first."""
    count = len(_runs(look))
    if count > SWITCHED_ON:
        yield Finding(
            "runs_off", f"There are {count:,} runs: more than {SWITCHED_ON}, so all are off on every page."
        )
    elif count > SWITCHED_ON_ELSEWHERE:
        yield Finding(
            "runs_off_elsewhere",
            f"There are {count:,} runs: more than {SWITCHED_ON_ELSEWHERE}, so all are off on Scalars, Images and the "
            "other older pages. On Time Series they are on.",
        )


def colours_repeat(look: Look) -> Iterator[Finding]:
    """Tell that runs share colours."""
    count = len(_runs(look))
    if count > COLOURS and look.run is not None:
        yield Finding("colours_repeat", f"{count:,} runs share {COLOURS} colours on the Time Series page.")


def alike(look: Look) -> Iterator[Finding]:
    """Report names that differ only where the list cuts them."""
    shown = defaultdict(list)
    for run in _runs(look):
        if len(run) > SHOWN:
            shown[run[:SHOWN]].append(run)
    cut = [run for runs in shown.values() if len(runs) > 1 for run in runs]
    if cut:
        yield Finding.of_runs(
            "names_cut_alike",
            f"{len(cut):,} runs have names that differ only behind the first {SHOWN} characters.",
            cut,
        )


def out_of_order(look: Look) -> Iterator[Finding]:
    """Tell that numbers in names are not sorted as numbers, where a run is looked for."""
    runs = [run for run in _runs(look) if look.run is not None]
    natural = sorted(runs, key=by_number)
    if natural != sorted(runs):
        yield Finding(
            "order_not_natural",
            f"By its characters {max(runs)} stands last, by number {natural[-1]}.",
        )


def by_number(run: str) -> list[tuple[bool, int, str]]:
    """Return the key by which names are sorted with their numbers as numbers."""
    return [
        (part.isdecimal(), int(part) if part.isdecimal() and len(part) < LONG else 0, part)
        for part in re.split(r"(\d+)", run)
    ]


def _runs(look: Look) -> list[str]:
    """Names of a TensorBoard's runs; of others none: they have no such limits."""
    board = look.served
    return list(board.runs or ()) if board is not None and board.is_tensorboard else []


CHECKS = (beyond_latin1, off_by_default, colours_repeat, alike, out_of_order)
