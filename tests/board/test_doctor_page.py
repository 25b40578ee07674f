"""The doctor on the board: runs with findings are marked, the report explains them and leads to them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from board.axe import complaints_of_axe
from board.browser import WAIT_MS, OpenBoard, tab
from boards import board
from logdirs import flip_payload_byte, write_run

pytestmark = pytest.mark.browser

LOOK_MS = 60_000
"""A look is a process of its own, at low priority."""


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    directory = tmp_path / "runs"
    for number in range(3):
        write_run(directory / f"sweep/lr={number}", {"loss": [3.0 + number, 2.0, 1.0 + number]})
    return directory


@pytest.fixture
def address(logdir: Path) -> Iterator[str]:
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture
def damaged(logdir: Path) -> Path:
    """The one event file of a run of which a record is damaged."""
    directory = logdir / "sweep" / "damaged"
    flip_payload_byte(write_run(directory, {"loss": [6.0, 5.0, 4.5, 4.0]}), 2)
    [path] = directory.iterdir()
    return path


def report(opened: OpenBoard) -> Locator:
    """Open the report by its key; wait for the end of a look."""
    opened.page.keyboard.press("d")
    dialog = opened.page.get_by_role("dialog", name="Doctor")
    looked(dialog)
    return dialog


def looked(dialog: Locator) -> None:
    expect(dialog.get_by_role("status")).to_contain_text("Looked at", timeout=LOOK_MS)


def test_a_damaged_run_is_marked_explained_and_led_to_until_it_is_whole(
    damaged: Path, address: str, browser: Browser
) -> None:
    run = "sweep/damaged"
    with tab(browser, address) as opened:
        opened.wait_for_runs(run)
        dialog = report(opened)
        finding = dialog.get_by_role("article").filter(has_text="record_corrupt")
        expect(finding).to_contain_text(str(damaged))
        expect(dialog.get_by_role("row", name=re.compile("records"))).to_contain_text("1 finding")
        assert complaints_of_axe(opened) == []

        # Its row is marked, and says so; others are not.
        opened.page.keyboard.press("Escape")
        mark = opened.row(run).get_by_role("button", name=f"What the doctor says of {run}")
        expect(mark).to_be_visible()
        expect(opened.page.get_by_role("button", name=re.compile("What the doctor says"))).to_have_count(1)
        expect(opened.box(run)).to_have_accessible_description(
            re.compile(r"The doctor: Record that.*\. Shift D tells more\.")
        )
        opened.box(run).hover()
        expect(opened.page.locator(".details")).to_contain_text("record_corrupt")

        # The mark, or a key on the row, opens what concerns the run; its name leads back to a row that was folded away.
        opened.box(run).focus()
        opened.page.keyboard.press("Shift+D")
        expect(opened.page.get_by_role("dialog", name=f"Doctor: {run}")).to_be_visible()
        opened.page.keyboard.press("Escape")
        mark.click()
        own = opened.page.get_by_role("dialog", name=f"Doctor: {run}")
        expect(own.get_by_role("article")).to_have_count(1)
        own.get_by_role("button", name="Close").click()
        expect(mark).to_be_focused()
        opened.page.get_by_role("button", name="What sweep/ holds").click()
        expect(opened.row(run)).to_be_hidden()
        opened.page.keyboard.press("d")
        finding.get_by_role("button", name=run).click()
        expect(opened.box(run)).to_be_focused()

        # What a filter leaves out is not listed, which is said.
        opened.page.get_by_role("searchbox", name="Filter runs").fill("lr=")
        expect(opened.row(run)).to_be_hidden()
        opened.page.keyboard.press("Escape")
        opened.page.get_by_role("button", name=re.compile("^Doctor")).click()
        finding.get_by_role("button", name=run).click()
        expect(opened.page.get_by_text(f"{run} is not listed: the filter leaves it out.")).to_be_visible()

        # Whole again: nothing is marked any more.
        damaged.unlink()
        write_run(damaged.parent, {"loss": [6.0, 5.0, 4.5, 4.0]})
        opened.page.get_by_role("button", name=re.compile("^Doctor")).click()
        dialog.get_by_role("button", name="Look again").click()
        expect(dialog.get_by_text("Nothing found that hides or distorts data.")).to_be_visible(
            timeout=LOOK_MS
        )
        opened.page.keyboard.press("Escape")
        opened.page.get_by_role("searchbox", name="Filter runs").fill("")
        expect(opened.row(run)).to_be_visible(timeout=WAIT_MS)
        expect(mark).to_have_count(0)
        assert opened.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_of_healthy_runs_nothing_is_found(address: str, browser: Browser, theme: str) -> None:
    with tab(browser, address, color_scheme=theme) as opened:
        opened.wait_for_runs("sweep/lr=0")
        dialog = report(opened)
        expect(dialog.get_by_role("status")).to_contain_text("nothing found")
        expect(dialog.get_by_text("Nothing found that hides or distorts data.")).to_be_visible()
        expect(dialog.get_by_role("article")).to_have_count(0)
        expect(dialog.get_by_role("row")).to_have_count(8)
        assert complaints_of_axe(opened) == []
        assert opened.complaints == []


def test_the_report_of_one_run_begins_with_why_it_is_not_drawn(address: str, browser: Browser) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs("sweep/lr=0")
        opened.box("sweep/lr=0").click()
        opened.page.keyboard.press("Shift+D")
        dialog = opened.page.get_by_role("dialog", name="Doctor: sweep/lr=0")
        expect(dialog).to_contain_text("Not drawn: it is off. (run_off)")
        looked(dialog)
        expect(dialog).to_contain_text("Nothing else found that hides")
