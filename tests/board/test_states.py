"""What the page says when something is missing, damaged, gone or not yet there."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from tensorboardX import SummaryWriter

from board.browser import WAIT_MS, tab
from boards import board
from logdirs import flip_payload_byte, write_run

pytestmark = pytest.mark.browser


def test_runs_appear_in_a_directory_that_was_not_there(tmp_path: Path, browser: Browser) -> None:
    logdir = tmp_path / "later"
    with board(logdir, "--port", "0") as running, tab(browser, running.address) as opened:
        expect(opened.page.get_by_role("heading", name="does not exist yet")).to_be_visible(timeout=WAIT_MS)
        expect(opened.page.get_by_role("main").get_by_text(str(logdir)).first).to_be_visible()
        logdir.mkdir()
        expect(opened.page.get_by_role("heading", name="No runs yet")).to_be_visible(timeout=WAIT_MS)
        write_run(logdir / "first", {"loss": [3.0, 2.0, 1.0]})
        opened.wait_for_runs("first")
        opened.wait_for_curves("loss", on={"first"}, off=set())
        expect(opened.page.get_by_role("heading", name="No runs yet")).to_be_hidden()
        assert opened.complaints == []


def test_a_file_in_place_of_the_log_directory_is_named(tmp_path: Path, browser: Browser) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no directory")
    with board(path, "--port", "0") as running, tab(browser, running.address) as opened:
        expect(opened.page.get_by_role("heading", name="cannot be used")).to_be_visible(timeout=WAIT_MS)
        expect(opened.page.get_by_role("main").get_by_text(str(path)).first).to_be_visible()


def test_runs_that_cannot_be_read_are_listed_with_the_reason(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "good", {"loss": [3.0, 2.0, 1.0]})
    flip_payload_byte(write_run(tmp_path / "damaged", {"loss": [6.0, 5.0, 4.5, 4.0]}), 2)
    locked = write_run(tmp_path / "locked", {"loss": [1.0, 2.0]})
    locked.chmod(0)
    write_run(tmp_path / "header only", {})
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "events.out.tfevents.1763800000.host.1.0").touch()
    with (
        board(tmp_path, "--port", "0", unprivileged=True) as running,
        tab(browser, running.address) as opened,
    ):
        opened.wait_for_runs("good", "damaged", "locked", "header only", "empty")
        opened.wait_for_curves("loss", on={"good", "damaged"}, off={"locked", "header only", "empty"})
        for run, mark, reason in [
            ("damaged", "damaged", "checksum"),
            ("locked", "unreadable", "ermission"),
            ("header only", "no data yet", ""),
            ("empty", "empty", ""),
        ]:
            expect(opened.row(run).locator(".mark")).to_have_text(mark)
            opened.box(run).focus()
            expect(opened.page.locator(".details")).to_contain_text(run)
            expect(opened.page.locator(".details")).to_contain_text(reason)
            expect(opened.box(run)).to_have_accessible_description(re.compile(".+"))
        account = opened.page.locator(".account")
        expect(account).to_have_text("2 of 5 drawn · 2 without data here · 1 unreadable – 1 damaged")


def test_a_stopped_server_is_noticed_and_found_again(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "early", {"loss": [3.0, 2.0, 1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        opened.wait_for_curves("loss", on={"early"}, off=set())
        expect(opened.page.get_by_text("Live", exact=True)).to_be_visible()
        port = running.address.rstrip("/").rsplit(":", 1)[1]
        running.stop()
        expect(opened.page.get_by_text("The server has not answered since")).to_be_visible(timeout=WAIT_MS)
        opened.wait_for_curves("loss", on={"early"}, off=set())
        write_run(tmp_path / "late", {"loss": [6.0, 5.0, 4.0]})
        with board(tmp_path, "--port", port):
            expect(opened.page.get_by_text("Live", exact=True)).to_be_visible(timeout=WAIT_MS)
            opened.wait_for_runs("late")
            opened.wait_for_curves("loss", on={"early", "late"}, off=set())
            expect(opened.page.get_by_text("The server has not answered since")).to_be_hidden()
        assert opened.complaints == []


def _set_visibility(page: Page, state: str) -> None:
    """Tell the page that its tab is `visible` or `hidden`; headless Chromium counts every tab as visible."""
    page.evaluate(
        """(state) => {
          Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def test_tabs_in_the_background_keep_none_waiting(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "early", {"loss": [3.0, 2.0, 1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as first:
        first.wait_for_curves("loss", on={"early"}, off=set())
        _set_visibility(first.page, "hidden")
        for _ in range(7):  # One more than the connections that a browser holds to a server.
            page = first.page.context.new_page()
            page.goto(running.address)
            expect(page.get_by_text("1 of 1 drawn")).to_be_visible(timeout=WAIT_MS)
            _set_visibility(page, "hidden")
        write_run(tmp_path / "late", {"loss": [6.0, 5.0, 4.0]})
        _set_visibility(first.page, "visible")
        first.wait_for_runs("late")
        first.wait_for_curves("loss", on={"early", "late"}, off=set())
        assert first.complaints == []


def test_opening_the_page_asks_for_everything_once(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "done", {"loss": [3.0, 2.0, 1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        running.wait_until_read()  # Nothing changes any more.
        opened.wait_for_curves("loss", on={"done"}, off=set())
        asked = opened.asked()
        opened.page.reload()
        opened.wait_for_curves("loss", on={"done"}, off=set())
        opened.page.wait_for_timeout(1_000)  # Longer than the page waits between two looks at the run list.
        assert sorted(url.partition("?")[0] for url in asked if url.startswith("api/")) == [
            "api/live",
            "api/runs",
            "api/scalars",
            "api/tags",
            "api/view",
        ]


def test_what_is_not_drawn_yet_is_counted(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "mixed", {"loss": [3.0, 2.0, 1.0]})
    with SummaryWriter(str(tmp_path / "mixed")) as writer:
        writer.add_histogram("weights", np.arange(10.0), 0)
        writer.add_histogram("gradients", np.arange(10.0), 0)
        writer.add_text("notes", "<img src=x onerror=alert(1)>", 0)
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        expected = "Not drawn yet in this version: 2 histograms, 1 text."
        expect(opened.page.get_by_text(expected)).to_be_visible(timeout=WAIT_MS)


def test_names_are_text_whatever_they_hold(tmp_path: Path, browser: Browser) -> None:
    name = "<img src=x onerror=document.title='gone'>"
    write_run(tmp_path / name, {name: [3.0, 2.0, 1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        expect(opened.page.get_by_role("heading", name=name)).to_be_visible(timeout=WAIT_MS)
        expect(opened.page.locator(".runs").get_by_title(name)).to_be_visible()  # It has no room for all.
        assert opened.page.locator("img").count() == 0
        assert opened.complaints == []


def test_two_log_directories_are_told_apart(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "new" / "same", {"loss": [3.0, 2.0, 1.0]})
    write_run(tmp_path / "old" / "same", {"loss": [6.0, 5.0, 4.0]})
    arguments = f"now={tmp_path}/new", f"then={tmp_path}/old", "--port", "0"
    with board(*arguments) as running, tab(browser, running.address) as opened:
        for logdir in ("now", "then"):
            heading = opened.page.get_by_role("navigation").get_by_role("heading", name=logdir)
            expect(heading).to_be_visible(timeout=WAIT_MS)
        assert opened.names() == ["same", "same"]
        opened.box("same").first.click()
        expect(opened.page.get_by_text("1 of 2 drawn")).to_be_visible()
        expect(opened.box("same").last).to_be_checked()
