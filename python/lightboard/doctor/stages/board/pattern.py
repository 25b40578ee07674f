"""Regular expressions of a page's address: JavaScript's, tried with Python's engine in a process that may be ended."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

SECONDS = 2.0

TRY = """
import json, re, sys
text, ignore_case, names = json.load(sys.stdin)
try:
    pattern = re.compile(text, re.IGNORECASE if ignore_case else 0)
    found = [bool(pattern.search(name)) for name in names]
except re.error as error:
    found = str(error)
except (OverflowError, RecursionError, MemoryError):
    found = None
json.dump(found, sys.stdout)
"""

NOT_JAVASCRIPT = re.compile(r"(?<!\\)\(\?(?:P|>|#|\(|[aiLmsux]+\))")
"""What only Python understands."""

DIFFERENT = re.compile(r"\[\^?\]|\\[AZ]|\(\?[a-z-]+:|[*+?}]\+|\[[^\]]*(?:\\[dwsDWS]-|-\\[dwsDWS])|(?<!\\)\{,")
"""What means something else in JavaScript, or is an error in one of the two."""

DIFFERENT_BEYOND_ASCII = re.compile(r"\\[wWdDsSbB]")
"""Classes that hold more in Python than in JavaScript, or less."""

OF_NO_CASE = re.compile(r"[\u0130\u0131\u017f\u212a]|\\u")
"""Letters that are i, s or k to Python where case is ignored, and not to JavaScript; or any letter by its number."""

WRONG_IN_BOTH = re.compile(
    r"missing \), unterminated subpattern|unbalanced parenthesis|nothing to repeat|multiple repeat|"
    r"unterminated character set|bad escape \(end of pattern\)|bad character range|min repeat greater"
)


@dataclass(frozen=True)
class Tried:
    """Names that match; None where that is not known: the pattern is wrong (`error`), or is not judged (no `error`)."""

    matching: frozenset[str] | None
    error: str = ""


def tried(text: str, names: Sequence[str], *, ignore_case: bool, seconds: float) -> Tried:
    """Try a pattern on names, for no longer than `seconds`."""
    if NOT_JAVASCRIPT.search(text):
        return Tried(None) if "[" in text else Tried(None, "the page's language has no such group")
    if _is_different(text, names, ignore_case):
        return Tried(None)
    ours = re.sub(r"\(\?<(?![=!])", "(?P<", re.sub(r"\\k<(\w+)>", r"(?P=\1)", text))
    try:
        finished = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-S", "-c", TRY],
            input=json.dumps([ours, ignore_case, list(names)]).encode(),
            capture_output=True,
            timeout=min(SECONDS, seconds),
            check=True,
        )
        found = json.loads(finished.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return Tried(None)
    if isinstance(found, list):
        return Tried(frozenset(name for name, matches in zip(names, found, strict=True) if matches))
    return Tried(None, found if found is not None and WRONG_IN_BOTH.match(found) else "")


def _is_different(text: str, names: Sequence[str], ignore_case: bool) -> bool:
    """Whether a browser may find otherwise in these names."""
    beyond_ascii = DIFFERENT_BEYOND_ASCII.search(text) and not all(map(str.isascii, names))
    of_no_case = ignore_case and any(map(OF_NO_CASE.search, (text, *names)))
    return bool(DIFFERENT.search(text) or beyond_ascii or of_no_case)
