"""What a code stands for."""

from dataclasses import dataclass
from typing import Literal

Stage = Literal["environment", "log", "files", "records", "index", "api", "board"]
"""In the order in which data pass them, and the doctor looks at them."""

Severity = Literal["hides", "distorts", "note"]
"""`hides`: data exist, or should, that nobody sees. `distorts`: what is seen is not what was logged. `note`:
neither, but it explains something, or leads there."""

SEVERITIES: tuple[Severity, ...] = ("hides", "distorts", "note")


@dataclass(frozen=True)
class Code:
    """An entry of the catalogue in spec/doctor.md.

    `title` names what was found, in a few words. `meaning` says how it comes about, `consequence` what a person sees of
    it (in TensorBoard, in Lightboard), `remedy` what to do. `rows` are the rows of the table of failure modes in
    spec/doctor.md that it detects. `of_all` tells that it is about every run, whichever it was seen at.
    """

    code: str
    stage: Stage
    severity: Severity
    title: str
    meaning: str
    consequence: str
    remedy: str
    rows: tuple[str, ...] = ()
    of_all: bool = False
