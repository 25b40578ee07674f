"""What a chart shows and how it answers to the pointer."""

import math
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Request, Route, expect

from board.axe import complaints_of_axe
from board.browser import MEASURE, WAIT_MS, OpenBoard, tab
from boards import board
from lightboard import SummaryWriter
from logdirs import write_run

pytestmark = pytest.mark.browser

POINTS = 20_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("charts")
    noise = random.Random(7)
    long = [math.sin(i / 3000) + noise.gauss(0, 0.1) for i in range(POINTS)]
    write_run(logdir / "long", {"loss": long, "once": [4.25]})
    write_run(
        logdir / "broken", {"loss": [5.0, math.nan, 5.0, math.inf, 5.0, -math.inf], "lost": [math.nan] * 3}
    )
    write_run(logdir / "restarted", {"loss": [8.0] * 4000})
    write_run(logdir / "restarted", {"loss": [9.0] * 4000}, first_step=1000, first_wall_time=1_763_900_000.0)
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[OpenBoard]:
    with tab(browser, address) as one:
        one.wait_for_curves("loss", on={"long", "restarted"}, off=set())
        yield one
        assert one.complaints == []


def about_points(request: Request) -> dict[str, Any]:
    """A question for points; empty of any other. Those of cards that came into view may still be on their way."""
    return request.post_data_json or {} if request.url.endswith("/api/scalars") else {}


def test_a_single_point_is_a_dot(opened: OpenBoard) -> None:
    opened.wait_for_curves("once", on={"long"}, off=set())
    assert 4 <= opened.pixels("once")["long"] <= 60


def test_values_that_are_not_finite_are_marked(opened: OpenBoard) -> None:
    opened.box("long").click()
    opened.box("restarted").click()
    marks = opened.page.locator('[data-tag="loss"] .non-finite')
    expect(marks).to_have_text(["×", "∞", "−∞"])
    expect(opened.page.locator('[data-tag="lost"] .non-finite')).to_have_text(["×"] * 3)


def test_the_crosshair_reads_values_steps_and_attempts(opened: OpenBoard) -> None:
    plot = opened.page.locator('[data-tag="loss"] .hit')
    size = plot.bounding_box()
    assert size
    # Far enough to the left for every run, and low down: the long run's curve is the lowest, so the nearest.
    plot.hover(position={"x": size["width"] * 0.12, "y": size["height"] * 0.95})
    rows = opened.page.locator(".crosshair tbody tr")
    expect(rows.first).to_contain_text("long")
    # The earlier attempt is superseded there.
    expect(rows).to_have_count(2)
    expect(opened.page.locator('[data-tag="loss"] header')).to_contain_text("3,000 points superseded")
    with opened.page.expect_response(lambda answer: about_points(answer.request).get("attempts") == "all"):
        opened.settings().get_by_label("Earlier attempts").check()
    plot.hover(position={"x": size["width"] * 0.125, "y": size["height"] * 0.95})
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("restarted")
    expect(opened.page.locator('[data-tag="loss"] header')).not_to_contain_text("superseded")
    expect(rows.filter(has_text="attempt 1 of 2")).to_contain_text("8")
    expect(rows.filter(has_text="attempt 2 of 2")).to_contain_text("9")


def test_the_run_under_the_pointer_stands_out_in_list_and_chart(opened: OpenBoard) -> None:
    opened.wait_for_curves("once", on={"long"}, off=set())
    usual = opened.pixels("once")["long"]
    opened.row("long").hover()
    opened.page.wait_for_function(
        f"(usual) => ({MEASURE})('once')?.long?.count > usual", arg=usual, timeout=WAIT_MS
    )
    opened.page.locator('[data-tag="once"] .hit').hover()  # its middle, where the only point is
    expect(opened.row("long")).to_have_class(re.compile("hovered"))


def test_a_box_zooms_in_full_resolution_and_a_double_click_resets(opened: OpenBoard) -> None:
    plot = opened.page.locator('[data-tag="loss"] .hit')
    size = plot.bounding_box()
    assert size
    top = size["y"] + 5
    opened.page.mouse.move(size["x"] + size["width"] * 0.5, top)
    opened.page.mouse.down()
    opened.page.mouse.move(size["x"] + size["width"] * 0.55, top + size["height"] - 10, steps=4)
    with opened.page.expect_request(lambda request: about_points(request).get("x_min") is not None) as asked:
        opened.page.mouse.up()
    query = about_points(asked.value)
    assert 0.4 * POINTS < query["x_min"] < query["x_max"] < 0.6 * POINTS
    expect(opened.page.get_by_role("button", name="Reset zoom")).to_be_visible()
    steps = opened.page.locator('[data-tag="loss"] .axes text.x')
    expect(steps.first).to_have_text(re.compile("^(9|1[01])[0-9,k.]+$"))
    plot.dblclick()
    expect(opened.page.get_by_role("button", name="Reset zoom")).to_be_hidden()
    expect(steps.first).to_have_text("0")


def test_smoothing_calms_the_curve_and_leaves_the_raw_one_behind_it(opened: OpenBoard) -> None:
    sharp = opened.pixels("loss")["long"]
    opened.page.get_by_role("slider", name="Smoothing").fill("0.99")
    opened.page.wait_for_function(
        f"(sharp) => {{ const n = ({MEASURE})('loss')?.long?.count; return n > 0 && n < sharp / 2; }}",
        arg=sharp,
        timeout=WAIT_MS,
    )
    opened.page.locator('[data-tag="loss"] .hit').hover()
    expect(opened.page.get_by_role("columnheader", name="Smoothed")).to_be_visible()


def test_smoothing_of_each_kind_is_asked_for_and_kept(opened: OpenBoard) -> None:
    kind = opened.settings().get_by_role("combobox", name="Kind of smoothing")
    amount = opened.settings().get_by_role("spinbutton", name="Amount of smoothing")

    def asks_for(smoothing: dict[str, object]) -> Callable[[Request], bool]:
        return lambda request: about_points(request).get("smoothing") == smoothing

    kind.select_option("Gaussian")
    with opened.page.expect_request(asks_for({"kind": "gaussian", "sigma": 50})):
        amount.fill("50")
        amount.press("Enter")
    with opened.page.expect_request(asks_for({"kind": "mean", "window": 50})):
        kind.select_option("Mean")
    amount.fill("-1")
    amount.press("Enter")
    expect(amount).to_have_value("50")
    opened.page.reload()
    opened.settings()
    expect(kind).to_have_value("mean")
    expect(amount).to_have_value("50")


@pytest.mark.parametrize(("name", "pattern"), [("Relative", r"\d (s|min|h)"), ("Wall", r"\d\d:\d\d")])
def test_the_axis_can_be_time(opened: OpenBoard, name: str, pattern: str) -> None:
    opened.page.get_by_role("radio", name=name).check()
    labels = opened.page.locator('[data-tag="loss"] .axes text.x')
    expect(labels.nth(1)).to_have_text(re.compile(pattern), timeout=WAIT_MS)
    opened.wait_for_curves("loss", on={"long", "restarted"}, off=set())


def test_the_theme_is_kept(opened: OpenBoard) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = opened.page.evaluate(ground)
    opened.settings().get_by_role("radio", name="Dark").check()
    opened.page.wait_for_function(f"(light) => {ground} !== light", arg=light)
    dark = opened.page.evaluate(ground)
    opened.page.reload()
    opened.wait_for_curves("loss", on={"long", "restarted"}, off=set())
    assert opened.page.evaluate(ground) == dark


def test_keys_move_the_crosshair_and_zoom(opened: OpenBoard) -> None:
    opened.page.locator('[data-tag="loss"] .hit').focus()
    opened.page.keyboard.press("ArrowLeft")
    expect(opened.page.locator(".crosshair")).to_be_visible()
    said = opened.page.locator('[data-tag="loss"] figure > p[role=status]')
    expect(said).to_have_text(re.compile(r"^long: -?\u2212?[0-9.]+ at step [0-9,]+$"))
    step = said.inner_text()
    opened.page.keyboard.press("ArrowLeft")
    expect(said).not_to_have_text(step)
    opened.page.keyboard.press("+")
    expect(opened.page.get_by_role("button", name="Reset zoom")).to_be_visible()
    opened.page.keyboard.press("Escape")
    opened.page.keyboard.press("Escape")
    expect(opened.page.get_by_role("button", name="Reset zoom")).to_be_hidden()


def test_a_narrow_window_scrolls_nothing_sideways(browser: Browser, address: str) -> None:
    with tab(browser, address, viewport={"width": 320, "height": 720}) as opened:
        opened.wait_for_runs("long")
        opened.wait_for_curves("loss", on={"long"}, off=set())
        width = opened.page.evaluate("document.documentElement.scrollWidth")
        assert width == 320


def test_wide_numbers_at_the_axis_are_whole(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "tiny", {"loss": [-1e-30, 1e-30, -5e-31]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        opened.wait_for_curves("loss", on={"tiny"}, off=set())
        labels = opened.page.locator('[data-tag="loss"] text.y')
        assert any("−0.5e−30" in text or "−1.0e−30" in text for text in labels.all_text_contents())
        card = opened.page.locator('[data-tag="loss"] figure').bounding_box()
        assert card
        for label in labels.all():
            box = label.bounding_box()
            assert box
            assert box["x"] >= card["x"], label.text_content()


def test_no_name_breaks_its_line_or_turns_the_reading_direction(tmp_path: Path, browser: Browser) -> None:
    name = "line\nbreak\u202eevil"
    shown = "line␊break⟨202E⟩evil"
    write_run(tmp_path / name, {name: [1.0, 2.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        expect(opened.page.locator("[data-run-id] .name")).to_have_text(shown)
        expect(opened.page.locator("article h3")).to_have_text(shown)
        chart = opened.page.get_by_role("application", name=f"Chart of {shown}")
        chart.focus()
        opened.page.keyboard.press("ArrowLeft")
        expect(opened.page.locator("figure p[role=status]")).to_contain_text(f"{shown}: ")
        opened.page.keyboard.press("Enter")
        expect(opened.page.get_by_role("region", name=f"Values of {shown} at step")).to_be_visible()
        opened.settings().get_by_role("combobox", name="Another tag").select_option(label=shown)
        expect(opened.page.locator("figure .notes")).to_contain_text(f"x is {shown} at the same step")


def test_keys_that_come_before_the_curves_are_answered_with_them(opened: OpenBoard) -> None:
    held: list[Route] = []
    opened.page.route("**/api/scalars", lambda route: held.append(route))  # noqa: PLW0108 (it is given an attribute)
    opened.page.reload()
    opened.page.locator('[data-tag="loss"] .hit').focus()
    opened.page.keyboard.press("ArrowLeft")
    said = opened.page.locator('[data-tag="loss"] figure > p[role=status]')
    expect(said).to_have_text("the curves are not here yet")
    for route in held:
        route.continue_()
    opened.page.unroute("**/api/scalars")
    expect(said).to_contain_text("long: ")
    assert opened.complaints == []


def test_the_keyboard_can_skip_the_run_list(opened: OpenBoard) -> None:
    opened.page.keyboard.press("Tab")
    expect(opened.page.get_by_role("link", name="Skip to the charts")).to_be_focused()
    opened.page.keyboard.press("Enter")
    for name in ("Top level 3 tags", "Menu of loss"):
        opened.page.keyboard.press("Tab")
        expect(opened.page.get_by_role("button", name=name, exact=True)).to_be_focused()
    opened.page.keyboard.press("Tab")
    expect(opened.page.locator('[data-tag="loss"] .hit')).to_be_focused()


def test_a_chart_is_drawn_anew_for_a_screen_with_other_pixels(browser: Browser, address: str) -> None:
    with tab(browser, address, viewport=None) as opened:
        opened.wait_for_curves("loss", on={"long", "restarted"}, off=set())
        width = "document.querySelector('[data-tag=\"loss\"] canvas').width"
        before = opened.page.evaluate(width)
        devtools = opened.page.context.new_cdp_session(opened.page)
        finer = {"width": 0, "height": 0, "deviceScaleFactor": 2, "mobile": False}
        devtools.send("Emulation.setDeviceMetricsOverride", finer)
        opened.page.wait_for_function(
            f"(before) => Math.abs({width} - 2 * before) <= 1", arg=before, timeout=WAIT_MS
        )
        assert opened.complaints == []


def test_a_card_tells_what_its_tag_is_called_and_what_that_means(tmp_path: Path, browser: Browser) -> None:
    words = "How far off.\n<img src=x onerror=alert(1)> is text."
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(3):
            writer.add_scalar(
                "eval/loss", step, step, display_name="Cross\u202e entropy", summary_description=words
            )
            writer.add_scalar("eval/plain", step, step)
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        card = opened.card("eval/loss")
        expect(card.locator("h3 .called")).to_have_text("Cross⟨202E⟩ entropy")
        expect(opened.card("eval/plain").locator("h3 .called")).to_have_count(0)
        opened.choose("eval/loss", "About this tag")
        dialog = opened.page.get_by_role("dialog", name="About this tag, as logged")
        expect(dialog.locator("dd")).to_have_text(words, use_inner_text=True)
        expect(dialog.locator("img")).to_have_count(0)
        assert complaints_of_axe(opened) == []
        opened.page.keyboard.press("Escape")
        opened.card("eval/plain").get_by_role("button", name="Menu of eval/plain").click()
        expect(opened.page.get_by_role("menuitem", name="About this tag")).to_have_count(0)
        assert opened.complaints == []


def test_clipping_is_by_all_points_where_not_all_are_drawn(browser: Browser, address: str) -> None:
    with tab(browser, address + "#chart=(clip:5)") as opened:
        note = opened.card("loss").get_by_text("clipped: about")
        opened.wait_for_runs("long")
        for run in ("broken", "restarted"):
            opened.box(run).click()
        expect(note).to_have_text(re.compile(r"^clipped: about [0-9,]+ points above, [0-9,]+ below$"))
        counts = [int(count.replace(",", "")) for count in re.findall("[0-9][0-9,]*", note.inner_text())]
        # The axis leaves a little room beyond what is not clipped.
        assert all(0.001 * POINTS < count <= 0.05 * POINTS for count in counts)
        assert opened.complaints == []
