"""What the doctor finds in what torch's own writer writes."""

import os
from pathlib import Path

import pytest

from doctor.looking import codes, found
from lightboard import SummaryWriter
from lightboard.api.settings import LogDirectory
from lightboard.doctor import Look
from lightboard.doctor.stages.log import writers

pytestmark = [pytest.mark.torch, pytest.mark.usefixtures("only_records")]


def torch_writer(path: Path, **how: int) -> SummaryWriter:
    pytest.importorskip("torch", reason="run by make test-torch")
    from torch.utils.tensorboard import SummaryWriter as TorchWriter

    writer: SummaryWriter = TorchWriter(str(path), **how)
    return writer


@pytest.mark.detects("W21", "hparam_type_differs")
def test_booleans_that_torch_writes_as_numbers(tmp_path: Path) -> None:
    with torch_writer(tmp_path / "theirs") as writer:
        writer.add_hparams({"amp": True, "lr": 0.1}, {"accuracy": 0.9}, run_name="hparams")
    with SummaryWriter(tmp_path / "ours") as writer:
        writer.add_hparams({"amp": True, "lr": 0.1}, {"accuracy": 0.9}, run_name="hparams")
    finding = found("hparam_type_differs", tmp_path)
    assert [(place.run, place.seen) for place in finding.places] == [("theirs/hparams", "amp = 1")]


@pytest.mark.detects("W18", "purge_without_effect")
def test_a_purge_step_that_only_the_second_start_was_given(tmp_path: Path) -> None:
    for number, how in enumerate(({}, {"purge_step": 5})):
        with torch_writer(tmp_path, **how) as writer:
            for step in range(5 * number, 10):
                writer.add_scalar("loss", 1.0, step)
    assert "goes on at step 5" in found("purge_without_effect", tmp_path).seen


@pytest.mark.detects("E01", "restarted")
def test_training_that_begins_again_in_the_same_folder(tmp_path: Path) -> None:
    for steps, found_again in ((range(10), False), (range(5), True)):
        with torch_writer(tmp_path) as writer:
            for step in steps:
                writer.add_scalar("loss", 1.0, step)
        assert ("restarted" in codes(tmp_path)) is found_again


@pytest.mark.detects("E04", "steps_go_back", "E07", "scalar_form_dropped")
@pytest.mark.detects("E11", "not_finite", "E12", "wall_time_wrong", "E13", "step_negative")
def test_numbers_as_torch_writes_them(tmp_path: Path) -> None:
    with torch_writer(tmp_path) as writer:
        for step in (0, 1, 0, 1):
            writer.add_scalar("folds", 1.0, step)
        for step in (0, 1):
            writer.add_scalar("double", 1.0, step, new_style=True, double_precision=True)
            writer.add_scalar("plain", 1.0, step)
            writer.add_scalar("diverged", float("nan") if step else 1.0, step)
            writer.add_scalar("overflowed", 1.0, step - 2**31)
        writer.add_scalar("late", 1.0, 0, walltime=float("nan"))
    for code, tag in (
        ("steps_go_back", "folds"),
        ("scalar_form_dropped", "double"),
        ("not_finite", "diverged"),
        ("step_negative", "overflowed"),
        ("wall_time_wrong", None),
    ):
        assert [place.tag for place in found(code, tmp_path).places] == [tag]


@pytest.mark.detects("W11", "writer_reopened")
def test_a_writer_that_is_closed_after_each_epoch(tmp_path: Path) -> None:
    writer = torch_writer(tmp_path / "run")
    for epoch in range(50):
        writer.add_scalar("loss", 1.0, epoch)
        writer.close()
    (finding,) = writers.closed_and_used(Look([LogDirectory("runs", str(tmp_path))]))
    assert [place.seen for place in finding.places] == [f"50 files of process {os.getpid()}"]


@pytest.mark.detects("W22", "tensor_without_viewer", "E18", "graphs_several")
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_tensors_and_a_graph_in_each_epoch(tmp_path: Path) -> None:
    with torch_writer(tmp_path / "run") as writer:
        import torch

        for epoch in range(2):
            writer.add_tensor("embedding", torch.zeros(2, 3), epoch)
            writer.add_graph(torch.nn.Linear(2, 1), torch.zeros(1, 2))
    assert [place.tag for place in found("tensor_without_viewer", tmp_path).places] == ["embedding"]
    assert [place.seen for place in found("graphs_several", tmp_path).places] == ["2 graphs"]


def test_everyday_use(tmp_path: Path) -> None:
    with torch_writer(tmp_path / "run") as writer:
        for step in range(10):
            writer.add_scalar("loss/train", 1.0 / (1 + step), step)
            writer.add_scalars("losses", {"a": 1.0, "b": 2.0}, step)
        writer.add_text("config", "{}", 0)
    assert codes(tmp_path) == set()
