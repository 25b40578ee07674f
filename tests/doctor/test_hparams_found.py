"""What the doctor finds among hyper-parameters."""

from pathlib import Path

import pytest
from tensorboardX import SummaryWriter as TensorboardXWriter

from doctor.looking import codes, found
from lightboard import SummaryWriter

pytestmark = pytest.mark.usefixtures("only_records")


def log(path: Path, **hparams: float | str | bool) -> None:
    with TensorboardXWriter(str(path)) as writer:
        writer.add_hparams(hparams, {"accuracy": 0.9}, name="hparams")


@pytest.mark.detects("E19", "hparams_hidden")
def test_runs_with_different_metrics(tmp_path: Path) -> None:
    log(tmp_path / "a", lr=0.1)
    with TensorboardXWriter(str(tmp_path / "b")) as writer:
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9, "loss": 0.1}, name="hparams")
    finding = found("hparams_hidden", tmp_path)
    assert [(place.run, place.seen) for place in finding.places] == [("a/hparams", "lacks loss")]


@pytest.mark.detects("E19", "hparams_hidden")
def test_runs_with_different_hparams(tmp_path: Path) -> None:
    log(tmp_path / "a", lr=0.1)
    log(tmp_path / "b", lr=0.1, momentum=0.9)
    finding = found("hparams_hidden", tmp_path)
    assert [(place.run, place.seen) for place in finding.places] == [("a/hparams", "lacks momentum")]


def test_runs_with_the_same_hparams(tmp_path: Path) -> None:
    log(tmp_path / "a", lr=0.1, amp=True)
    log(tmp_path / "b", lr=0.2, amp=False)
    assert codes(tmp_path) <= {"one_point"}


@pytest.mark.detects("E19")
def test_runs_that_describe_no_experiment_hide_nothing(tmp_path: Path) -> None:
    """TensorBoard then takes all hyper-parameters of all runs; so do files that `config` wrote."""
    for name, config in (("a", {"lr": 0.1}), ("b", {"lr": 0.1, "momentum": 0.9})):
        with SummaryWriter(tmp_path / name) as writer:
            writer.config(config)
            for step in range(3):
                writer.add_scalar("loss", 1.0, step)
    assert codes(tmp_path) == set()


@pytest.mark.detects("hparam_type_differs")
def test_a_boolean_that_another_writer_wrote_as_a_number(tmp_path: Path) -> None:
    log(tmp_path / "a", amp=True, lr=0.1)
    log(tmp_path / "b", amp=1.0, lr=0.1)
    finding = found("hparam_type_differs", tmp_path)
    assert [(place.run, place.seen) for place in finding.places] == [("b/hparams", "amp = 1")]
