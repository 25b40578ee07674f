"""Runs every check of every stage."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar, get_args

from lightboard.doctor import stages
from lightboard.doctor.codes import Stage
from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.report import Failure, Report
from lightboard.doctor.trace import names_on_board, resolve, trace

Check = Callable[[Look], Iterable[Finding]]
Found = TypeVar("Found")


def examine(look: Look) -> Report:
    """Look at each stage in order. A check that fails costs no other: it is told in the report's `failures`."""
    failures: list[Failure] = []

    def guarded(stage: Stage, what: str, ask: Callable[[], Found]) -> Found | None:
        try:
            return ask()
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
            failures.append(Failure(stage, what, f"{type(error).__name__}: {error} ({place})"))
            return None

    on_board: set[str] = set()
    if (given := look.run) is not None:
        meant = guarded("files", "resolve", lambda: resolve(look, given))
        look.run_logdir, look.run = meant or (None, given)
        on_board = guarded("api", "names_on_board", lambda: names_on_board(look)) or on_board

    def carried_out(check: Check) -> list[Finding]:
        found = list(check(look))
        if look.run is None:
            return found
        about = [one.about(look.run, look.run_logdir, on_board) for one in found]
        return [one for one in about if one is not None]

    findings: list[Finding] = []
    for stage in get_args(Stage):
        for check in stages.CHECKS[stage]:
            look.progress(stage, 0.0)
            findings += guarded(stage, check.__name__, partial(carried_out, check)) or []
    followed = guarded("board", "trace", lambda: trace(look, findings))
    return Report.of(look, findings, failures, followed)
