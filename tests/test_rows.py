"""Every failure mode that the index must survive has a test that names it: `@pytest.mark.row("F13")`.

The letters are those of a catalogue of what goes wrong between a training loop and a picture in a browser: F are files
and folders, E what stands in them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROWS = {
    "F08": "a file that may not be read, and may later",
    "F09": "a folder that may not be searched",
    "F10": "an event file under a foreign name",
    "F11": "a foreign file, or a copy, under an event file's name",
    "F12": "links, broken ones, loops",
    "F13": "a file replaced by rename",
    "F14": "a file truncated and rewritten in place",
    "F15": "a run deleted and made again",
    "F16": "zeros first, bytes later",
    "F17": "a preallocated or zeroed tail",
    "F18": "an object store's address for a log directory",
    "F19": "clocks that are wrong",
    "F20": "a job that removes or compresses old files",
    "F21": "more files than may be open",
    "F22": "an enormous tree beside a small run",
    "F23": "hidden folders",
    "E01": "a restart into the same folder",
    "E02": "two live writers in one run",
    "E03": "files whose names are not in the order of their times",
    "E04": "steps that go back inside one file",
    "E05": "a corrupt payload",
    "E06": "a corrupt length, a record cut short, zeros",
    "E07": "a scalar of another type or shape",
    "E08": "one tag of two kinds",
    "E09": "an unknown plugin",
    "E10": "metadata in a run's first file only",
    "E11": "values that are not finite",
    "E12": "wall times that are not finite, or negative",
    "E13": "negative and huge steps",
    "E14": "one point only",
    "E20": "one huge record",
}


def marked(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.row":
            for argument in node.args:
                assert isinstance(argument, ast.Constant), (
                    f"{path}:{node.lineno}: rows are named by plain text"
                )
                yield str(argument.value)


def test_every_row_has_a_test() -> None:
    tests = Path(__file__).parent
    at_the_index = {row for path in (tests / "index").rglob("test_*.py") for row in marked(path)}
    assert set(ROWS) - at_the_index == set()
    named = {row for path in tests.rglob("test_*.py") for row in marked(path)}
    assert {row for row in named - set(ROWS) if not re.fullmatch(r"W\d\d", row)} == set(), (
        "W: what writers do"
    )
