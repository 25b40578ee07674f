"""What the doctor says of TensorBoard's pages is what a real one does in a real Chromium."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tensorboardX import SummaryWriter

from doctor.looking import codes, found
from doctor.tensorboards import TensorBoard, tensorboard
from lightboard.doctor.served import ask
from logdirs import FIRST_WALL_TIME, write_run

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("only_the_board")]

COLOURS = """
() => new Set([...document.querySelectorAll("runs-data-table tb-data-table-content-row button")]
    .map((button) => button.style.background).filter((colour) => colour)).size
"""

# How far right a list shows anything of a row, and where the last character of the row's name would stand.
CUT = """
(row) => {
  const name = [...row.querySelectorAll(".cell")].find((cell) => cell.textContent.trim());
  const text = name.firstChild;
  const last = document.createRange();
  last.setStart(text, text.data.trimEnd().length - 1);
  last.setEnd(text, text.data.trimEnd().length);
  return [row.closest("runs-selector-component").getBoundingClientRect().right, last.getBoundingClientRect().left];
}
"""

NUMBERED = 34
LONG_NAME = "an_experiment_with_a_very_long_name_and_version_"


@dataclass
class Opened:
    """A tab with a TensorBoard of 41 runs."""

    page: Page
    server: TensorBoard
    runs: Path

    def at(self, address: str) -> None:
        """Open another address of the server, as a new page."""
        self.page.goto("about:blank")
        self.page.goto(self.server.url + address)

    @property
    def rows(self) -> Locator:
        """Rows of the list of Time Series."""
        return self.page.locator("runs-data-table tb-data-table-content-row")

    @property
    def switched_on(self) -> Locator:
        """Boxes in it that are on."""
        return self.rows.locator("input:checked")

    def box(self, run: str) -> Locator:
        """The box of a run in it."""
        return self.rows.filter(has_text=run).locator("input")

    def older_box(self, run: str) -> Locator:
        """The box of a run on the older pages."""
        return self.page.locator(f'tf-multi-checkbox paper-checkbox[id="checkbox-{run}"]')

    def card(self, tag: str) -> Locator:
        """The one card that Time Series shows at this address."""
        self.at(f"?tagFilter={tag}#timeseries")
        card = self.page.locator("scalar-card")
        expect(card).to_have_count(1)
        return card

    def wait_for(self, runs: int) -> None:
        """Wait until the server has so many runs."""
        while len(ask(self.server.url).runs or ()) != runs:
            pass  # Each question waits for an answer; the test's own limit ends this.

    def told(self, address: str, run: str | None = None) -> set[str]:
        """What the doctor says of the address."""
        return codes(self.runs, url=self.server.url + address, run=run)


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """What many tests look at and none changes: which of them comes first is left to pytest."""
    with opened_on(tmp_path_factory.mktemp("page") / "runs", browser) as opened:
        yield opened


@contextmanager
def opened_on(runs: Path, browser: Browser) -> Iterator[Opened]:
    for name in ("実験", *(f"run{number}" for number in range(NUMBERED))):
        write_run(runs / name, {"loss": [1.0, 2.0, 3.0]})
    for version in (1, 2):
        write_run(runs / f"{LONG_NAME}{version}", {"loss": [1.0, 2.0, 3.0]})
    write_run(runs / "two", {"two": [0.0, 10.0]})
    write_run(runs / "spike", {"spike": [1.0] * 60 + [1000.0] + [1.0] * 39})
    write_run(runs / "again", {"again": [1.0, 2.0]})
    write_run(runs / "again", {"again": [3.0, 4.0]}, first_step=2, first_wall_time=FIRST_WALL_TIME + 86_400)
    with SummaryWriter(str(runs / "pictures")) as writer:
        for step in range(25):
            for tag in ("digits", "faces"):
                writer.add_image(tag, np.zeros((1, 2, 2), np.uint8), step)
    with tensorboard("--logdir", runs, "--reload_interval=1") as server, browser.new_page() as page:
        yield Opened(page, server, runs)


@pytest.mark.detects("U02", "U03", "U13", "page_habits")
def test_keys_switch_nothing_a_double_click_all_and_a_reload_forgets(opened: Opened) -> None:
    opened.at("#timeseries")
    expect(opened.switched_on).to_have_count(41)
    opened.box("run11").focus()
    opened.page.keyboard.press("Space")
    opened.box("run12").click()
    expect(opened.switched_on).to_have_count(40)
    expect(opened.box("run11")).to_be_checked()
    opened.box("run11").dblclick()
    expect(opened.switched_on).to_have_count(1)
    expect(opened.box("run11")).to_be_checked()
    opened.page.reload()
    expect(opened.switched_on).to_have_count(41)
    assert "page_habits" in opened.told("#timeseries", run="run11")


@pytest.mark.detects("U17", "colours_repeat", "U24", "order_not_natural")
def test_colours_and_order(opened: Opened) -> None:
    opened.at("#timeseries")
    expect(opened.rows).to_have_count(41)
    assert opened.page.evaluate(COLOURS) == 7
    assert opened.rows.nth(6).inner_text().strip() == "run10"
    assert {"colours_repeat", "order_not_natural"} <= opened.told("", run="run11")


@pytest.mark.detects("U10", "filter_in_address", "U11", "pattern_invalid")
def test_filters(opened: Opened) -> None:
    opened.at("?runFilter=RUN1#timeseries")
    expect(opened.rows).to_have_count(11)
    assert "filter_in_address" in opened.told("?runFilter=RUN1#timeseries")
    opened.at("?runFilter=(#timeseries")
    expect(opened.page.get_by_role("textbox", name="Filter runs (regex)")).to_have_value("(")
    opened.page.wait_for_load_state("networkidle")
    expect(opened.rows).to_have_count(0)
    assert "pattern_invalid" in opened.told("?runFilter=(")
    opened.at("#scalars&regexInput=(")
    expect(opened.older_box("run11")).to_be_visible()
    assert "pattern_invalid" not in opened.told("#scalars&regexInput=(")


@pytest.mark.detects("U01", "name_beyond_latin1", "U09", "runs_off_elsewhere", "U14", "selection_in_address")
def test_the_older_pages(opened: Opened) -> None:
    """More than 40 runs are off there; a name beyond Latin-1 that was switched keeps the others from switching."""
    opened.at("#scalars")
    expect(opened.older_box("run1")).to_have_attribute("aria-checked", "false")
    opened.older_box("run1").click()
    expect(opened.page).to_have_url(re.compile("runSelectionState="))
    written = opened.page.url
    for run in ("実験", "run2"):
        with opened.page.expect_event("pageerror") as error:
            opened.older_box(run).click()
        assert "Latin1" in str(error.value)
    assert opened.page.url == written
    assert {"name_beyond_latin1", "runs_off_elsewhere"} <= opened.told("#scalars")
    opened.at("#timeseries")
    expect(opened.switched_on).to_have_count(41)


@pytest.mark.detects("U18", "smoothing_of_few", "page_habits")
def test_smoothing_and_clipping(opened: Opened) -> None:
    chart = opened.card("two").locator("line-chart")
    tooltip = opened.page.locator(".tooltip-container")
    while (
        not tooltip.is_visible()
    ):  # A curve that comes after the pointer is told of when the pointer moves again.
        chart.hover(position={"x": 40, "y": 60})
        chart.hover(position={"x": 300, "y": 60})
    expect(tooltip).to_contain_text("6.25")
    expect(tooltip).to_contain_text("10")
    ticks = opened.card("spike").locator(".y-axis text, line-chart-axis text")
    expect(ticks.first).to_be_visible()
    assert all(float(tick) < 1000 for tick in ticks.all_text_contents())
    assert {"smoothing_of_few", "page_habits"} <= opened.told("#timeseries", run="two")


@pytest.mark.detects("U19", "page_habits")
def test_settings_are_kept_for_the_address(opened: Opened, browser: Browser) -> None:
    """Nothing of the log directory is kept beside them, so that whatever is served there next gets them."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{opened.server.url}#timeseries")
        smoothing = page.locator(
            ".scalars-smoothing input[type=number], .scalar-smoothing input[type=number]"
        )
        expect(smoothing).to_have_value("0.6")
        smoothing.fill("0.9")
        page.wait_for_function("() => localStorage._tb_global_settings?.includes('0.9')")
        kept = page.evaluate("() => JSON.stringify(localStorage)")
        assert opened.runs.name not in kept
        page.close()
        page = context.new_page()
        page.goto(f"{opened.server.url}#timeseries")
        expect(page.locator(".scalars-smoothing input[type=number]")).to_have_value("0.9")
    assert "page_habits" in opened.told("#timeseries", run="two")


@pytest.mark.detects("U23", "pause_in_run")
def test_a_relative_axis_with_a_pause(opened: Opened) -> None:
    """Two sessions of a second each, a day apart."""
    card = opened.card("again")
    opened.page.locator(".x-axis-type mat-select").click()
    opened.page.get_by_role("option", name="Relative").click()
    expect(card.locator("text").filter(has_text=re.compile("day|hr")).last).to_be_visible()
    paused = found("pause_in_run", opened.runs, url=opened.server.url)
    assert [place.run for place in paused.places] == ["again"]


@pytest.mark.detects("U25", "names_cut_alike")
def test_long_names_are_cut_where_they_differ(opened: Opened) -> None:
    opened.at("#timeseries")
    long = opened.rows.filter(has_text=LONG_NAME)
    expect(long).to_have_count(2)
    for row in long.all():
        seen_to, last = row.evaluate(CUT)
        assert last > seen_to
    assert "names_cut_alike" in opened.told("#timeseries")


@pytest.mark.detects("U26", "images_sampled")
def test_ten_images_of_a_tag_and_sliders_of_their_own(opened: Opened) -> None:
    opened.at("?tagFilter=digits|faces#timeseries")
    digits, faces = (opened.page.locator("image-card").filter(has_text=tag) for tag in ("digits", "faces"))
    expect(digits.get_by_role("slider")).to_have_attribute("max", "9")
    expect(faces).to_contain_text("Step 24")
    digits.get_by_role("slider").press("ArrowLeft")
    expect(digits).not_to_contain_text("Step 24")
    expect(faces).to_contain_text("Step 24")
    places = found("images_sampled", opened.runs, url=opened.server.url).places
    assert sorted(str(place.tag) for place in places) == ["digits", "faces"]


@pytest.mark.detects("U16", "page_habits")
def test_nothing_is_loaded_until_that_is_set(opened: Opened, browser: Browser) -> None:
    with browser.new_page() as page:
        page.clock.install()
        page.goto(f"{opened.server.url}#timeseries")
        expect(page.locator("runs-data-table tb-data-table-content-row").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.clock.fast_forward("10:00")
        assert [url for url in asked if url.endswith("/data/runs")] == []
        page.locator("settings-button button").click()
        page.get_by_label("Reload data").check()
        with page.expect_request("**/data/runs"):
            page.clock.fast_forward("00:31")
    assert "page_habits" in opened.told("#timeseries", run="run11")


@pytest.mark.detects(
    "U15", "U09", "U20", "U07", "runs_off", "address_too_long", "selection_in_address", "page_habits"
)
def test_runs_that_come(tmp_path: Path, browser: Browser) -> None:
    with opened_on(tmp_path / "runs", browser) as opened:
        come_later_and_are_on_though_all_were_switched_off(opened)
        grow_to_more_than_500(opened)
        are_toggled_from_off_on_and_where_a_filter_hides_them(opened)


def come_later_and_are_on_though_all_were_switched_off(opened: Opened) -> None:
    opened.at("#timeseries")
    expect(opened.switched_on).to_have_count(41)
    opened.page.locator("runs-data-table tb-data-table-header-cell input").first.click()
    expect(opened.switched_on).to_have_count(0)
    write_run(opened.runs / f"run{NUMBERED}", {"loss": [1.0]})
    opened.wait_for(42)
    opened.page.locator(".reload-button").click()
    expect(opened.box(f"run{NUMBERED}")).to_be_checked()
    expect(opened.switched_on).to_have_count(1)
    assert "page_habits" in opened.told("#timeseries", run="run1")


def grow_to_more_than_500(opened: Opened) -> None:
    """On the older pages a selection of all makes an address that nobody can send."""
    shutil.rmtree(opened.runs / "実験")  # With it no selection comes into the address.
    for number in range(NUMBERED + 1, 495):
        write_run(opened.runs / f"run{number}", {"loss": [1.0]})
    opened.wait_for(501)
    opened.at("#timeseries")
    expect(opened.rows).to_have_count(501)
    expect(opened.switched_on).to_have_count(0)
    assert "runs_off" in opened.told("#timeseries")
    opened.at("#scalars")
    expect(opened.older_box("run1")).to_be_visible()
    opened.page.get_by_text("Toggle all runs").click()
    expect(opened.page).to_have_url(re.compile("runSelectionState="))
    address = opened.page.url.removeprefix(opened.server.url)
    assert len(address) > 5_000
    assert "address_too_long" in opened.told(address)


def are_toggled_from_off_on_and_where_a_filter_hides_them(opened: Opened) -> None:
    opened.at("#scalars&regexInput=run11")
    expect(opened.older_box("run11")).to_have_attribute("aria-checked", "true")
    opened.page.get_by_text("Toggle all runs").click()
    expect(opened.older_box("run11")).to_have_attribute("aria-checked", "false")
    expect(opened.older_box("run2")).to_have_count(0)
    expect(opened.page).to_have_url(re.compile("runSelectionState="))
    address = opened.page.url.removeprefix(opened.server.url)
    switched = found("selection_in_address", opened.runs, url=opened.server.url + address)
    assert {"run2", "run11"} <= {place.run for place in switched.places}
    assert "page_habits" in opened.told(address, run="run2")
