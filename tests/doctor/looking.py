"""One look at a log directory, for tests."""

import json
import subprocess
from pathlib import Path
from typing import Any

from boards import LIGHTBOARD, bound_by_permissions
from lightboard.api.settings import LogDirectory
from lightboard.doctor import Finding, Look, Report, examine


def report_on(*paths: Path, **how: Any) -> Report:
    """The report of one look at the log directories."""
    return examine(Look([LogDirectory(path.name, str(path)) for path in paths], **how))


def look_at(*paths: Path, **how: Any) -> list[Finding]:
    """All findings about the log directories; nothing may have failed."""
    report = report_on(*paths, **how)
    assert report.failures == (), report.failures
    return list(report.findings)


def found(code: str, *paths: Path, **how: Any) -> Finding:
    """The one finding with that code."""
    findings = look_at(*paths, **how)
    matching = [finding for finding in findings if finding.code == code]
    assert len(matching) == 1, findings
    return matching[0]


def codes(*paths: Path, **how: Any) -> set[str]:
    """The codes of all findings."""
    return {finding.code for finding in look_at(*paths, **how)}


def reported(*arguments: str | Path) -> dict[str, Any]:
    """The report of a doctor whom permissions bind."""
    command = bound_by_permissions([*LIGHTBOARD, "doctor", "--json", *map(str, arguments)])
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(finished.stdout)
    assert report["failures"] == []
    return report
