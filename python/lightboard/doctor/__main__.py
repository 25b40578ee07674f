"""`python -P -m lightboard.doctor`: one look for a program that asks on standard input (api/routes/doctor.py).

It reads `{"logdirs": [[name, path], …], "url": null, "budget": 60}` and writes the report of spec/doctor.md. Nothing of
it stands on a command line, where a name could be taken for an option.
"""

import json
import sys

from lightboard.api.settings import LogDirectory
from lightboard.doctor import Look, examine


def main() -> None:
    """Read the question, look, write the report."""
    asked = json.load(sys.stdin)
    logdirs = [LogDirectory(name, path) for name, path in asked["logdirs"]]
    look = Look(logdirs, url=asked["url"], budget=asked["budget"], own_board=True)
    json.dump(examine(look).to_json(), sys.stdout)


if __name__ == "__main__":
    main()
