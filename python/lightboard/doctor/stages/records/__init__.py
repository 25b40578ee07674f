"""Checks of the stage `records`, a module a topic: what the writers wrote, record by record."""

from collections.abc import Callable, Iterable

from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.stages.records import attempts, damage, hparams, kinds, steps, tags, values

CHECKS: tuple[Callable[[Look], Iterable[Finding]], ...] = (
    *damage.CHECKS,
    *attempts.CHECKS,
    *steps.CHECKS,
    *values.CHECKS,
    *kinds.CHECKS,
    *tags.CHECKS,
    *hparams.CHECKS,
)
