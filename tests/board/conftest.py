"""The board of the panel's tests, in a tab of a profile of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from board.browser import OpenBoard, tab
from board.panel import RUNS, SWEEP, write_hparams
from boards import board
from logdirs import FIRST_WALL_TIME, write_run


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("panel")
    for number, run in enumerate(RUNS):
        began = FIRST_WALL_TIME + 100 * number
        write_run(logdir / run, {"loss": [10.0 + number, 1.0 + number]}, first_wall_time=began)
        if run in SWEEP:
            optimizer = "Adam" if run.endswith("=1") else "SGD"
            write_hparams(logdir / run, began, lr=float(run[9:].split(",")[0]), optimizer=optimizer)
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[OpenBoard]:
    with tab(browser, address) as one:
        one.wait_for_curves("loss", on=set(RUNS), off=set())
        yield one
        assert one.complaints == []
