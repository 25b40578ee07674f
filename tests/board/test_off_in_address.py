"""The doctor says of an address which runs are off: as the page has them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from board.browser import WAIT_MS, tab
from boards import board
from lightboard.doctor.served import ask
from lightboard.doctor.stages.board.notation import parts
from lightboard.doctor.stages.board.selection import selection
from logdirs import FIRST_WALL_TIME, write_run

pytestmark = pytest.mark.browser

RUNS = ("r0", "r1", "r2", "r3", "late", "later")
UNTIL = FIRST_WALL_TIME + 350
"""When the links were made: `late` and `later` began since."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir: Path = tmp_path_factory.mktemp("off") / "runs"
    for number, run in enumerate(RUNS):
        write_run(logdir / run, {"loss": [1.0, 2.0]}, first_wall_time=FIRST_WALL_TIME + 100 * number)
    with board(logdir, "--port", "0") as running:
        running.wait_until_read()
        yield running.address


@pytest.mark.parametrize(
    ("members", "off"),
    [
        ("runs:off.{r1}", {"r1"}),
        ("runs:off.{r1},new:off,until:{until}", {"r1", "late", "later"}),
        ("runs:off.{r1},held:!t,until:{until}", {"r1", "late", "later"}),
        ("runs:on.{r1},until:{until}", set(RUNS) - {"r1"}),
        ("runs:on.{r1},held:!f,until:{until}", {"r0", "r2", "r3"}),
        ("runs:on.{r1},new:5,until:{until}", set(RUNS) - {"r1"}),
        ("new:5,held:!t,runs:on.{r1},until:{until}", set(RUNS) - {"r1"}),
        ("runs:off.{r1},new:1,until:{until}", {"r1", "r3", "late"}),
        ("runs:off.{r1},new:3,until:{until}", {"r1", "r2"}),
        ("runs:on.{later}.{r0},new:1,held:!f,until:{until}", {"r1", "r2", "r3", "late"}),
        ("runs:off.{r1},only:{whole}", set(RUNS) - {"r2"}),
        ("'runs':'off.{r1}',only:on", {"r1"}),
    ],
)
def test_runs_that_an_address_has_off(browser: Browser, address: str, members: str, off: set[str]) -> None:
    runs = ask(address).own_runs or ()
    ids: Mapping[str, str] = {run["name"]: run["id"] for run in runs}
    short = {name: run[:7] for name, run in ids.items()}
    members = members.format(until=int(UNTIL), whole=ids["r2"], **short)
    # Programs that find links in text leave the last bracket out.
    fragment = f"filter='%26runs=on'&runs=({members}"
    with tab(browser, f"{address}#{fragment}") as opened:
        opened.wait_for_runs(*RUNS)
        chosen = selection(parts(fragment).get("runs"))
        assert chosen is not None
        told = {name for name, run in ids.items() if run in chosen.off(runs)}
        for run in RUNS:
            expect(opened.box(run)).to_be_checked(checked=run not in told, timeout=WAIT_MS)
    assert told == off
