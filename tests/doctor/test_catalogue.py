"""spec/doctor.md, the codes and the tests name the same things.

A test that builds a situation and finds it says so: `@pytest.mark.detects("F13", "file_replaced")`, rows and codes.
"""

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from lightboard.doctor import CODES, Code

ROOT = Path(__file__).parent.parent.parent
SPEC = (ROOT / "spec" / "doctor.md").read_text()
ROWS = dict(re.findall(r"^\| ([WFESU]\d\d) \| .* \| (.*) \|$", SPEC, re.MULTILINE))
DETECTED = {row for row, by in ROWS.items() if by.startswith("`")}


def marked() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "detects" in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.detects":
                yield from (ast.literal_eval(argument) for argument in node.args)


def test_the_specification_lists_the_codes() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "doctor_codes.py"))
    assert f"<!-- codes -->\n{script['table']()}<!-- end of codes -->\n" in SPEC, (
        "run scripts/doctor_codes.py"
    )


def test_every_failure_mode_is_detected_or_says_why_not() -> None:
    assert len(ROWS) == 115
    for row, by in ROWS.items():
        codes = re.findall(r"`(\w+)`", by)
        if by.startswith("`"):
            assert {row in CODES[code].rows for code in codes} == {True}, f"{row}: {by}"
        else:
            assert by == "open" or by.startswith("not detectable: "), f"{row}: {by}"
    assert {row for code in CODES.values() for row in code.rows} == DETECTED


def test_every_row_and_every_code_has_a_test() -> None:
    named = set(marked())
    assert DETECTED - named == set()
    assert set(CODES) - named == set()
    assert named - set(ROWS) - set(CODES) == set()


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_codes_read_well(code: Code) -> None:
    assert code.title[-1] not in ".:"
    for text in (code.meaning, code.consequence, code.remedy):
        assert text.strip() == text
        assert text[-1] in ".:)"
