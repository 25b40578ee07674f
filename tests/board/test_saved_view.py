"""What a person set up: in the address, in the browser's memory, in files; and which runs are on when others come."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from board.browser import WAIT_MS, OpenBoard, tab
from boards import board
from logdirs import FIRST_WALL_TIME, write_run

pytestmark = pytest.mark.browser

FILE = "lightboard.view.json"
RUNS = ["a", "b", "c", "実験 1"]


def write(logdir: Path, name: str, number: int) -> None:
    began = FIRST_WALL_TIME + 100 * number
    write_run(logdir / name, {"loss": [10.0 + number, 1.0 + number]}, first_wall_time=began)


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    for number, run in enumerate(RUNS):
        write(tmp_path / "runs", run, number)
    return tmp_path / "runs"


@pytest.fixture
def address(logdir: Path) -> Iterator[str]:
    with board(logdir, "--port", "0") as running:
        running.wait_until_read()
        yield running.address


def expect_on(opened: OpenBoard, on: str) -> None:
    """Exactly the runs of these first letters are on."""
    for run in opened.names():
        expect(opened.box(run)).to_be_checked(checked=run[0] in on, timeout=WAIT_MS)


def choose(opened: OpenBoard, item: str) -> None:
    opened.page.get_by_role("button", name="View: share or save").click()
    opened.page.get_by_role("menuitem", name=item).click()


def notice(opened: OpenBoard) -> Locator:
    dismiss = opened.page.get_by_role("button", name="Dismiss")
    return opened.page.get_by_role("status").filter(has=dismiss)


def test_only_this_one_brings_back_what_was_on_after_a_reload_too(browser: Browser, address: str) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs(*RUNS)
        opened.box("a").click()
        opened.box("b").click(modifiers=["Alt"])
        expect_on(opened, "b")
        opened.address("runs=")
        opened.page.reload()
        opened.wait_for_runs(*RUNS)
        expect_on(opened, "b")
        opened.box("b").click(modifiers=["Alt"])
        expect_on(opened, "bc実")
        assert opened.complaints == []


@pytest.mark.parametrize(("rule", "on"), [("off", ""), ("on", "x"), ("1", "x"), ("2", "x")])
def test_runs_that_come_wait_for_the_end_of_only_this_one(
    logdir: Path, browser: Browser, address: str, rule: str, on: str
) -> None:
    selection = "runs=off" if rule == "on" else f"runs=(runs:off,new:{rule})"
    with tab(browser, f"{address}#{selection}") as opened:
        opened.wait_for_runs(*RUNS)
        expect_on(opened, "abc実")
        opened.box("b").focus()
        opened.page.keyboard.press("o")
        expect_on(opened, "b")
        write(logdir, "x later", 50)
        opened.wait_for_runs("x later")
        expect_on(opened, "b")
        opened.box("b").focus()
        opened.page.keyboard.press("o")
        # Of the newest, those make room that the rule had switched on: the newest so far.
        gone = {"1": "実", "2": "c"}.get(rule, "")
        expect_on(opened, "".join(run for run in f"abc実{on}" if run not in gone))
        opened.page.keyboard.press("Control+z")
        expect_on(opened, "b")
        opened.page.keyboard.press("Control+Shift+z")
        expect(opened.box("a")).to_be_checked()
        assert opened.complaints == []


def test_after_none_runs_that_come_stay_off_also_after_a_reload(
    logdir: Path, browser: Browser, address: str
) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs(*RUNS)
        opened.box("a").focus()
        opened.page.keyboard.press("n")
        opened.box("b").click()
        expect_on(opened, "b")
        opened.page.reload()
        write(logdir, "x later", 50)
        opened.wait_for_runs("x later")
        expect_on(opened, "b")


def press_while_the_page_is_being_reloaded(opened: OpenBoard, key: str) -> None:
    """The browser asks for the page anew, and is answered once the address has followed what the key does."""
    page = opened.page
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route(page.url.partition("#")[0], hold, times=1)
    with page.expect_request(lambda request: request.is_navigation_request()):
        page.context.new_cdp_session(page).send("Page.reload")
    with page.expect_event("framenavigated"):
        page.keyboard.press(key)
    with page.expect_event("load"):
        asked[0].continue_()


def test_what_is_done_while_the_page_is_being_reloaded_is_kept(browser: Browser, address: str) -> None:
    """A reload leads to the address of the moment when it began."""
    with tab(browser, f"{address}#panel=(filter:'-a')") as opened:
        opened.wait_for_runs(*RUNS[1:])
        opened.box("b").focus()
        press_while_the_page_is_being_reloaded(opened, "Space")
        opened.wait_for_runs(*RUNS[1:])
        expect_on(opened, "c実")
        assert opened.names() == RUNS[1:]
        opened.address(r"runs=off\..*panel=")
        opened.page.get_by_role("button", name="Reset", exact=True).focus()
        press_while_the_page_is_being_reloaded(opened, "Enter")
        opened.wait_for_runs(*RUNS)
        expect_on(opened, "abc実")
        opened.address(r"/$")
        assert opened.complaints == []


def test_an_address_that_is_damaged_opens_what_can_be_read_and_says_so(
    browser: Browser, address: str
) -> None:
    with tab(browser, f"{address}#panel=(filter:a)&runs=bits.AAAA&desk=%E5&x=1") as opened:
        expect(notice(opened)).to_contain_text(
            "The address could not be read in full (desk)", timeout=WAIT_MS
        )
        expect(notice(opened)).to_contain_text("“runs”")
        expect(opened.box("a")).to_be_checked()
        assert opened.names() == ["a"]
        opened.page.get_by_role("button", name="Dismiss").click()
        expect(notice(opened)).to_be_hidden()
        assert opened.complaints == []


def test_a_link_shows_the_same_in_another_browser(browser: Browser, address: str) -> None:
    with tab(browser, address, permissions=["clipboard-read", "clipboard-write"]) as opened:
        opened.wait_for_runs(*RUNS)
        opened.page.get_by_role("searchbox", name="Filter runs").fill("-b")
        opened.box("実験 1").click()
        choose(opened, "Copy link")
        expect(notice(opened)).to_contain_text("The link is copied.")
        link = opened.page.evaluate("navigator.clipboard.readText()")
    assert link.isascii()
    assert len(link) < 100
    with tab(browser, link) as other:
        other.wait_for_runs("a", "c", "実験 1")
        assert "b" not in other.names()
        expect_on(other, "ac")


def test_a_reset_is_one_click_and_undone_by_another_or_by_back(browser: Browser, address: str) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs(*RUNS)
        reset = opened.page.get_by_role("button", name="Reset", exact=True)
        expect(reset).to_be_hidden()
        opened.box("b").click()
        opened.address(r"#runs=off\.\w+$")
        reset.click()
        expect_on(opened, "abc実")
        opened.address(r"/$")
        expect(reset).to_be_hidden()
        opened.page.get_by_role("button", name="Undo", exact=True).last.click()
        expect_on(opened, "ac実")
        expect(reset).to_be_visible()
        reset.click()
        expect_on(opened, "abc実")
        opened.address(r"/$")
        opened.page.go_back()
        expect_on(opened, "ac実")


def test_a_reset_by_keyboard_hands_the_focus_to_what_undoes_it(browser: Browser, address: str) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs(*RUNS)
        opened.box("b").click()
        opened.page.get_by_role("button", name="Reset", exact=True).press("Enter")
        expect_on(opened, "abc実")
        expect(opened.page.get_by_role("button", name="Undo", exact=True).last).to_be_focused()
        opened.page.keyboard.press("Enter")
        expect_on(opened, "ac実")


def test_a_saved_view_is_a_download_that_opens_anywhere(
    logdir: Path, browser: Browser, address: str, tmp_path: Path
) -> None:
    before = sorted(logdir.rglob("*"))
    with tab(browser, address) as opened:
        opened.wait_for_runs(*RUNS)
        opened.box("b").click()
        with opened.page.expect_download() as saving:
            choose(opened, "Save view")
        assert saving.value.suggested_filename == FILE
        saving.value.save_as(tmp_path / FILE)
    assert json.loads((tmp_path / FILE).read_text())["view"]["runs"].startswith("off.")
    (tmp_path / "notes.json").write_text('{"notes": []}')
    with tab(browser, address) as other:
        other.wait_for_runs(*RUNS)
        picker = other.page.get_by_label("View to open")
        picker.set_input_files(tmp_path / "notes.json")
        expect(notice(other)).to_contain_text("notes.json was not opened")
        expect_on(other, "abc実")
        picker.set_input_files(tmp_path / FILE)
        expect_on(other, "ac実")
        other.page.get_by_role("button", name="Undo", exact=True).last.click()
        expect_on(other, "abc実")
        assert other.complaints == []
    assert sorted(logdir.rglob("*")) == before


def test_a_view_is_written_into_the_log_directory_only_when_that_is_confirmed(
    logdir: Path, browser: Browser, address: str
) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs(*RUNS)
        opened.box("b").click()
        choose(opened, "Write into log directory")
        dialog = opened.page.get_by_role("dialog")
        expect(dialog).to_contain_text(f"{logdir}/{FILE}")
        dialog.get_by_role("button", name="Cancel").click()
        assert not (logdir / FILE).exists()
        choose(opened, "Write into log directory")
        dialog.get_by_role("button", name=f"Write {FILE}").click()
        expect(notice(opened)).to_contain_text(f"Written: {logdir}/{FILE}")
        assert (logdir / FILE).exists()
        assert opened.complaints == []
    with tab(browser, address) as other:
        other.wait_for_runs(*RUNS)
        expect_on(other, "ac実")
        other.box("a").click()
        expect_on(other, "c実")
        other.page.reload()
        other.wait_for_runs(*RUNS)
        expect_on(other, "c実")


def test_of_several_log_directories_one_is_chosen_first(tmp_path: Path, browser: Browser) -> None:
    for name in ("new", "old"):
        write(tmp_path / name, "run", 0)
    with (
        board(tmp_path / "new", tmp_path / "old", "--port", "0") as running,
        tab(browser, running.address) as opened,
    ):
        expect(opened.box("run").first).to_be_visible(timeout=WAIT_MS)
        choose(opened, "Write into log directory")
        dialog = opened.page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name=f"Write {FILE}")).to_be_disabled()
        dialog.get_by_label(str(tmp_path / "old")).check()
        dialog.get_by_role("button", name=f"Write {FILE}").click()
        expect(notice(opened)).to_contain_text(str(tmp_path / "old" / FILE))
        assert not (tmp_path / "new" / FILE).exists()


def test_a_selection_of_10000_runs_fits_an_address(tmp_path: Path, browser: Browser) -> None:
    chance = random.Random(1)
    event_file = write_run(tmp_path / "runs" / "a first", {"loss": [1.0, 2.0]})
    content = event_file.read_bytes()
    picked = 0
    for number in range(9_999):
        letter = chance.choice("ab")
        picked += letter == "b"
        directory = tmp_path / "runs" / f"{letter} {number}"
        directory.mkdir()
        (directory / event_file.name).write_bytes(content)
    with board(tmp_path / "runs", "--port", "0") as running:
        running.wait_for("10000 runs|10,000 runs")
        drawn = f"{10_000 - picked:,} of 10,000 drawn · {picked:,} off"
        with tab(browser, running.address) as opened:
            account = opened.page.locator(".account")
            expect(account).to_have_text("10,000 of 10,000 drawn", timeout=6 * WAIT_MS)
            opened.page.get_by_role("searchbox", name="Filter runs").fill("b")
            opened.page.get_by_role("navigation").get_by_role("button", name="None").click()
            opened.page.get_by_role("searchbox", name="Filter runs").fill("")
            expect(account).to_have_text(drawn)
            address = opened.address(r"#runs=bits\.[\w-]+$")
        assert len(address) < 2_000
        with tab(browser, address) as other:
            account = other.page.locator(".account")
            expect(account).to_have_text(drawn, timeout=6 * WAIT_MS)
            expect(notice(other)).to_be_hidden()
            write(tmp_path / "runs", "a last", 5_000)
            expect(account).to_have_text(
                f"{10_001 - picked:,} of 10,001 drawn · {picked:,} off", timeout=6 * WAIT_MS
            )
