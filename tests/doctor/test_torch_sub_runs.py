"""What torch's writer leaves: runs of its own for keys and hyper-parameters, a file for each time it is closed."""

import os
import time
from pathlib import Path

import pytest

from doctor.looking import codes, found

pytestmark = pytest.mark.torch


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that holds a header only, since all that was logged went into runs below; written long ago."""
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(tmp_path / "run")) as writer:
        writer.add_scalars("loss", {"train": 1.0, "valid": 2.0}, 0)
        writer.add_hparams({"lr": 0.1}, {"best": 1.0})
    then = time.time() - 7200
    for file in tmp_path.rglob("*tfevents*"):
        name = file.name.replace(f".{os.getpid()}.", ".999999999.")  # A process that has ended.
        os.utime(file.rename(file.with_name(name)), (then, then))
    return tmp_path / "run"


@pytest.mark.detects("W12", "W13", "run_in_parts")
def test_a_run_whose_data_are_in_runs_below(run: Path) -> None:
    finding = found("run_in_parts", run.parent)
    assert finding.places[0].run == "run"
    assert "wrote 3 runs below it, 1 of them made by add_hparams" in str(finding.places[0].seen)
    assert "nothing_logged" not in codes(run.parent)
