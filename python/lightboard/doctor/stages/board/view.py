"""What a Lightboard's address asks the page for: which runs are on, filters, groups (board/src/model/remembered.ts)."""

from collections.abc import Iterator, Mapping

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.served import Served
from lightboard.doctor.stages.board.notation import Json, parts
from lightboard.doctor.stages.board.selection import selection
from lightboard.doctor.words import amount

VIEWED = ("runs", "panel", "groups", "filter")
"""Parts of a view that say which runs are drawn."""


def view(look: Look) -> Iterator[Finding]:
    """Tell that a Lightboard's address holds a view which chooses runs."""
    board, view = _view(look)
    viewed = [part for part in view if part in VIEWED]
    if board is not None and viewed:
        yield Finding(
            "view_in_address",
            f"The address holds a view: {', '.join(viewed)}.",
            [Place(path=board.client.root)],
        )


def switched_off(look: Look) -> Iterator[Finding]:
    """Tell which runs a Lightboard's address has off, as the board reads it."""
    board, view = _view(look)
    chosen = selection(view.get("runs"))
    if board is None or chosen is None:
        return
    names = board.run_names or {}
    off = [names[run] for run in chosen.off(board.own_runs or ())]
    if off:
        yield Finding.of_runs(
            "run_off",
            f"The address has {len(off):,} of {amount(len(names), 'run')} off.",
            off,
        )


def filtered(look: Look) -> Iterator[Finding]:
    """Tell the filter on runs that a Lightboard's address holds. Whom it lets through only the page can tell."""
    board, view = _view(look)
    panel = view.get("panel")
    text = panel.get("filter") if isinstance(panel, dict) else None
    if board is not None and isinstance(text, str) and text:
        yield Finding("run_filtered", f"The address holds the filter {text}", [Place(path=board.client.root)])


def without_points(look: Look) -> Iterator[Finding]:
    """Tell which runs have curves on a Lightboard, and none of the tag that was asked for."""
    board = look.served
    if board is None or board.program != "lightboard" or look.tag is None:
        return
    having = {run for run, tag in board.curves if tag == look.tag}
    lacking = sorted(board.scalar_tags.keys() - having)
    if having and lacking and not board.unanswered:
        yield Finding.of_runs(
            "run_without_points",
            f"{len(lacking):,} of {amount(len(board.scalar_tags), 'run')} with scalars have no point of {look.tag}.",
            lacking,
            tag=look.tag,
        )


def _view(look: Look) -> tuple[Served | None, Mapping[str, Json]]:
    """Return a Lightboard and the view in its address."""
    board = look.served
    if board is None or board.program != "lightboard":
        return None, {}
    return board, parts(board.client.parts.fragment)


CHECKS = (view, switched_off, filtered, without_points)
