"""What TensorBoard's page makes of single series."""

from collections.abc import Iterator
from itertools import pairwise

from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.words import amount

IMAGES = 10
"""Images of a tag that TensorBoard keeps unless it is told otherwise."""

FEW = 2
"""Points of a curve that smoothing by 0.6 changes beyond recognition."""

GAP_SECS = 3600.0


def without_scalars(look: Look) -> Iterator[Finding]:
    """Report runs that are listed, and have nothing for the pages of curves."""
    board = look.served
    if board is None or board.program not in ("lightboard", "tensorboard") or not board.runs:
        return
    empty = [run for run in board.runs if run not in board.scalar_tags]
    if empty and not board.unanswered and (board.is_tensorboard or look.run is not None):
        yield Finding.of_runs(
            "run_without_scalars",
            f"{len(empty):,} of {amount(len(board.runs), 'run')} are listed and have no scalars.",
            empty,
        )


def images_sampled(look: Look) -> Iterator[Finding]:
    """Report image series of which TensorBoard keeps a few."""
    board = look.served
    if board is None or not board.is_tensorboard:
        return
    given = board.flags.get("samples_per_plugin")
    limit = given.get("images", IMAGES) if isinstance(given, dict) else IMAGES
    many = [
        one.entry.place(tag=series["tag"], seen=f"{series['count']:,} images")
        for one in look.audits.files
        for series in one.series
        if series["kind"] == "image" and limit and series["count"] > limit
    ]
    if many:
        yield Finding(
            "images_sampled",
            f"{board.name} keeps {limit:,} images of a tag; {len(many):,} series have more.",
            many,
        )


def smoothed_away(look: Look) -> Iterator[Finding]:
    """Tell of curves that are too short for the page's smoothing, where one is asked about."""
    board = look.served
    if board is None or not board.is_tensorboard or (look.run is None and look.tag is None):
        return
    short = [
        one.entry.place(tag=series["tag"])
        for one in look.audits.files
        for series in one.series
        if series["kind"] == "scalar" and series["count"] == FEW and look.tag in (None, series["tag"])
    ]
    if short:
        yield Finding("smoothing_of_few", f"{amount(len(short), 'curve')} of {FEW} points.", short)


def gaps(look: Look) -> Iterator[Finding]:
    """Tell of runs that paused for longer than they ran: on a relative axis they are two stubs far apart."""
    if look.url is None:
        return
    paused = []
    for files in look.audits.runs().values():
        timed = [one for one in files if one.series and one.facts["earliest"] is not None]
        pauses = [after.facts["earliest"] - before.facts["latest"] for before, after in pairwise(timed)]
        ran = sum(one.facts["latest"] - one.facts["earliest"] for one in timed)
        if pauses and max(pauses) > max(GAP_SECS, ran):
            paused.append(
                timed[0].entry.place(
                    seen=f"a pause of {max(pauses) / 3600:.1f} h, running for {ran / 3600:.1f} h"
                )
            )
    if paused:
        yield Finding(
            "pause_in_run", f"{amount(len(paused), 'run')} paused for longer than they ran.", paused
        )


CHECKS = (without_scalars, images_sampled, smoothed_away, gaps)
