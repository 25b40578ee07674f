"""Hyper-parameters: which of them TensorBoard shows, and as what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.indexed import EXPERIMENT, Experiment
from lightboard.doctor.look import Look
from lightboard.doctor.words import amount

START = "_hparams_/session_start_info"


@dataclass(frozen=True)
class Told:
    """What a run logged itself: settings, and what it says of the experiment."""

    logdir: str
    run: str
    settings: dict[str, Any]
    experiment: Experiment | None

    def place(self, tag: str, seen: str) -> Place:
        """Return the run as a place."""
        return Place(logdir=self.logdir, run=self.run, tag=tag, seen=seen)


def hidden_columns(look: Look) -> Iterator[Finding]:
    """Report hyper-parameters and metrics that what one run says of the experiment lacks, where others have them."""
    places, least = [], ""
    for runs in _by_logdir(look).values():
        described = [(run, run.experiment) for run in runs if run.experiment is not None]
        hparams = {name for run in runs for name in run.settings}
        hparams |= {name for _, experiment in described for name in experiment.hparams}
        metrics = {tag for _, experiment in described for tag in experiment.metrics}
        for run, experiment in described:
            lacking = sorted(hparams - experiment.hparams) + sorted(metrics - experiment.metrics)
            if lacking:
                places.append(run.place(EXPERIMENT, f"lacks {_list(lacking)}"))
                least = least or f"If it takes that of {run.run}, it has no column for {_list(lacking)}."
    if places:
        of = amount(len(places), "run")
        seen = f"TensorBoard takes what one run says of the experiment; what {of} say is not all. "
        yield Finding("hparams_hidden", seen + least, places)


def types_that_differ(look: Look) -> Iterator[Finding]:
    """Report hyper-parameters that are booleans in some runs and the numbers 0 and 1 in the others."""
    places, names = [], []
    for runs in _by_logdir(look).values():
        for name in sorted({name for run in runs for name in run.settings}):
            told = [(run, run.settings[name]) for run in runs if name in run.settings]
            numbers = [(run, value) for run, value in told if not isinstance(value, bool)]
            # 0 and 1 equal False and True.
            if 0 < len(numbers) < len(told) and all(value in (0, 1) for _, value in numbers):
                places += [run.place(START, f"{name} = {value:g}") for run, value in numbers]
                names.append(name)
    if places:
        seen = f"{_list(names)}: a number in the runs below, true or false in others."
        yield Finding("hparam_type_differs", seen, places)


def _by_logdir(look: Look) -> dict[str, list[Told]]:
    """List runs that logged hyper-parameters themselves, by log directory. Others have what sub-runs say."""
    own: dict[tuple[str, str], set[str]] = {}
    for audit in look.audits.files:
        for one in audit.series:
            if one["kind"] == "hparams":
                own.setdefault((audit.entry.logdir.name, audit.entry.run), set()).add(one["tag"])
    found: dict[str, list[Told]] = {}
    for run in look.indexed.runs["runs"] if own else ():
        tags = own.get((run["logdir"], run["name"]), set())
        settings = look.indexed.hparams.get(run["id"], {}) if START in tags else {}
        experiment = look.indexed.experiments.get(run["id"]) if EXPERIMENT in tags else None
        if settings or experiment is not None:
            found.setdefault(run["logdir"], []).append(Told(run["logdir"], run["name"], settings, experiment))
    return found


def _list(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")


CHECKS = (hidden_columns, types_that_differ)
