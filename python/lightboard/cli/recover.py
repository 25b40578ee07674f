"""`lightboard recover`: saves what can be read of damaged event files."""

import json
from collections.abc import Iterator
from typing import Any

import click

from lightboard.cli.sizes import readable
from lightboard.cli.text import printable, wrapped
from lightboard.doctor.recover import Recovery, RefusedError, plan
from lightboard.doctor.recover import recover as carry_out
from lightboard.doctor.words import amount, evidence, extent

LOSSES_SHOWN = 10


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", nargs=-1, required=True)
@click.option("--to", metavar="DIR", required=True, help="Where the new files go. Nothing is overwritten.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON (spec/doctor.md) instead of text.")
def recover(file: tuple[str, ...], to: str, as_json: bool) -> None:
    """Write what can be read of each event FILE to a new file below DIR, and say what was lost.

    A FILE that is a directory stands for all event files in it; the tree is kept below DIR. The files themselves are
    not changed. Exits with 0 if nothing was lost, 1 if something was, 3 if a file could not be read to its end, or not
    written.
    """
    try:
        tasks, failures = plan(file, to)
    except RefusedError as error:
        raise click.UsageError(printable(str(error))) from None
    recovery = carry_out(tasks, failures)
    if as_json:
        click.echo(json.dumps(recovery.to_json(), indent=2))
    else:
        for line in lines(recovery):
            click.echo(line)
    raise SystemExit(recovery.exit_code)


def lines(recovery: Recovery) -> Iterator[str]:
    """Tell people what became of each file."""
    for file in recovery.files:
        yield from _file(file)
    for failure in recovery.failures:
        yield f"{click.style('✗', fg='red')} {printable(failure['path'])}"
        yield from wrapped(f"not recovered: {printable(failure['message'])}", "    ")
    yield ""
    yield _outcome(recovery)


def _outcome(recovery: Recovery) -> str:
    kept = [file for file in recovery.files if file["to"]]
    lost = sum(file["lost_bytes"] for file in recovery.files)
    failed = f"{amount(len(recovery.failures), 'path')} not recovered" if recovery.failures else ""
    if not recovery.files:
        return f"Nothing was written: {failed or 'no file is damaged'}."
    said = (
        f"{amount(sum(file['records'] for file in kept), 'record')} of {amount(len(kept), 'file')} kept"
        if kept
        else "Nothing was written"
    )
    said += f", {readable(lost) if lost else 'nothing'} lost"
    return f"{said}; {failed}." if failed else f"{said}."


def _file(file: dict[str, Any]) -> Iterator[str]:
    mark = click.style("!", fg="yellow") if file["lost_count"] else click.style("✓", fg="green")
    yield f"{mark} {printable(file['path'])}"
    if not file["bytes"]:
        yield "    0 bytes: nothing to save, no new file"
    elif file["to"] is None:
        yield "    no record can be read: no new file"
    else:
        header = ", behind a header that was missing" if file["header_added"] else ""
        yield f"    {amount(file['records'], 'record')} kept in {printable(file['to'])}{header}"
    for loss in file["lost"][:LOSSES_SHOWN]:
        end = loss["offset"] + loss["length"]
        follows = (
            f"record {loss['next']['record']:,} follows"
            if loss["next"]
            else "the file ends there"
            if end >= file["bytes"]
            else "another loss follows"
        )
        lost = extent(loss["offset"], loss["length"])
        yield f"    lost: {lost}, where record {loss['record']:,} should be; {follows}"
        yield from wrapped(printable(evidence(loss)), " " * 10)
    if file["lost_count"] > LOSSES_SHOWN:
        yield f"    and {amount(file['lost_count'] - LOSSES_SHOWN, 'more loss', 'more losses')}; --json lists 1,000"
