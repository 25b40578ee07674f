"""False alarms: on healthy log directories, written here by the peers' own writers, the doctor finds nothing at all.

tests/doctor/test_healthy_corpus.py asks the same of other people's files, where there are any.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import tensorboardX
from tensorboard import summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

import lightboard
from boards import board
from doctor.events import scalar
from doctor.looking import report_on
from doctor.tensorboards import tensorboard
from doctor.trainings import Writer, logdir
from lightboard.doctor import Report
from lightboard.doctor.served import ask

# Our writer warns of a second start in a folder: it cannot know that the first one's steps will not be logged again.
pytestmark = pytest.mark.filterwarnings("ignore:expected an empty directory:lightboard.LightboardWarning")


def of_tensorboards_writers(folder: Path) -> Path:
    """What TensorBoard's two writers have methods for."""
    for run in ("a", "b"):
        writer = summary.Writer(summary.DirectoryOutput(str(folder / run)))
        for step in range(20):
            writer.add_scalar("loss", 1 / (1 + step), step, description="a loss")
        writer.close()
    events = EventFileWriter(str(folder / "events"))
    for step in range(20):
        events.add_event(scalar(step, time.time() - 20))
    events.close()
    return folder


def by(writer: Writer) -> Callable[[Path], Path]:
    return lambda folder: logdir(folder, writer)


def torch_writer(folder: str, **how: object) -> lightboard.SummaryWriter:
    from torch.utils.tensorboard import SummaryWriter

    writer: lightboard.SummaryWriter = SummaryWriter(folder, **how)
    return writer


WRITERS = {
    "tensorboardX": by(tensorboardX.SummaryWriter),
    "tensorboard": of_tensorboards_writers,
    "lightboard": by(lightboard.SummaryWriter),
}


@pytest.fixture(scope="module", params=[*WRITERS, pytest.param("torch", marks=pytest.mark.torch)])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log directory that one of the writers has written just now."""
    folder = tmp_path_factory.mktemp(str(request.param)) / "runs"
    return (WRITERS | {"torch": by(torch_writer)})[request.param](folder)


def is_healthy(report: Report) -> None:
    """Nothing hides, distorts or is worth a note, and all was looked at."""
    found = [(one.code, one.seen, one.places[:3]) for one in report.findings]
    assert (found, report.failures, report.left_out) == ([], (), ())


def test_while_they_are_new(written: Path) -> None:
    is_healthy(report_on(written))


def test_after_they_have_rested(written: Path) -> None:
    """What is told of files that nobody writes any more is told of none of them."""
    then = time.time() - 7200
    for path in written.rglob("*tfevents*"):
        os.utime(path, (then, then))
    is_healthy(report_on(written))


def test_while_they_are_written(tmp_path: Path) -> None:
    with ExitStack() as open_writers:
        for name, writer in (("theirs", tensorboardX.SummaryWriter), ("ours", lightboard.SummaryWriter)):
            log = open_writers.enter_context(writer(str(tmp_path / name)))
            for step in range(30):
                log.add_scalar("loss", 1 / (1 + step), step)
            log.flush()
        is_healthy(report_on(tmp_path))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What all writers have written, in one log directory."""
    runs = tmp_path_factory.mktemp("everything") / "runs"
    for name, write in WRITERS.items():
        write(runs / name)
    return runs


@pytest.fixture(scope="module", params=["tensorboard", "lightboard"])
def address(request: pytest.FixtureRequest, everything: Path) -> Iterator[str]:
    """Of a board that has read all of them."""
    if request.param == "lightboard":
        with board(everything, "--port", "0") as ours:
            yield ours.address
    else:
        with tensorboard("--logdir", everything, "--reload_interval=600") as theirs:
            theirs.wait_for("TensorBoard")
            yield theirs.url


def test_on_a_board(everything: Path, address: str) -> None:
    runs = {path.parent for path in everything.rglob("*tfevents*")}

    def has_read_all() -> bool:
        curves = ask(address).curves
        ends = [one.last_step for (run, _), one in curves.items() if run.endswith("/purged")]
        return len({run for run, _ in curves}) == len(runs) and ends == [14, 14]

    while not has_read_all():
        pass  # Each question waits for an answer; the test's own limit ends this.
    is_healthy(report_on(everything, url=address))
