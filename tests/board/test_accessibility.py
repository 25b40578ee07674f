"""axe finds nothing to complain about, in either theme and in every state of the page."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from board.axe import complaints_of_axe
from board.browser import WAIT_MS, tab
from boards import board
from logdirs import FIRST_WALL_TIME, flip_payload_byte, write_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("accessibility")
    write_run(logdir / "good", {"loss": [3.0, 2.0, 1.0], "lost": [math.nan] * 3})
    for start in (0, 1):
        first_wall_time = FIRST_WALL_TIME + 100 * start
        write_run(
            logdir / "restarted", {"loss": [4.0, 3.0]}, first_step=start, first_wall_time=first_wall_time
        )
    flip_payload_byte(write_run(logdir / "damaged", {"loss": [6.0, 5.0, 4.5, 4.0]}), 2)
    write_run(logdir / "header only", {})
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_list_and_the_cards(browser: Browser, address: str, theme: str) -> None:
    with tab(browser, address, color_scheme=theme) as opened:
        opened.wait_for_curves("loss", on={"good", "restarted", "damaged"}, off=set())
        assert complaints_of_axe(opened) == []
        opened.page.locator('[data-tag="loss"] .hit').hover()
        expect(opened.page.locator(".crosshair")).to_be_visible()
        assert complaints_of_axe(opened) == []
        opened.box("damaged").focus()
        expect(opened.page.locator(".details")).to_be_visible()
        opened.page.get_by_role("button", name="None").click()
        expect(opened.page.get_by_text("all are off").first).to_be_visible()
        assert complaints_of_axe(opened) == []


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_those_who_wish_so(browser: Browser, address: str, wish: str, moves: bool) -> None:
    with tab(browser, address, reduced_motion=wish) as opened:
        opened.wait_for_curves("loss", on={"good"}, off=set())
        duration = opened.page.locator(".turn").first.evaluate(
            "one => getComputedStyle(one).transitionDuration"
        )
        assert duration == ("0.12s" if moves else "0s")
        # What a change sets in motion has begun by the next frame.
        moving = """(act) => new Promise((resolve) => {
          document.querySelector(act).click();
          requestAnimationFrame(() => resolve(document.getAnimations().length));
        })"""
        folding = opened.page.evaluate(moving, "section [aria-expanded]:has(.turn)")
        assert (folding > 0) == moves
        if not moves:
            for act in ("[aria-label='Settings']", "[aria-haspopup='menu']"):
                assert opened.page.evaluate(moving, act) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_directory_that_is_missing_and_a_server_that_is_gone(
    tmp_path: Path, browser: Browser, theme: str
) -> None:
    with (
        board(tmp_path / "later", "--port", "0") as running,
        tab(browser, running.address, color_scheme=theme) as opened,
    ):
        expect(opened.page.get_by_role("heading", name="does not exist yet")).to_be_visible(timeout=WAIT_MS)
        assert complaints_of_axe(opened) == []
        running.stop()
        expect(opened.page.get_by_role("alert")).to_be_visible(timeout=WAIT_MS)
        assert complaints_of_axe(opened) == []


def test_the_page_has_an_outline(browser: Browser, address: str) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs("good")
        expect(opened.page.get_by_role("heading", level=1)).to_have_text("Lightboard")
        expect(opened.page.get_by_role("heading", name="Top level 2 tags", level=2)).to_be_visible()
        expect(opened.page.get_by_role("heading", level=3)).to_have_text(["loss", "lost"])
        for landmark in ("banner", "navigation", "main"):
            expect(opened.page.get_by_role(landmark)).to_have_count(1)
        expect(opened.page).to_have_title("accessibility0 – Lightboard")


def test_details_open_for_the_keyboard_and_close_with_escape(browser: Browser, address: str) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs("good", "damaged")
        opened.page.get_by_role("button", name="Sort by Age").focus()
        opened.page.keyboard.press("Tab")
        details = opened.page.locator(".details")
        expect(details).to_contain_text("checksum")
        opened.page.keyboard.press("Escape")
        expect(details).to_be_hidden()
        opened.box("restarted").hover()
        expect(details).to_contain_text("2 attempts")
        expect(opened.row("restarted").locator(".mark")).to_have_text("2 attempts")
        # Where there is no room for such words, they give way to the name, and are told by a title.
        opened.page.set_viewport_size({"width": 900, "height": 800})
        expect(opened.row("restarted").locator(".mark")).not_to_have_text("2 attempts", use_inner_text=True)
        expect(opened.row("restarted").locator(".mark")).to_have_attribute("title", "2 attempts")
        expect(opened.row("restarted").locator(".name")).to_have_text("restarted")
        opened.page.locator("h1").hover()
        expect(details).to_be_hidden()


def test_details_never_cover_the_row_that_they_are_of(tmp_path: Path, browser: Browser) -> None:
    for number in range(40):
        write_run(tmp_path / f"run {number:02}", {"loss": [1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        opened.wait_for_runs("run 00")
        for run in ("run 00", "run 15", "run 39"):
            if run == "run 39":
                opened.page.keyboard.press("End")  # It is out of view until then.
            else:
                opened.box(run).focus()
            details = opened.page.locator(".details")
            expect(details).to_contain_text(run)
            row, panel = opened.row(run).bounding_box(), details.bounding_box()
            assert row
            assert panel
            assert row["y"] + row["height"] <= panel["y"] or row["y"] >= panel["y"] + panel["height"]
