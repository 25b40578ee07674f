"""What all integrations have in common, without any framework."""

import importlib
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from lightboard import LightboardWarning, SummaryWriter
from lightboard.integrations.metrics import Spared, log_metrics, reopened
from log.frameworks import scalars, text
from log.records import event_files, events


@pytest.mark.parametrize(
    ("module", "missing", "install"),
    [
        ("lightning", ["lightning", "pytorch_lightning"], "lightning"),
        ("transformers", ["transformers"], "transformers"),
        ("accelerate", ["accelerate"], "accelerate"),
        ("keras", ["keras"], "keras"),
        ("stable_baselines3", ["stable_baselines3"], "stable-baselines3"),
    ],
)
def test_a_missing_framework(
    module: str, missing: list[str], install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"lightboard.integrations.{module}", raising=False)
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf"expected {install} to be installed.*: pip install {install}$"):
        importlib.import_module(f"lightboard.integrations.{module}")


def test_what_a_framework_hands_over(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        log_metrics(
            writer,
            {
                "loss": np.float32(0.5),
                "step": 3,
                "note": "well",
                "both": {"a": 1, "b": 2},
                "none": None,
                "done": True,
            },
            7,
        )
        for value in (1, 2):
            log_metrics(writer, {"counted": value}, None)
            log_metrics(writer, {"other": value} if value == 2 else {}, None)
    assert scalars(tmp_path) == {
        "loss": {7: 0.5},
        "step": {7: 3.0},
        "done": {7: 1.0},
        "counted": {0: 1.0, 1: 2.0},
        "other": {0: 2.0},
    }
    assert scalars(tmp_path / "both_a") == {"both": {7: 1.0}}
    assert text(tmp_path, "note") == "well"
    assert len(events(event_files(tmp_path)[0])) == 1 + 2 + 3  # The numbers of one moment are one record.


@pytest.mark.parametrize(
    ("tag", "value", "step", "message"),
    [
        (
            "several",
            [1, 2],
            0,
            "several is not logged. scalar_value of tag 'several': expected one number, found list",
        ),
        ("object", object(), 0, "object is not logged. scalar_value of tag 'object': expected a real number"),
        ("both", {"../a": 1}, 0, "both is not logged. .*expected a name inside the log directory"),
        (3, 1.0, 0, "3 is not logged. tag: expected a str"),
        ("late", 1.0, 2**64, r"(late|loss) is not logged\. .*expected a number from"),
    ],
)
def test_what_is_refused_costs_a_warning(
    tmp_path: Path, tag: object, value: object, step: int, message: str
) -> None:
    writer = SummaryWriter(tmp_path)
    with pytest.warns(LightboardWarning, match=message) as warned:
        log_metrics(writer, {tag: value, "loss": 0.5}, step)  # type: ignore[dict-item]
    assert len(warned) == (1 if step == 0 else 2)
    assert {warning.filename for warning in warned} == {__file__}
    writer.close()
    assert scalars(tmp_path) == ({"loss": {0: 0.5}} if step == 0 else {})


def test_other_errors_are_not_spared() -> None:
    for error in (OSError("disk full"), KeyboardInterrupt(), LightboardWarning("an error here")):
        with pytest.raises(type(error)), Spared("loss"):
            raise error


def test_a_value_that_fails_costs_a_warning(tmp_path: Path) -> None:
    class Deleted:
        def __float__(self) -> float:
            raise RuntimeError("Array has been deleted")

    writer = SummaryWriter(tmp_path)
    with pytest.warns(LightboardWarning, match=r"acc is not logged\. Array has been deleted"):
        log_metrics(writer, {"loss": 0.5, "acc": Deleted()}, 0)
    writer.close()
    assert scalars(tmp_path) == {"loss": {0: 0.5}}


def test_logging_after_the_end_of_training(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    writer.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for step in range(2):
            reopened(writer).add_scalar("loss", 1.0, step)
    writer.close()
    assert list(scalars(tmp_path)["loss"]) == [0, 1]
    assert len(event_files(tmp_path)) == 2
