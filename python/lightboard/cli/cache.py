"""`lightboard cache`: see and remove what boards keep of the log directories that they have read."""

import json
import os
import time

import click

from lightboard._core import clear_caches, list_caches
from lightboard.cache_dir import cache_dir
from lightboard.cli.sizes import readable


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--list", "action", flag_value="list", default=True, help="List what is kept. [default]")
@click.option("--clear", "action", flag_value="clear", help="Remove it, of LOGDIR or of all log directories.")
@click.argument("logdir", required=False)
def cache(action: str, logdir: str | None) -> None:
    """See or remove what boards keep of log directories, so that they open at once the next time.

    Nothing is lost with it: what is missing is read from the event files again.
    """
    folder = cache_dir()
    if action == "list":
        if logdir is not None:
            raise click.UsageError("expected no LOGDIR with --list, which lists all; --clear takes one")
        caches = json.loads(list_caches(folder))["caches"]
        click.echo(f"{readable(sum(entry['bytes'] for entry in caches))} in {folder}")
        for entry in caches:
            click.echo(_line(entry))
        return
    try:
        outcome = json.loads(clear_caches(folder, None if logdir is None else os.path.abspath(logdir)))
    except OSError as error:
        raise click.ClickException(
            f"expected to remove caches below {folder}, but: {error}. What is left can be removed by hand."
        ) from error
    removed, in_use = outcome["removed"], outcome["in_use"]
    click.echo(f"Removed {readable(sum(entry['bytes'] for entry in removed))} from {folder}")
    for entry in removed:
        click.echo(_line(entry))
    if in_use:
        click.echo("Left, since a board has them open; stop it first:", err=True)
        for entry in in_use:
            click.echo(_line(entry), err=True)
        raise SystemExit(1)
    if logdir is not None and not removed:
        click.echo(f"Nothing was kept of {os.path.abspath(logdir)}")


def _line(entry: dict[str, object]) -> str:
    used = time.strftime("%Y-%m-%d %H:%M", time.localtime(float(str(entry["last_used"]))))
    name = entry["logdir"] or f"unknown ({entry['folder']})"
    return (
        f"  {readable(int(str(entry['bytes']))):>10}  {used}  {name}{'  (open)' if entry['in_use'] else ''}"
    )
