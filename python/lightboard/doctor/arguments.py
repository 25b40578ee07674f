"""What the arguments of `lightboard doctor LOGDIR…` mean, those that a board would not understand included."""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightboard.addresses import refusal
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.tree import readable

WINDOWS = re.compile(r"(?P<drive>[A-Za-z]):(?P<rest>[\\/].*)|[^/]*\\.*", re.DOTALL)
MAX_MATCHES = 100


@dataclass(frozen=True)
class Reading:
    """An argument, the arguments that were probably meant, and what a board would make of the given one."""

    meant: Sequence[str]
    finding: Finding | None = None


def read(argument: str) -> Reading:
    """Read an argument: as it is where that is possible, else as what was probably meant."""
    name, path = _name_and_path(argument)
    if not argument.startswith("=") and os.path.isdir(os.path.expanduser(path)):
        return Reading([argument])
    for reading in (_an_address, _a_file, _unexpanded, _a_list, _of_windows):
        meant = reading(argument, name, path)
        if meant is not None:
            return meant
    return Reading([argument])


def _name_and_path(argument: str) -> tuple[str, str]:
    name, equals, path = argument.partition("=")
    if not equals or os.sep in name or os.path.exists(argument):
        return "", argument
    return f"{name}=" if name else "", path


def _an_address(argument: str, _name: str, path: str) -> Reading | None:
    if refusal(path) is None:
        return None
    address = Place(path=readable(path))
    if path.lower().startswith("file:"):
        folder = "/" + path[len("file:") :].lstrip("/")
        seen = f"{readable(argument)} was given. Looked at instead: {readable(folder)}"
        return Reading(
            [folder], Finding("logdir_is_address", seen, [address], remedy=f"Give the path: {folder}")
        )
    seen = f"{readable(argument)} was given. Nothing there was looked at."
    return Reading([], Finding("logdir_is_address", seen, [address]))


def _a_file(_argument: str, name: str, path: str) -> Reading | None:
    path = os.path.abspath(os.path.expanduser(path))
    if not os.path.isfile(path):
        return None
    folder = os.path.dirname(path)
    return Reading(
        [name + folder],
        Finding(
            "logdir_is_file",
            f"{readable(path)} is a file. Its folder is looked at instead.",
            [Place(path=readable(path))],
            remedy=f"Give the folder: lightboard {shlex.quote(readable(folder))}",
        ),
    )


def _unexpanded(argument: str, name: str, path: str) -> Reading | None:
    """Quotes, blanks, variables and wildcards that a shell takes away, and an `=` before the path."""
    plain = path.strip()
    while len(plain) >= 2 and plain[0] == plain[-1] and plain[0] in "'\"":
        plain = plain[1:-1].strip()
    plain = os.path.expandvars(plain)
    meant = [plain]
    if glob.has_magic(plain) and not os.path.exists(plain):
        meant = sorted(match for match in glob.iglob(os.path.expanduser(plain)) if os.path.isdir(match))
    if not plain or not meant or [name + one for one in meant] == [argument]:
        return None
    meant = [os.path.expanduser(one) for one in meant[:MAX_MATCHES]]
    return _instead("logdir_not_expanded", argument, meant if len(meant) > 1 else [name + meant[0]])


def _a_list(argument: str, _name: str, _path: str) -> Reading | None:
    """`a,b`, `name:a` and `name:a,other:b`, as TensorBoard's --logdir took them once, and --logdir_spec does."""
    meant = [one for part in argument.split(",") if part.strip() for one in _named_part(part.strip())]
    if meant == [argument] or not any(os.path.exists(_name_and_path(one)[1]) for one in meant):
        return None
    return _instead("logdir_is_list", argument, meant)


def _named_part(part: str) -> Iterator[str]:
    name, colon, path = part.partition(":")
    if colon and len(name) > 1 and os.sep not in name and not os.path.exists(part):
        yield f"{name}={os.path.expanduser(path)}"
    else:
        yield os.path.expanduser(part)


def _of_windows(argument: str, name: str, path: str) -> Reading | None:
    found = WINDOWS.fullmatch(path)
    if os.name == "nt" or found is None or os.path.exists(path):
        return None
    meant = path.replace("\\", "/")
    if found["drive"]:
        meant = f"/mnt/{found['drive'].lower()}{found['rest']}".replace("\\", "/")
    return _instead("logdir_of_windows", argument, [name + meant])


def _instead(code: str, argument: str, meant: Sequence[str]) -> Reading:
    command = readable(" ".join(shlex.quote(one) for one in meant))
    places = [Place(path=readable(os.path.abspath(_name_and_path(one)[1]))) for one in meant]
    seen = f"{readable(argument)} was given; there is no such directory. Looked at instead: {command}"
    return Reading(meant, Finding(code, seen, places, remedy=f"Give it so: lightboard {command}"))
