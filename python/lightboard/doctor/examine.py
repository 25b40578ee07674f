"""Runs every check of every stage."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import get_args

from lightboard.doctor import stages
from lightboard.doctor.codes import Stage
from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.report import Failure, Report
from lightboard.doctor.trace import resolve, trace

Check = Callable[[Look], Iterable[Finding]]


def examine(look: Look) -> Report:
    """Look at each stage in order. A check that fails costs no other: it is told in the report's `failures`."""
    if look.run is not None:
        look.run = resolve(look, look.run)
    about = partial(Finding.about, run=look.run or "")
    findings: list[Finding] = []
    failures: list[Failure] = []
    for stage in get_args(Stage):
        for check in stages.CHECKS[stage]:
            look.progress(stage, 0.0)
            try:
                found = list(check(look))
                findings += (
                    found if look.run is None else [one for one in map(about, found) if one is not None]
                )
            except Exception as error:
                where = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
                failures.append(Failure(stage, check.__name__, f"{type(error).__name__}: {error} ({place})"))
    return Report.of(look, findings, failures, trace(look, findings))
