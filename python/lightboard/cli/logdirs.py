"""What the arguments of `lightboard LOGDIR…` mean."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import click

from lightboard.addresses import refusal
from lightboard.api.settings import LogDirectory
from lightboard.cli.text import printable

DEFAULT = "runs"
"""Where SummaryWriter writes when it is given no directory."""


@dataclass
class Arguments:
    """The log directories that the arguments name, and what to say about how they were understood."""

    logdirs: list[LogDirectory] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def understand(given: Sequence[str]) -> Arguments:
    """Turn `DIR` and `NAME=DIR` into log directories with absolute paths and distinct names.

    A directory need not exist: it is waited for. Raises `click.UsageError` (exit 2) where no reading makes sense.
    """
    result = Arguments()
    if not given:
        if not os.path.isdir(DEFAULT):
            found = "a file" if os.path.exists(DEFAULT) else "nothing"
            raise click.UsageError(
                f"no log directory given. Without one, ./{DEFAULT} is served; looked for "
                f"{printable(os.path.abspath(DEFAULT))}, found {found} there.\n"
                "Give the directory that your runs are in, for example: lightboard path/to/runs"
            )
        given = [DEFAULT]
    seen: dict[str, str] = {}
    pairs: list[tuple[str | None, str]] = []
    for argument in given:
        name, path = _split_name(argument)
        path = _without_quotes(path, result.notes)
        if not path:
            raise click.UsageError(
                f'expected a log directory, found an empty path in "{printable(argument)}". '
                "Give the directory that your runs are in; a shell variable may have been empty."
            )
        if (refused := refusal(printable(path))) is not None:
            raise click.UsageError(refused)
        path = os.path.abspath(os.path.expanduser(path))
        _refuse_lists(argument, path)
        path = _directory_of_event_file(path, result.notes)
        real = os.path.realpath(path)
        if real in seen:
            result.notes.append(
                f"{printable(argument)} is the same directory as {printable(seen[real])}: served once."
            )
            continue
        seen[real] = argument
        pairs.append((name, path))
    result.logdirs = _name(pairs)
    return result


def _split_name(argument: str) -> tuple[str | None, str]:
    name, equals, path = argument.partition("=")
    # `sweep/lr=0.1` and an existing `lr=0.1` are directories.
    if not equals or not name or "/" in name or os.sep in name or os.path.exists(argument):
        return None, argument
    return name, path


def _without_quotes(path: str, notes: list[str]) -> str:
    """Drop quotes and blanks that a shell, a service file or a notebook passed on, if no such path exists."""
    stripped = path.strip()
    while len(stripped) >= 2 and stripped[0] == stripped[-1] and stripped[0] in "'\"":
        stripped = stripped[1:-1].strip()
    if stripped == path or os.path.exists(path):
        return path
    notes.append(
        f"{printable(path)} does not exist; read it as {printable(stripped)}, without quotes and blanks."
    )
    return stripped


def _refuse_lists(argument: str, path: str) -> None:
    if os.path.exists(path):
        return
    parts = [part for part in argument.split(",") if part]
    if len(parts) > 1 and all(os.path.exists(os.path.expanduser(part)) for part in parts):
        listed = " ".join(map(printable, parts))
        raise click.UsageError(
            f'there is no directory "{printable(argument)}", but its parts exist. '
            f"Give several log directories separately: lightboard {listed}"
        )
    name, colon, rest = argument.partition(":")
    if colon and len(name) > 1 and "/" not in name and os.path.exists(os.path.expanduser(rest)):
        raise click.UsageError(
            f'there is no directory "{printable(argument)}", but "{printable(rest)}" exists. '
            f"A name is given with =: lightboard {printable(name)}={printable(rest)}"
        )


def _directory_of_event_file(path: str, notes: list[str]) -> str:
    directory, name = os.path.split(path)
    if "tfevents" not in name or not os.path.isfile(path):
        return path
    notes.append(f"{printable(path)} is an event file: serving its directory.")
    return directory


def _name(pairs: Sequence[tuple[str | None, str]]) -> list[LogDirectory]:
    """Give every log directory a name of its own: the one given, else as many last parts of the path as it takes."""
    for name, count in Counter(name for name, _ in pairs if name is not None).items():
        if count > 1:
            paths = " and ".join(printable(path) for given, path in pairs if given == name)
            raise click.UsageError(
                f'expected a different name for each log directory, found "{printable(name)}" for {paths}.'
            )
    names = [name or _last_parts(path, 1) for name, path in pairs]
    depth = 1
    while len(set(names)) < len(names):
        depth += 1
        clashing = _repeated(names)
        longer = [
            _last_parts(path, depth) if given is None and name in clashing else name
            for name, (given, path) in zip(names, pairs, strict=True)
        ]
        if longer == names:
            raise click.UsageError(
                f'expected a different name for each log directory, found "{printable(min(clashing))}" twice. '
                "Give other names: NAME=DIR."
            )
        names = longer
    return [LogDirectory(printable(name), path) for name, (_, path) in zip(names, pairs, strict=True)]


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}


def _last_parts(path: str, count: int) -> str:
    return "/".join(part for part in PurePath(path).parts[-count:] if part != os.sep) or os.sep
