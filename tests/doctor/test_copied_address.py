"""What the doctor says of an address that was copied from the board: which runs are off, as the page has them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from board.browser import WAIT_MS, OpenBoard, tab
from board.panel import account, button, filter_box
from boards import board
from doctor.looking import report_on
from lightboard.doctor.served import ask
from logdirs import FIRST_WALL_TIME, write_run

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("only_the_board")]


MANY = 150
ALL_ROWS = {"width": 1280, "height": 9_000}
OFF = """
() => [...document.querySelectorAll("[data-run-name]")]
    .filter((row) => !row.querySelector("input").checked).map((row) => row.dataset.runName)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A board of so many runs that no address has room for their names, and its log directory."""
    logdir = tmp_path_factory.mktemp("many") / "runs"
    for number in range(MANY):
        began = FIRST_WALL_TIME + number
        write_run(logdir / f"{'ab'[number % 2]}{number}", {"loss": [1.0]}, first_wall_time=began)
    with board(logdir, "--port", "0") as running:
        running.wait_until_read()
        yield running.address, logdir


def off_on_page(browser: Browser, address: str, runs: int) -> set[str]:
    """Which of so many runs a page that is opened at the address has off."""
    with tab(browser, address, viewport=ALL_ROWS) as opened:
        opened.page.wait_for_function(
            "(runs) => document.querySelectorAll('[data-run-name]').length === runs", arg=runs
        )
        expect(account(opened)).to_contain_text(f"of {runs} drawn", timeout=WAIT_MS)
        return set(opened.page.evaluate(OFF))


def off_as_told(logdir: Path, address: str) -> set[str]:
    """Which runs the doctor says are off in it."""
    told = [one for one in report_on(logdir, url=address).findings if one.code == "run_off"]
    return {str(place.run).removeprefix("runs/") for one in told for place in one.places}


def choose_half(opened: OpenBoard) -> None:
    filter_box(opened).fill("b")
    button(opened, "None").click()
    filter_box(opened).fill("")
    expect(account(opened)).to_contain_text(f"{MANY // 2} off")


def test_addresses_that_were_copied_from_the_board(browser: Browser, many: tuple[str, Path]) -> None:
    """By names, by bits, and by bits after runs came and went since the address was copied."""
    address, logdir = many
    with tab(browser, address) as opened:
        opened.box("a0").click()
        opened.box("a2").click()
        few = opened.address(r"#runs=off\.\w+\.\w+$")
        opened.page.keyboard.press("Control+z")
        opened.page.keyboard.press("Control+z")
        choose_half(opened)
        half = opened.address(r"#runs=bits\.[\w-]+$")
        opened.page.get_by_role("combobox", name="New runs").select_option("off")
        held = opened.address(r"new:off")
    odd = {f"b{number}" for number in range(1, MANY, 2)}
    assert off_as_told(logdir, few) == off_on_page(browser, few, MANY) == {"a0", "a2"}
    assert off_as_told(logdir, half) == off_on_page(browser, half, MANY) == odd
    for run, is_off in (("b7", True), ("a8", False)):
        trace = report_on(logdir, url=half, run=run).trace
        assert trace is not None
        assert (trace.lost_at == "board") is is_off
    # One that is older than the address came later; then others that are newer, and one went.
    write_run(logdir / "older", {"loss": [1.0]}, first_wall_time=FIRST_WALL_TIME - 100)
    wait_for(address, MANY + 1)
    for one in (half, held):
        assert off_as_told(logdir, one) == off_on_page(browser, one, MANY + 1)
    for name in ("newer", "newest"):
        write_run(logdir / name, {"loss": [1.0]}, first_wall_time=FIRST_WALL_TIME + 1_000)
    shutil.rmtree(logdir / "a0")
    wait_for(address, MANY + 2)
    for one in (half, held):
        assert off_as_told(logdir, one) == off_on_page(browser, one, MANY + 2)
    assert off_as_told(logdir, held) >= {*odd, "newer", "newest"}
    assert off_as_told(logdir, f"{half[:-9]}AAAA") == off_on_page(browser, f"{half[:-9]}AAAA", MANY + 2)


def wait_for(address: str, runs: int) -> None:
    while len(ask(address).own_runs or ()) != runs:
        pass  # Each question waits for an answer; the test's own limit ends this.
