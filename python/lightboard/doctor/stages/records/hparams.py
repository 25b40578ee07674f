"""Hyper-parameters: which of them TensorBoard shows, and as what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.stages.records.about import amount, runs_of
from lightboard.doctor.stages.records.attempts import EXPERIMENT

START = "_hparams_/session_start_info"


def hidden_hparams(look: Look) -> Iterator[Finding]:
    """Report hyper-parameters that a run's description of the experiment lacks, where others have them."""
    for hparams in _by_logdir(look).values():
        described = [run for run in hparams if run.describes]
        names = {name for run in hparams for name in run.settings}
        lacking = [run for run in described if names - run.settings.keys()]
        if lacking:
            least = max(lacking, key=lambda run: len(names - run.settings.keys()))
            places = [
                Place(
                    logdir=run.logdir,
                    run=run.run,
                    tag=EXPERIMENT,
                    seen=f"lacks {_list(names - run.settings.keys())}",
                )
                for run in lacking
            ]
            yield Finding(
                "hparams_hidden",
                f"{amount(len(described), 'run')} describe an experiment, {amount(runs_of(places), 'run')} of them "
                f"without all of the {amount(len(names), 'hyper-parameter')}. If TensorBoard takes the description of "
                f"{least.run}, it has no column for {_list(names - least.settings.keys())}.",
                places,
            )


def types_that_differ(look: Look) -> Iterator[Finding]:
    """Report hyper-parameters that are booleans in some runs and the numbers 0 and 1 in the others."""
    for hparams in _by_logdir(look).values():
        for name in sorted({name for run in hparams for name in run.settings}):
            told = [(run, run.settings[name]) for run in hparams if name in run.settings]
            numbers = [(run, value) for run, value in told if not isinstance(value, bool)]
            # 0 and 1 equal False and True.
            if 0 < len(numbers) < len(told) and all(value in (0, 1) for _, value in numbers):
                places = [
                    Place(logdir=run.logdir, run=run.run, tag=START, seen=f"{name} = {value:g}")
                    for run, value in numbers
                ]
                booleans = amount(len(told) - len(numbers), "other")
                yield Finding(
                    "hparam_type_differs",
                    f"{name} is a number in {amount(len(numbers), 'run')} and true or false in {booleans}.",
                    places,
                )


@dataclass(frozen=True)
class _Hparams:
    """The settings of one run, and whether it describes an experiment."""

    logdir: str
    run: str
    settings: dict[str, Any]
    describes: bool


def _by_logdir(look: Look) -> dict[str, list[_Hparams]]:
    """List runs that logged hyper-parameters themselves, by log directory. Others have what sub-runs say."""
    own: dict[tuple[str, str], set[str]] = {}
    for audit in look.audits.files:
        for one in audit.series:
            if one["kind"] == "hparams":
                own.setdefault((audit.entry.logdir.name, audit.entry.run), set()).add(one["tag"])
    found: dict[str, list[_Hparams]] = {}
    if own:
        for run in look.indexed.runs["runs"]:
            tags = own.get((run["logdir"], run["name"]), set())
            if START in tags and run["id"] in look.indexed.hparams:
                settings = look.indexed.hparams[run["id"]]
                found.setdefault(run["logdir"], []).append(
                    _Hparams(run["logdir"], run["name"], settings, EXPERIMENT in tags)
                )
    return found


def _list(names: set[str]) -> str:
    shown = sorted(names)[:3]
    return ", ".join(shown) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")


CHECKS = (hidden_hparams, types_that_differ)
