"""The command `lightboard`."""

import sys
from collections.abc import Sequence

COMMANDS = ("cache", "doctor", "ls", "patch", "recover", "serve")
"""A first argument that is one of these is a command; a directory of that name is given as `./serve`."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that `arguments` (default: the process's own) name; `lightboard DIR` serves. Exits."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = given.pop(0) if given and given[0] in COMMANDS else "serve"
    # Imported here, one module a command: what a command does not need it does not pay for at its start.
    if command == "cache":
        from lightboard.cli.cache import cache

        cache(given, prog_name="lightboard cache")
    if command == "doctor":
        from lightboard.cli.doctor import doctor

        doctor(given, prog_name="lightboard doctor")
    if command == "ls":
        from lightboard.cli.ls import ls

        ls(given, prog_name="lightboard ls")
    if command == "patch":
        from lightboard.cli.patch import patch

        patch(given, prog_name="lightboard patch")
    if command == "recover":
        from lightboard.cli.recover import recover

        recover(given, prog_name="lightboard recover")
    from lightboard.cli.serve import serve

    serve(given, prog_name="lightboard")
