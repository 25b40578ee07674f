"""The doctor's report: what was looked at, what was found, what was not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from lightboard.api.settings import LogDirectory
from lightboard.doctor.codes import SEVERITIES, Stage
from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.served import shown
from lightboard.doctor.trace import Trace


@dataclass(frozen=True)
class Failure:
    """A check that could not be carried out because of a fault of the doctor's own."""

    stage: Stage
    check: str
    message: str


@dataclass(frozen=True)
class Report:
    """Findings by severity, within it by stage. `facts` has a line for each stage that was looked at.

    `url` is without its token.
    """

    logdirs: Sequence[LogDirectory]
    url: str | None
    facts: dict[str, str]
    findings: Sequence[Finding]
    left_out: Sequence[str]
    failures: Sequence[Failure]
    trace: Trace | None = None
    """Of the run that was asked for, or of a tag that no run has."""

    @classmethod
    def of(
        cls, look: Look, findings: Sequence[Finding], failures: Sequence[Failure], trace: Trace | None
    ) -> Report:
        """Order what one look found."""
        stages = get_args(Stage)
        ordered = sorted(
            findings, key=lambda one: (SEVERITIES.index(one.kind.severity), stages.index(one.kind.stage))
        )
        url = None if look.url is None else shown(look.url)
        return cls(look.logdirs, url, dict(look.facts), ordered, tuple(look.left_out), tuple(failures), trace)

    @property
    def exit_code(self) -> int:
        """0: nothing that hides or distorts data; 1: something does; 3: something could not be looked at."""
        if any(finding.kind.severity != "note" for finding in self.findings):
            return 1
        if self.trace is not None and self.trace.lost_at is not None:
            return 1
        return 3 if self.failures or self.left_out else 0

    def to_json(self) -> dict[str, Any]:
        """Return the report as spec/doctor.md describes it."""
        return {
            "logdirs": [{"name": logdir.name, "path": logdir.readable_path} for logdir in self.logdirs],
            "url": self.url,
            "trace": None if self.trace is None else self.trace.to_json(),
            "stages": [
                {
                    "stage": stage,
                    "fact": self.facts.get(stage, ""),
                    "findings": sum(finding.kind.stage == stage for finding in self.findings),
                }
                for stage in get_args(Stage)
            ],
            "findings": [finding.to_json() for finding in self.findings],
            "left_out": list(self.left_out),
            "failures": [vars(failure) for failure in self.failures],
            "exit_code": self.exit_code,
        }
