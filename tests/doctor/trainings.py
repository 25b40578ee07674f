"""Healthy log directories: what people train and log every day, with any writer that has SummaryWriter's methods."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Writer = Callable[..., Any]
"""Makes a SummaryWriter for a folder; what it takes beside is passed on."""


def logdir(folder: Path, writer: Writer) -> Path:
    """Write all of them into one log directory."""
    one_training(folder / "baseline", writer)
    parts_of_a_loss(folder / "parts", writer)
    sweep(folder / "sweep", writer)
    restarted_with_purge_steps(folder / "purged", writer)
    gone_on_in_a_second_file(folder / "continued", writer)
    ranks(folder / "ranks", writer)
    evaluated_once(folder / "tested", writer)
    return folder


def one_training(run: Path, writer: Writer) -> None:
    """Curves, pictures, distributions and text; epochs and batches each with steps of their own."""
    numbers = np.random.default_rng(0)
    with writer(str(run)) as log:
        log.add_text("config", "a *small* model", 0)
        for epoch in range(5):
            for batch in range(20):
                log.add_scalar("loss/train", 1 / (1 + 20 * epoch + batch), 20 * epoch + batch)
            log.add_scalar("loss/valid", 1.1 / (1 + epoch), epoch)
            log.add_scalar("lr", 0.1 * 0.5**epoch, epoch)
            log.add_histogram("weights", numbers.normal(size=100), epoch)
            log.add_image("samples", numbers.integers(0, 255, (3, 8, 8)).astype(np.uint8), epoch)
            log.add_pr_curve("classes", numbers.integers(0, 2, 50), numbers.random(50), epoch)


def parts_of_a_loss(run: Path, writer: Writer) -> None:
    """A curve for each part, in runs below."""
    with writer(str(run)) as log:
        for step in range(10):
            log.add_scalar("loss/all", 1 / (1 + step), step)
            log.add_scalars("loss/parts", {"one": 0.5 / (1 + step), "other": 0.5}, step)


def sweep(folder: Path, writer: Writer) -> None:
    """Trainings that differ in hyper-parameters, each of which has all of them."""
    for number, rate in enumerate((0.1, 0.01, 0.001)):
        with writer(str(folder / f"lr={rate}")) as log:
            for step in range(10):
                log.add_scalar("accuracy", 1 - rate / (1 + step), step)
            log.add_hparams({"lr": rate, "optimizer": "adam", "layers": number}, {"best": 1 - rate / 10})


def restarted_with_purge_steps(run: Path, writer: Writer) -> None:
    """Each start says at which step it goes on."""
    for number, steps in enumerate((range(10), range(5, 15))):
        with writer(str(run), purge_step=steps[0], filename_suffix=f".{number}") as log:
            for step in steps:
                log.add_scalar("loss/train", 1 / (1 + step), step)
        in_a_second_of_its_own(run)


def gone_on_in_a_second_file(run: Path, writer: Writer) -> None:
    """The second start begins behind the last step of the first."""
    for number, steps in enumerate((range(10), range(10, 20))):
        with writer(str(run), filename_suffix=f".{number}") as log:
            for step in steps:
                log.add_scalar("loss/train", 1 / (1 + step), step)
        in_a_second_of_its_own(run)


def in_a_second_of_its_own(run: Path) -> None:
    """Name the files of a run as if each had begun a minute earlier: starts of people's lie apart."""
    for file in run.iterdir():
        seconds = file.name.split(".")[3]
        file.rename(file.with_name(file.name.replace(seconds, str(int(seconds) - 60))))


def ranks(folder: Path, writer: Writer) -> None:
    """A folder for each rank, written at the same time."""
    logs = [writer(str(folder / f"rank{rank}")) for rank in range(2)]
    for step in range(10):
        for log in logs:
            log.add_scalar("throughput", 100.0 + step, step)
    for log in logs:
        log.close()


def evaluated_once(run: Path, writer: Writer) -> None:
    """A result without a curve, beside runs that have them; before training it has the step -1."""
    with writer(str(run)) as log:
        log.add_scalar("test/accuracy", 0.1, -1)
        log.add_scalar("test/accuracy", 0.9, 100)
