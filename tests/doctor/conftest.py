"""What tests of the doctor share."""

import pytest

from lightboard.doctor import stages


@pytest.fixture
def only_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the stages that look at the machine, its processes and packages: they take most of a look's time."""
    keep(monkeypatch, "records", "index")


@pytest.fixture
def only_the_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the stages that do not ask the board."""
    keep(monkeypatch, "api", "board")


def keep(monkeypatch: pytest.MonkeyPatch, *kept: str) -> None:
    checks = {stage: found if stage in kept else () for stage, found in stages.CHECKS.items()}
    monkeypatch.setattr(stages, "CHECKS", checks)
