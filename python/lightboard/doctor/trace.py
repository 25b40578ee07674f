"""The way of one run, or of a tag, from the disk to the page, and how far it comes."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from lightboard.doctor.codes import Stage
from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.stages.board.names import SWITCHED_ON, SWITCHED_ON_ELSEWHERE
from lightboard.doctor.tree import Entry, Folder, readable
from lightboard.doctor.words import amount, similar

Outcome = Literal["yes", "partly", "no", "unknown"]

EXPLAINED_BY: dict[Stage, tuple[Stage, ...]] = {
    "files": ("log", "files"),
    "records": ("log", "files", "records"),
    "index": ("files", "index"),
    "api": ("api",),
    "board": ("board",),
}
"""Stages whose findings tell why a question is not answered with yes."""

NOT_DRAWN = frozenset({"filter_in_address", "pattern_invalid", "selection_in_address", "runs_off", "run_off"})
"""What keeps a run from being drawn at all; other findings of the page are of what it draws."""
NOT_SERVED_IN_FULL = frozenset(
    {
        "points_sampled",
        "points_preempted",
        "files_given_up",
        "reload_stopped",
        "still_loading",
        "samples_of_none",
    }
)
"""What keeps a part of a run from being served."""
NOT_DRAWN_EVERYWHERE = "runs_off_elsewhere"

# What to do where no finding says it.
WAIT = (
    "If the program has just begun, wait: writers keep what is logged for up to two minutes. Else look for what it "
    "logs, and whether it calls writer.close() at the end."
)
BARE = (
    "If the program has just begun, wait until it logs. Else see whether its files were moved or removed, or whether "
    "it logs elsewhere: print(os.path.abspath(writer.log_dir)) there tells where."
)
AGAIN = "If the run has just begun, wait until the board reads again. Else end that board, and start one on the folder."


@dataclass(frozen=True)
class Step:
    """One question about the run, and the answer. `codes` are the findings that explain a `no` or a `partly`.

    `remedy` says what to do where no finding does.
    """

    stage: Stage
    question: str
    outcome: Outcome
    answer: str
    codes: Sequence[str] = ()
    remedy: str = ""


@dataclass(frozen=True)
class Trace:
    """All questions, in the order of the stages; after a `no` the later ones are not asked.

    Without a `run`, of a tag that no run has.
    """

    run: str | None
    tag: str | None
    steps: Sequence[Step]

    @property
    def lost(self) -> Step | None:
        """The question at which the run is lost; None if it comes through."""
        return next((step for step in self.steps if step.outcome == "no"), None)

    @property
    def lost_at(self) -> Stage | None:
        """Stage at which the run is lost; None if it comes through."""
        return None if self.lost is None else self.lost.stage

    def to_json(self) -> dict[str, Any]:
        """Return the trace as spec/doctor.md describes it."""
        steps = [{**vars(step), "codes": list(step.codes)} for step in self.steps]
        return {"run": self.run, "tag": self.tag, "lost_at": self.lost_at, "steps": steps}


def resolve(look: Look, given: str) -> tuple[str | None, str]:
    """Return the log directory and the name of the run that is meant by its name, a path, or an id.

    Of runs of one name in several log directories it is the first; what is no run is returned as it is.
    """
    tree = look.tree
    runs: list[Entry | Folder] = [*tree.entries, *tree.folders, *tree.broken]
    for one in runs:
        if one.run == given:
            return one.logdir.name, given
    for one in runs:
        if f"{one.logdir.name}/{one.run}" == given:
            return one.logdir.name, one.run
    path = os.path.abspath(os.path.expanduser(given))
    for link in tree.broken:
        if link.path == path:
            return link.logdir.name, link.run
    meant = look.run_in(path)
    if meant is not None and any((one.logdir.name, one.run) == meant for one in look.tree.folders):
        return meant
    for run in look.indexed.runs["runs"]:
        if run["id"] == given:
            return str(run["logdir"]), str(run["name"])
    return None, given


def names_on_board(look: Look) -> set[str]:
    """Return the name that the board at `url` has for the run's folder, if it looks there."""
    board = look.served
    folders = [one for one in look.tree.folders if look.is_about(one.logdir.name, one.run)]
    if board is None or look.run is None:
        return set()
    return {name for folder in folders if (name := board.run_name(folder.logdir, folder.path)) is not None}


def trace(look: Look, findings: Sequence[Finding]) -> Trace | None:
    """Follow the run that the look is for; without one, tell of its tag if no run has that. None else."""
    if look.run is None:
        missing = _tag_of_no_run(look)
        return None if missing is None else Trace(None, look.tag, [missing])
    steps: list[Step] = []
    for question in (_on_disk, _read, _indexed, _served, _drawn):
        step = question(look, look.run)
        if step is None:
            continue
        steps.append(explained(step, findings))
        if steps[-1].outcome == "no":
            break
    return Trace(look.run, look.tag, steps)


def _tag_of_no_run(look: Look) -> Step | None:
    if look.tag is None:
        return None
    audits, tags = look.audits, look.audits.tags
    if look.tag in tags or not (look.tree.complete and audits.files and audits.knows_all_tags):
        return None
    has_read = not (
        audits.unreadable
        or any(one.is_damaged for one in audits.files)
        or any(folder.error is not None for folder in look.tree.folders)
    )
    so_far = "" if has_read else ", as far as files can be read"
    logdirs = " ".join(shlex.quote(logdir.readable_path) for logdir in look.logdirs)
    near = similar(look.tag, tags)
    answer = f"No run has the tag {look.tag}{so_far}.{_alike(near)}"
    remedy = _meant("tag", near, f"which tags there are, with lightboard ls {logdirs}")
    return Step("records", "Was it logged?", "no", answer, remedy=remedy)


def explained(step: Step, findings: Sequence[Finding]) -> Step:
    """Name what was found of the run at that stage; what hides it on the page is only told by findings."""
    here = [finding for finding in findings if finding.kind.stage in EXPLAINED_BY[step.stage]]
    why = [finding for finding in here if finding.kind.severity != "note"]
    if step.stage == "api" and step.outcome == "yes":
        why = [finding for finding in why if finding.code in NOT_SERVED_IN_FULL]
        step = replace(step, outcome="partly") if why else step
    if step.stage == "board":
        off = [finding for finding in here if finding.code in NOT_DRAWN]
        everywhere = [finding for finding in off if not finding.elsewhere]
        why = everywhere or off or [finding for finding in here if finding.code == NOT_DRAWN_EVERYWHERE]
        if off:
            step = replace(step, outcome="no" if everywhere else "partly", answer=why[0].seen)
    if step.outcome == "yes":
        return step
    remedy = "" if why and step.remedy in (WAIT, BARE, AGAIN) else step.remedy
    return replace(step, codes=tuple(finding.code for finding in why), remedy=remedy)


def _on_disk(look: Look, run: str) -> Step:
    question = "Is it on disk?"
    files = [entry for entry in look.tree.entries if look.is_about(entry.logdir.name, entry.run)]
    if files:
        others = sorted({entry.logdir.name for entry in look.tree.entries if entry.run == run})
        others.remove(files[0].logdir.name)
        more = (
            f" {' and '.join(others)} has a run of that name, too: for that one, give its path."
            if others
            else ""
        )
        size = sum(entry.size for entry in files)
        folder = readable(os.path.dirname(files[0].path))
        return Step(
            "files",
            question,
            "yes",
            f"{amount(len(files), 'event file')}, {amount(size, 'byte')}, in {folder}.{more}",
        )
    below = sorted({entry.run for entry in look.tree.entries if entry.run.startswith(f"{run}/")})
    if below:
        answer = f"Not in that folder, but in folders below: {', '.join(below[:5])}."
        remedy = f"Ask for one of these: --run {shlex.quote(below[0])}"
        return Step("files", question, "no", answer, remedy=remedy)
    if any(look.is_about(one.logdir.name, one.run) for one in look.tree.broken):
        return Step("files", question, "no", "It is a link that leads nowhere.")
    folders = [one for one in look.tree.folders if look.is_about(one.logdir.name, one.run)]
    if any(one.error is not None for one in folders):
        return Step("files", question, "no", "Its folder is there, and may not be listed.")
    if folders:
        answer = "Its folder is there, and holds no event file."
        return Step("files", question, "no", answer, remedy=BARE)
    near = similar(run, {entry.run for entry in look.tree.entries})
    answer = f"No folder of that name below the log directories.{_alike(near)}"
    logdirs = " ".join(shlex.quote(logdir.readable_path) for logdir in look.logdirs)
    remedy = _meant("run", near, f"which runs there are, with lightboard ls {logdirs}")
    return Step("files", question, "no", answer, remedy=remedy)


def _alike(near: Sequence[str]) -> str:
    return f" Similar: {', '.join(near)}." if near else ""


def _meant(option: str, near: Sequence[str], else_see: str) -> str:
    """Say what to do about a name that there is not."""
    if near:
        return f"If {near[0]} is meant: --{option} {shlex.quote(near[0])}. Else see {else_see}"
    return f"See {else_see}"


def _read(look: Look, _run: str) -> Step:
    question = "Can it be read in full?"
    files = look.audits.files
    refused = look.audits.unreadable
    records = sum(one.facts["records"] for one in files)
    series = {(series["tag"], series["kind"]) for one in files for series in one.series}
    damage = sum(one.facts["damage_count"] for one in files)
    if refused and not files:
        return Step(
            "records", question, "no", f"{amount(len(refused), 'file')} of it, of which none can be opened."
        )
    if not series:
        answer = f"Its files hold {amount(records, 'record')}, and no value in them."
        return Step("records", question, "no", answer, remedy=WAIT)
    if look.tag is not None and not any(tag == look.tag for tag, _ in series):
        near = similar(look.tag, {tag for tag, _ in series})
        answer = f"Nothing was logged with the tag {look.tag}.{_alike(near)}"
        folder = shlex.quote(readable(os.path.dirname(files[0].entry.path)))
        remedy = _meant("tag", near, f"which tags the run has, with lightboard ls {folder}")
        return Step("records", question, "no", answer, remedy=remedy)
    shown = [one for file in files for one in file.series if look.tag in (None, one["tag"])]
    steps = [step for one in shown for step in (one["min_step"], one["max_step"])]
    answer = f"{amount(records, 'record')}, {len(series):,} series, steps {min(steps):,} to {max(steps):,}"
    if damage or refused:
        faults = [amount(damage, "damaged range")] if damage else []
        faults += [f"{amount(len(refused), 'file')} cannot be opened"] if refused else []
        return Step(
            "records",
            question,
            "partly",
            "; ".join([answer, *faults]) + ".",
        )
    return Step("records", question, "yes", f"{answer}, every checksum right.")


def _in_index(look: Look) -> list[dict[str, Any]]:
    return [run for run in look.indexed.runs["runs"] if look.is_about(run["logdir"], run["name"])]


def _indexed(look: Look, _run: str) -> Step:
    question = "Does Lightboard's index have it?"
    found = _in_index(look)
    if not found:
        return Step("index", question, "no", "It lists no run of that name.")
    series = [
        one
        for one in look.indexed.series
        if one["run"] in {run["id"] for run in found} and look.tag in (None, one["tag"])
    ]
    if not series:
        return Step(
            "index", question, "no", f"It lists the run as {found[0]['state']}. {found[0]['message']}".strip()
        )
    points = sum(one["count"] for one in series)
    return Step(
        "index", question, "yes", f"{len(series):,} series, {amount(points, 'value')}; {found[0]['state']}."
    )


def _served(look: Look, run: str) -> Step | None:
    board = look.served
    if board is None:
        return None
    question = f"Does the board at {board.client.root} serve it?"
    if board.program not in ("lightboard", "tensorboard"):
        return Step("api", question, "no", f"No board answers there: {board.problem}.")
    if board.token_required or board.runs is None:
        return Step("api", question, "unknown", "The board does not tell its runs.")
    name = next(iter(names_on_board(look)), run)
    if name not in board.runs:
        answer = f"It lists {amount(len(board.runs), 'run')}, and not this one."
        return Step("api", question, "no", answer, remedy=AGAIN)
    curves = {tag: curve for (served, tag), curve in board.curves.items() if served == name}
    if look.tag is not None:
        curves = {tag: curve for tag, curve in curves.items() if tag == look.tag}
    points = sum(curve.points for curve in curves.values())
    if not curves:
        told = "and did not answer what it has of it" if board.unanswered else "without scalars"
        return Step(
            "api", question, "unknown" if board.unanswered else "partly", f"It lists it as {name}, {told}."
        )
    return Step(
        "api", question, "yes", f"As {name}, with {len(curves):,} scalar series, {amount(points, 'point')}."
    )


def _drawn(look: Look, _run: str) -> Step:
    question = "Is it drawn by default?"
    board = look.served
    if board is not None and board.is_tensorboard:
        count = len(board.runs or ())
        if SWITCHED_ON_ELSEWHERE < count <= SWITCHED_ON:
            return Step(
                "board", question, "partly", f"Only on Time Series: there are {count:,} runs, more than 40."
            )
        return Step(
            "board", question, "yes", "TensorBoard's pages switch it on, unless it was switched off there."
        )
    if not any(one["points"] for one in _in_index(look)):
        return Step(
            "board", question, "partly", "It has no scalars: it is on the board's list, and in no chart."
        )
    return Step(
        "board", question, "yes", "Lightboard switches every run on, unless it was switched off there."
    )
