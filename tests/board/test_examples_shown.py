"""The programs in examples/ on a board: each run is listed, and each of its scalars is drawn."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import lightboard
from board.browser import MEASURE, WAIT_MS, tab
from boards import board

pytestmark = pytest.mark.browser

# What a program cannot do without, and this environment has not; or what another must not run inside of itself.
APART = ("import torch", "import matplotlib", "from matplotlib", "import multiprocessing")

# In one interpreter, since each would import the same.
RUN_ALL = """
import runpy, sys
for path in sys.argv[1:]:
    runpy.run_path(path, run_name="__main__")
"""


@dataclass
class Shown:
    """The board on what the examples logged, with the runs and scalar tags that are there."""

    address: str
    runs: list[str]
    tags: list[str]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    cwd = tmp_path_factory.mktemp("examples")
    programs = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
    programs = [path for path in programs if not any(name in path.read_text() for name in APART)]
    assert len(programs) > 25
    subprocess.run([sys.executable, "-c", RUN_ALL, *programs], cwd=cwd, check=True)
    with lightboard.open(cwd / "runs") as index:
        runs = [run.name for run in index.runs]
        tags = sorted({series.tag for series in index.series()})
    assert {path.stem for path in programs} <= {name.split("/")[0] for name in runs}
    with board("runs", "--port", "0", cwd=cwd) as running:
        yield Shown(running.address, runs, tags)


def test_every_run_is_listed_and_every_scalar_drawn(browser: Browser, shown: Shown) -> None:
    # High enough for all rows and cards: what is out of sight is not there.
    with tab(browser, shown.address, viewport={"width": 1280, "height": 6000}) as opened:
        opened.wait_for_runs(*shown.runs)
        for tag in shown.tags:
            opened.page.wait_for_function(
                f"(tag) => Object.values(({MEASURE})(tag) ?? {{}}).some((curve) => curve.count > 0)",
                arg=tag,
                timeout=WAIT_MS,
            )
        expect(opened.page.get_by_role("alert")).to_have_count(0)
        assert opened.complaints == []
