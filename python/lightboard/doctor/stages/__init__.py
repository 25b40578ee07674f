"""The checks, a module a stage. A check looks at one thing and yields what it found; it prints and changes nothing."""

from collections.abc import Callable, Iterable

from lightboard.doctor.codes import Stage
from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.stages import api, board, environment, files, index, log, records

CHECKS: dict[Stage, tuple[Callable[[Look], Iterable[Finding]], ...]] = {
    "environment": environment.CHECKS,
    "log": log.CHECKS,
    "files": files.CHECKS,
    "records": records.CHECKS,
    "index": index.CHECKS,
    "api": api.CHECKS,
    "board": board.CHECKS,
}
