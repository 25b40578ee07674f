"""`lightboard doctor`: says why a run is not on the board."""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator

import click

from lightboard.api.settings import LogDirectory
from lightboard.cli import logdirs as arguments
from lightboard.cli import watch as watching
from lightboard.cli.recover import lines
from lightboard.cli.text import printable, width, wrapped
from lightboard.doctor import Finding, Look, Place, Report, examine, places
from lightboard.doctor import arguments as reading
from lightboard.doctor.recover import RefusedError, plan_for, recover, refuse_within
from lightboard.doctor.served import Client, OutOfTimeError, ask, shown
from lightboard.doctor.trace import Trace
from lightboard.doctor.tree import readable
from lightboard.doctor.words import amount, extent

MARKS = {"hides": "✗", "distorts": "!", "note": "·"}
COLOURS = {"hides": "red", "distorts": "yellow", "note": "cyan"}
OUTCOMES = {"yes": ("✓", "green"), "partly": ("!", "yellow"), "no": ("✗", "red"), "unknown": ("?", "cyan")}
HEADINGS = {"hides": "Hides data", "distorts": "Distorts data", "note": "Worth knowing"}
NOT_ASKED = "not asked: --url ADDRESS asks a board that runs"
NOT_LOOKED_AT = "not looked at"
PLACES_SHOWN = 5


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("logdir", nargs=-1)
@click.option("--run", metavar="NAME", help="Answer for this run only: where is it lost?")
@click.option("--tag", metavar="TAG", help="Answer for this tag only.")
@click.option("--url", metavar="URL", help="Ask the Lightboard or TensorBoard that runs there, too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON (spec/doctor.md) instead of text.")
@click.option(
    "--budget",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Begin nothing new after this time, and say what was not looked at.",
)
@click.option("--fix-to", metavar="DIR", help="Save what can be read of damaged files as new ones below DIR.")
@click.option(
    "--watch", is_flag=True, help="Look again every few seconds and tell what has changed, until Ctrl-C."
)
def doctor(
    logdir: tuple[str, ...],
    run: str | None,
    tag: str | None,
    url: str | None,
    as_json: bool,
    budget: float,
    fix_to: str | None,
    watch: bool,
) -> None:
    """Look at each stage between a training loop and the board, and say why a run is not drawn.

    Looks at the runs below each LOGDIR; without any, in the usual places. Changes nothing. Exits with 0 if nothing
    hides or distorts data, 1 if something does, 3 if something could not be looked at.
    """
    if watch and as_json:
        raise click.UsageError(
            "--watch tells what has changed, as text; --json writes one report. Give one of them."
        )
    if url is not None:
        _refuse_address(url)
    logdirs, misread = _logdirs(logdir or (_served_at(url, budget) if url is not None else ()))

    def new_look() -> Look:
        progress = _Progress() if _watched() else _quiet
        return Look(logdirs, run=run, tag=tag, url=url, budget=budget, misread=misread, progress=progress)

    def examined(look: Look) -> Report:
        report = examine(look)
        if _watched():
            click.echo("\r\x1b[K", nl=False, err=True)
        return report

    look = new_look()
    if fix_to is not None:
        _refuse_within(look, fix_to)
    report = examined(look)
    recovery = None if fix_to is None else recover(plan_for(look, fix_to))
    if as_json:
        recovered = {} if recovery is None else {"recovered": recovery.to_json()}
        click.echo(json.dumps(report.to_json() | recovered, indent=2))
    else:
        for line in _lines(report):
            click.echo(line)
        for line in () if recovery is None else ("", click.style("Recovered", bold=True), *lines(recovery)):
            click.echo(line)
    if watch:
        click.echo("\nLooking again; Ctrl-C ends it.")
        report = watching.watch(lambda: examined(new_look()), _tell, report)
    raise SystemExit(3 if recovery is not None and recovery.failures else report.exit_code)


def _refuse_address(url: str) -> None:
    try:
        Client(url)
    except ValueError as error:
        raise click.UsageError(
            "--url: expected the address of a board, such as http://127.0.0.1:6006/, found "
            f'"{printable(shown(url))}": {printable(str(error))}.'
        ) from None


def _refuse_within(look: Look, to: str) -> None:
    try:
        for logdir in look.logdirs:
            refuse_within(to, logdir.path)
    except RefusedError as error:
        raise click.UsageError(printable(str(error))) from None


def _tell(what: str, finding: Finding) -> None:
    """Write that a finding is new, or gone."""
    click.echo(f"\n{time.strftime('%H:%M:%S')} {what}")
    for line in _finding(finding) if what == "new" else (*_head(finding), *_places(finding)):
        click.echo(line)


def _logdirs(given: tuple[str, ...]) -> tuple[list[LogDirectory], list[Finding]]:
    """Log directories of the arguments, and what is wrong with those; without any, of the usual places."""
    if not given:
        found = places.search()
        click.echo("No log directory given: looked in the usual places.", err=True)
        for place in found:
            click.echo(f"  {printable(str(place))}", err=True)
        if not found:
            click.echo("  no event files found", err=True)
        given = tuple(place.path for place in found) or (os.getcwd(),)
    read = [reading.read(argument) for argument in given]
    meant = [argument for one in read for argument in one.meant]
    understood = arguments.understand(meant) if meant else arguments.Arguments()
    for note in understood.notes:
        click.echo(note, err=True)
    return understood.logdirs, [one.finding for one in read if one.finding is not None]


def _served_at(url: str, seconds: float) -> tuple[str, ...]:
    """List the log directories of the board at `url`, if it runs on this machine."""
    end = time.monotonic() + seconds
    try:
        board = ask(url, lambda: max(0.0, end - time.monotonic()))
    except OutOfTimeError:
        return ()
    found = tuple(path for path in board.directories.values() if os.path.isdir(path))
    if not found:
        return ()
    paths = printable(", ".join(map(readable, found)))
    if not board.is_here:
        click.echo(
            f"The board serves {paths}, perhaps on another machine: no program of that name that you may see listens "
            "here. If these are the same files, give them as LOGDIR.",
            err=True,
        )
        return ()
    click.echo(f"No log directory given: looked at what the board serves, {paths}.", err=True)
    return found


def _watched() -> bool:
    return sys.stderr.isatty()


def _quiet(_what: str, _share: float) -> None:
    """Tell nobody."""


class _Progress:
    """One line on standard error that is written again at most ten times a second."""

    def __init__(self) -> None:
        self._next = time.monotonic() + 0.5

    def __call__(self, what: str, share: float) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 0.1
        done = f"{share:4.0%} " if share else ""
        width = shutil.get_terminal_size().columns
        click.echo(f"\r\x1b[K{(done + printable(what))[: width - 1]}", nl=False, err=True)


def _lines(report: Report) -> Iterator[str]:
    for logdir in report.logdirs:
        yield f"{click.style(printable(logdir.name), bold=True)}  {printable(logdir.readable_path)}"
    if report.url is not None:
        yield f"Board  {printable(report.url)}"
    yield ""
    for stage in report.to_json()["stages"]:
        found = [one for one in report.findings if one.kind.stage == stage["stage"]]
        worst = found[0].kind.severity if found else None
        mark, colour = (MARKS[worst], COLOURS[worst]) if worst else ("✓", "green")
        facts = [amount(len(found), "finding")] if found else []
        if stage["fact"]:
            facts.append(printable(stage["fact"]))
        elif not found:
            mark, colour = "–", "bright_black"
            facts.append(
                NOT_ASKED if stage["stage"] in ("api", "board") and not report.url else NOT_LOOKED_AT
            )
        yield from _marked("; ".join(facts), "", mark, f"{stage['stage']:<12} ", fg=colour)
    if report.trace is not None:
        yield ""
        yield from _trace(report.trace)
    for severity, heading in HEADINGS.items():
        found = [one for one in report.findings if one.kind.severity == severity]
        if found:
            yield ""
            yield click.style(heading, bold=True, fg=COLOURS[severity])
        for finding in found:
            yield ""
            yield from _finding(finding)
    for what in report.left_out:
        yield ""
        yield from wrapped(f"Not looked at: {printable(what)}", "")
    for failure in report.failures:
        yield ""
        yield from wrapped(
            f"Could not look ({failure.stage}, {failure.check}): {printable(failure.message)}. "
            "This is a fault of the doctor's: please report it.",
            "",
        )
    yield ""
    yield from wrapped(_conclusion(report), "")


def _trace(trace: Trace) -> Iterator[str]:
    named = (("run", trace.run), ("tag", trace.tag))
    of = ", ".join(f"{what} {name}" for what, name in named if name is not None)
    yield click.style(f"The {printable(of)}", bold=True)
    for step in trace.steps:
        mark, colour = OUTCOMES[step.outcome]
        because = f" ({', '.join(step.codes)})" if step.codes else ""
        answer = f"{printable(step.question)} {printable(step.answer)}{because}"
        yield from _marked(answer, "  ", mark, fg=colour)
        if step.remedy:
            yield from wrapped(printable(step.remedy), "    ", "Do: ")


def _marked(text: str, indent: str, mark: str, label: str = "", *, fg: str) -> Iterator[str]:
    """Wrap a text behind a mark. This is coloured afterwards: what sets the colour takes no room."""
    first, *rest = wrapped(text, indent, f"{mark} {label}")
    yield first.replace(mark, click.style(mark, fg=fg), 1)
    yield from rest


def _conclusion(report: Report) -> str:
    hiding = [one for one in report.findings if one.kind.severity != "note"]
    if report.trace is not None and (lost := report.trace.lost) is not None:
        what = "run" if report.trace.tag is None else "tag"
        said = f"The {what} is lost at the stage {lost.stage}."
        if not hiding:
            return said
        if lost.remedy:
            return f"{said} Do first: {printable(lost.remedy)}"
    if hiding:
        first = hiding[0]
        return f"Do first: {printable(first.remedy or first.kind.remedy)} ({first.code})"
    if report.left_out or report.failures:
        return "Nothing found that hides or distorts data, in what was looked at."
    return "Nothing found that hides or distorts data."


def _finding(finding: Finding) -> Iterator[str]:
    kind = finding.kind
    yield from _head(finding)
    yield from wrapped(printable(finding.seen), "  ")
    yield from _places(finding)
    yield from wrapped(kind.meaning, "  ", "Why:   ")
    yield from wrapped(kind.consequence, "  ", "Means: ")
    yield from wrapped(printable(finding.remedy or kind.remedy), "  ", "Do:    ")


def _head(finding: Finding) -> Iterator[str]:
    kind = finding.kind
    mark = click.style(MARKS[kind.severity], fg=COLOURS[kind.severity])
    code = click.style(finding.code, dim=True)
    if len(f"{MARKS[kind.severity]} {kind.title}  {finding.code}") <= width():
        yield f"{mark} {click.style(kind.title, bold=True)}  {code}"
    else:
        yield from _marked(kind.title, "", MARKS[kind.severity], fg=COLOURS[kind.severity])
        yield f"  {code}"


def _places(finding: Finding) -> Iterator[str]:
    for place in finding.places[:PLACES_SHOWN]:
        yield from _place(place, finding.seen)
    if finding.count > PLACES_SHOWN:
        yield f"    … and {finding.count - PLACES_SHOWN:,} more (--json lists 100)"


def _place(place: Place, told: str) -> Iterator[str]:
    """Write a place: the file, or the run, then where in it; on lines of their own where one does not hold both.

    What the finding has `told` is not repeated.
    """
    name = printable(place.path or "/".join(part for part in (place.logdir, place.run) if part))
    within = []
    if place.tag is not None:
        within.append(f"tag {place.tag}")
    if place.step is not None:
        within.append(f"step {place.step:,}")
    if place.record is not None:
        within.append(f"record {place.record:,}")
    if place.offset is not None:
        within.append(extent(place.offset, place.length))
    if place.seen is not None and place.seen not in told:
        within.append(place.seen)
    where = printable(", ".join(within))
    line = "    " + ", ".join(part for part in (name, where) if part)
    if len(line) <= width() or not where:
        yield line
    else:
        yield f"    {name},"
        yield from wrapped(where, " " * 6)
