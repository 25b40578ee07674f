"""A board on a log directory that all tests of a module may read."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from boards import board, client
from logdirs import write_run


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("served") / "runs"
    write_run(directory / "run2", {"loss": [3.0, 2.0, 1.0], "accuracy": [0.1, 0.2, 0.3]})
    write_run(directory / "run10", {"loss": [5.0, 4.0]}, first_step=7)
    write_run(directory / "実験…1", {"loss": [float("nan"), float("inf"), 0.5]})
    return directory


@pytest.fixture(scope="module")
def http(logdir: Path) -> Iterator[httpx.Client]:
    with board(logdir, "--port", "0") as running, client(running) as connected:
        running.wait_until_read()
        yield connected
