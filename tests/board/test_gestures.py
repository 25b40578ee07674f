"""Pointer, wheel and keys on a chart: what each does to its window, and what all charts share."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from board.browser import MEASURE, WAIT_MS, OpenBoard, tab
from board.programs import program
from boards import board
from index.records import header, scalar, write
from logdirs import write_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("gestures")
    for number in range(12):
        level = [number + math.sin(step / 9) for step in range(400)]
        write_run(
            logdir / f"run{number}", {"loss": level, "lr": [10.0 ** (-step / 80) for step in range(400)]}
        )
    spikes = [1e6 if step in (100, 200, 300) else step % 10 for step in range(400)]
    write_run(logdir / "spiky", {"spikes": spikes, "signed": [step - 200 for step in range(400)]})
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[OpenBoard]:
    with tab(browser, address) as one:
        one.wait_for_curves("loss", on={"run0", "run11"}, off=set())
        yield one
        assert one.complaints == []


def plot(page: Page, tag: str) -> Locator:
    return page.locator(f'[data-tag="{tag}"] .hit')


def middle(where: Locator) -> tuple[float, float]:
    box = where.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def labels(page: Page, tag: str, axis: str) -> list[str]:
    """The texts along an axis, as numbers are written."""
    return page.locator(f'[data-tag="{tag}"] .axes text.{axis}').all_text_contents()


def wait_for_charts(page: Page, *tags: str) -> None:
    """Wait until the cards of these tags have drawn something, and so have axes."""
    for tag in tags:
        page.wait_for_selector(f'[data-tag="{tag}"] figure:not([data-drawn="0"])')


def numbers(page: Page, tag: str, axis: str) -> list[float]:
    return [float(re.sub("[k,]", "", text.replace("−", "-"))) for text in labels(page, tag, axis)]


def set_up(page: Page, settings: str) -> None:
    """Open the page anew with charts set up by its address."""
    address = page.url.split("#")[0]
    page.goto("about:blank")
    page.goto(f"{address}#chart=({settings})")


def test_the_wheel_magnifies_an_axis_and_scrolls_the_page_over_the_plot(opened: OpenBoard) -> None:
    page = opened.page
    page.set_viewport_size({"width": 1280, "height": 500})
    before_x, before_y = labels(page, "loss", "x"), labels(page, "loss", "y")
    at = middle(plot(page, "loss"))
    page.mouse.move(*at)
    page.mouse.wheel(0, 60)
    moved = """(y) => {
      const { top, height } = document.querySelector('[data-tag="loss"] .hit').getBoundingClientRect();
      return top + height / 2 - y;
    }"""
    page.wait_for_function(f"(y) => ({moved})(y) < -5", arg=at[1])
    assert labels(page, "loss", "x") == before_x
    page.mouse.wheel(0, -600)
    page.wait_for_function(f"(y) => Math.abs(({moved})(y)) < 1", arg=at[1])
    page.mouse.move(*middle(page.locator('[data-tag="loss"] .hit-x')))
    page.mouse.wheel(0, -200)
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
    after = numbers(page, "loss", "x")
    assert 100 <= after[0] < after[-1] <= 300
    assert middle(plot(page, "loss"))[1] == pytest.approx(at[1], abs=1)
    page.locator('[data-tag="loss"] .hit-x').dblclick()
    expect(page.get_by_role("button", name="Reset zoom")).to_be_hidden()
    page.mouse.move(*middle(page.locator('[data-tag="loss"] .hit-y')))
    page.mouse.wheel(0, -200)
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
    assert labels(page, "loss", "x") == before_x
    assert labels(page, "loss", "y") != before_y


def test_ctrl_and_the_wheel_magnify_around_the_pointer(opened: OpenBoard) -> None:
    page = opened.page
    page.mouse.move(*middle(plot(page, "loss")))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -240)
    page.keyboard.up("Control")
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
    x, y = numbers(page, "loss", "x"), numbers(page, "loss", "y")
    assert 50 < x[0] < 200 < x[-1] < 350
    assert -1 < y[0] < y[-1] < 12


def test_a_drag_on_an_axis_moves_it_and_shift_moves_the_window(opened: OpenBoard) -> None:
    page = opened.page
    x, y = middle(page.locator('[data-tag="loss"] .hit-x'))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y, steps=4)
    page.mouse.up()
    moved = numbers(page, "loss", "x")
    assert moved[0] > 0
    assert moved[-1] > 400
    before = numbers(page, "loss", "y")
    x, y = middle(plot(page, "loss"))
    page.mouse.move(x, y)
    page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(x + 100, y + 40, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    assert numbers(page, "loss", "x")[0] == 0
    assert numbers(page, "loss", "y")[-1] > before[-1]
    plot(page, "loss").dblclick()
    expect(page.get_by_role("button", name="Reset zoom")).to_be_hidden()


def test_a_flat_drag_magnifies_x_and_y_shows_what_is_there(opened: OpenBoard) -> None:
    page = opened.page
    wait_for_charts(page, "lr")
    box = plot(page, "lr").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.75, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.95, y + 2, steps=4)
    page.mouse.up()
    assert max(float(text.replace("−", "-")) for text in labels(page, "lr", "y")) < 0.001


def test_keys_do_what_the_pointer_does(opened: OpenBoard) -> None:
    page = opened.page
    plot(page, "loss").focus()
    before_y = labels(page, "loss", "y")
    page.keyboard.press("x")
    x = numbers(page, "loss", "x")
    assert 0 < x[0] < x[-1] < 400
    page.keyboard.press("Shift+ArrowRight")
    assert numbers(page, "loss", "x")[-1] > x[-1]
    page.keyboard.press("Shift+X")
    page.keyboard.press("y")
    assert labels(page, "loss", "y") != before_y
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Reset zoom")).to_be_hidden()


def test_fingers_read_values_and_magnify(browser: Browser, address: str) -> None:
    window = {"width": 390, "height": 844}
    with tab(browser, address, viewport=window, has_touch=True, is_mobile=True) as opened:
        page = opened.page
        opened.wait_for_runs("run0")
        page.get_by_role("button", name="Runs", exact=True).tap()
        wait_for_charts(page, "loss")
        before_x, before_y = numbers(page, "loss", "x"), labels(page, "loss", "y")
        x, y = middle(plot(page, "loss"))
        fingers = page.context.new_cdp_session(page)

        def touch(kind: str, *places: tuple[float, float]) -> None:
            points = [{"x": x + right, "y": y + down, "id": i} for i, (right, down) in enumerate(places)]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", (-40, 0))
        touch("touchStart", (-40, 0), (40, 5))
        for apart in range(50, 130, 10):
            touch("touchMove", (-apart, 0), (apart, 5))
        touch("touchEnd")
        expect(page.get_by_role("button", name="Reset zoom")).to_have_count(1)
        after = numbers(page, "loss", "x")
        assert before_x[0] < after[0] < 200 < after[-1] < before_x[-1]
        assert labels(page, "loss", "y") == before_y
        table = page.get_by_role("region", name="Values of loss at step")
        expect(table).to_have_count(0)
        plot(page, "loss").tap()
        expect(table.get_by_role("status")).to_contain_text("12 runs")
        page.get_by_role("button", name="Reset zoom").tap()
        before_x = numbers(page, "loss", "x")
        x, y = middle(page.locator('[data-tag="loss"] .hit-x'))
        touch("touchStart", (0, 0))
        touch("touchStart", (0, 0), (60, 0))
        touch("touchMove", (0, 0), (61, 0))
        assert numbers(page, "loss", "x") == before_x
        touch("touchMove", (-40, 0), (61, 0))
        touch("touchEnd")
        assert numbers(page, "loss", "x")[0] > before_x[0]
        assert opened.complaints == []


def test_the_crosshair_is_in_every_card_and_leaves_with_the_pointer(opened: OpenBoard) -> None:
    page = opened.page
    plot(page, "loss").hover()
    for tag in ("loss", "lr", "spikes"):
        expect(page.locator(f'[data-tag="{tag}"] line.cross')).to_have_count(1)
    expect(page.locator(".crosshair")).to_have_count(1)
    expect(page.locator(".crosshair tbody tr")).to_have_count(8)
    expect(page.locator(".crosshair")).to_contain_text("and 4 more")
    page.mouse.move(5, 5)
    expect(page.locator("line.cross")).to_have_count(0)


# How many values are told, how far they begin below their card, and how far above the window's lower edge they end.
VALUES = """
() => {
  const values = document.querySelector(".crosshair");
  const { top, bottom } = values.getBoundingClientRect();
  const card = document.querySelector('[data-tag="loss"]').getBoundingClientRect();
  return [values.querySelectorAll("tbody tr").length, top - card.bottom, innerHeight - bottom];
}
"""


def test_the_values_at_the_crosshair_stay_by_their_card_and_in_the_window(opened: OpenBoard) -> None:
    """While the pointer stays where it is."""
    page = opened.page
    plot(page, "loss").hover()
    rows = page.locator(".crosshair tbody tr")
    expect(rows).to_have_count(8)
    first = page.evaluate(VALUES)
    assert min(first[1:]) > 0
    page.set_viewport_size({"width": 1280, "height": 400})
    expect(rows).to_have_count(3)
    page.wait_for_function(f"() => ({VALUES})()[2] > 0", timeout=WAIT_MS)
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(rows).to_have_count(8)
    page.wait_for_function(f"(first) => String(({VALUES})()) === String(first)", arg=first, timeout=WAIT_MS)
    page.set_viewport_size({"width": 1280, "height": 600})
    top = opened.card("loss").evaluate("card => card.getBoundingClientRect().top")
    page.mouse.wheel(0, 40)
    page.wait_for_function(
        """(top) => document.querySelector('[data-tag="loss"]').getBoundingClientRect().top < top""",
        arg=top,
        timeout=WAIT_MS,
    )
    page.wait_for_function(f"(below) => ({VALUES})()[1] === below", arg=first[1], timeout=WAIT_MS)


@pytest.mark.parametrize(
    ("order", "first"), [("descending", "run11"), ("ascending", "run0"), ("name", "run0")]
)
def test_the_values_at_the_crosshair_come_in_the_order_that_was_set(
    opened: OpenBoard, order: str, first: str
) -> None:
    set_up(opened.page, f"tooltip:{order}")
    opened.wait_for_curves("loss", on={"run0"}, off=set())
    plot(opened.page, "loss").hover()
    expect(opened.page.locator(".crosshair tbody tr").first).to_contain_text(first)


def test_a_run_hovered_in_the_list_stands_out_in_every_card(opened: OpenBoard) -> None:
    page = opened.page
    wait_for_charts(page, "loss", "lr")
    usual = {tag: opened.pixels(tag)["run3"] for tag in ("loss", "lr")}
    opened.row("run3").hover()
    for tag, count in usual.items():
        page.wait_for_function(
            f"([tag, usual]) => ({MEASURE})(tag)?.run3?.count > usual", arg=[tag, count], timeout=WAIT_MS
        )
        expect(page.locator(f'[data-tag="{tag}"] canvas.dimmed')).to_have_count(1)
    expect(page.locator('[data-tag="spikes"] canvas.dimmed')).to_have_count(0)
    opened.box("run3").click()
    opened.wait_for_curves("loss", on={"run4"}, off={"run3"})
    expect(page.locator("canvas.dimmed")).to_have_count(0)


def test_linked_cards_show_the_same_part_of_x(opened: OpenBoard) -> None:
    page = opened.page
    set_up(page, "linkX:!t")
    wait_for_charts(page, "loss", "lr", "spikes")
    before = labels(page, "loss", "y")
    plot(page, "lr").focus()
    page.keyboard.press("x")
    for tag in ("loss", "lr", "spikes"):
        x = numbers(page, tag, "x")
        assert 0 < x[0] < x[-1] < 400, tag
    assert labels(page, "loss", "y") == before
    expect(page.get_by_role("button", name="Reset zoom")).to_have_count(4)
    page.get_by_role("button", name="Reset zoom").first.click()
    expect(page.get_by_role("button", name="Reset zoom")).to_have_count(0)


def test_keys_of_a_chart_are_found_on_a_keyboard_of_other_letters(opened: OpenBoard) -> None:
    page = opened.page
    opened.wait_for_curves("loss", on={"run0"}, off=set())
    # As a Russian keyboard says that the key of x was pressed.
    plot(page, "loss").dispatch_event("keydown", {"key": "ч", "code": "KeyX", "bubbles": True})
    expect(page.get_by_role("button", name="Reset zoom")).to_have_count(1)


def test_clipping_says_how_much_it_clips(opened: OpenBoard) -> None:
    page = opened.page
    opened.wait_for_curves("spikes", on={"spiky"}, off=set())
    expect(page.get_by_text("clipped")).to_have_count(0)
    set_up(page, "clip:1")
    expect(page.locator('[data-tag="spikes"]').get_by_text("clipped: 3 points above")).to_be_visible()
    assert max(numbers(page, "spikes", "y")) <= 10


def test_log_axes_have_a_place_for_every_value(opened: OpenBoard) -> None:
    page = opened.page
    set_up(page, "xLog:!t,yLog:!t")
    wait_for_charts(page, "lr", "signed")
    assert numbers(page, "lr", "y")[-1] == 1
    assert min(numbers(page, "lr", "y")) <= 1e-4
    signed = numbers(page, "signed", "y")
    assert signed[0] < 0 < signed[-1]
    assert 0 in signed
    x = numbers(page, "lr", "x")
    assert x[0] == 0
    assert 100 in x


def test_linked_cards_of_unequal_length_hear_of_nothing_new(tmp_path: Path, browser: Browser) -> None:
    evals = ("'runs/a'", ["eval"], 1.0)
    with program(tmp_path, ("'runs/b'", ["train"], 2.0)) as long, program(tmp_path, evals) as short:
        long.log(500)
        short.log(100)
        with (
            board(tmp_path / "runs", "--port", "0") as running,
            tab(browser, running.address + "#chart=(linkX:!t)") as opened,
        ):
            page = opened.page
            opened.wait_for_curves("train", on={"b"}, off=set())
            opened.wait_for_curves("eval", on={"a"}, off=set())
            plot(page, "eval").focus()
            page.keyboard.press("x")
            window = labels(page, "eval", "x")
            news = page.get_by_role("button", name="new data")
            expect(page.get_by_role("button", name="Reset zoom")).to_have_count(2)
            assert labels(page, "train", "x") == window
            expect(news).to_have_count(0)
            short.log(20)
            expect(news).to_have_count(1, timeout=WAIT_MS)
            news.click()
            expect(news).to_have_count(0)
            assert labels(page, "train", "x") == labels(page, "eval", "x") != window


def test_what_is_logged_beyond_a_zoom_is_announced_and_followed(tmp_path: Path, browser: Browser) -> None:
    with program(tmp_path, ("'runs/a'", ["loss"], 1.0)) as training:
        training.log(100)
        with board(tmp_path / "runs", "--port", "0") as running, tab(browser, running.address) as opened:
            page = opened.page
            opened.wait_for_curves("loss", on={"a"}, off=set())
            plot(page, "loss").focus()
            page.keyboard.press("x")
            button = page.get_by_role("button", name="new data")
            expect(button).to_be_hidden()
            training.log(100)
            expect(button).to_be_visible(timeout=WAIT_MS)
            x = numbers(page, "loss", "x")
            assert x[-1] < 100
            button.click()
            expect(button).to_be_hidden()
            assert numbers(page, "loss", "x")[-1] > 150
            training.log(300)
            page.wait_for_function(
                """() => {
                  const texts = [...document.querySelectorAll('.axes text.x')].map((text) => text.textContent);
                  return Number(texts.at(-1)) > 450;
                }""",
                timeout=WAIT_MS,
            )
            page.get_by_role("button", name="Reset zoom").click()
            assert numbers(page, "loss", "x")[0] == 0


def test_a_click_pins_a_step_and_lists_exact_values(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "every", {"loss": [step + 0.1 for step in range(101)]})
    write_run(tmp_path / "late", {"loss": [7.0]}, first_step=90)
    write_run(tmp_path / "short", {"loss": [step / 3 for step in range(31)]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        page = opened.page
        opened.wait_for_curves("loss", on={"every", "short"}, off=set())
        plot(page, "loss").click()
        table = page.get_by_role("region", name="Values of loss at step 50")
        rows = table.locator("tbody tr:not(.space)")
        expect(rows).to_have_count(2)
        below = page.locator(".crosshair").bounding_box()
        values = table.bounding_box()
        assert below
        assert values
        assert below["y"] >= values["y"] + values["height"], "the values that were asked for are in sight"
        expect(rows.nth(0)).to_contain_text("50.099998474121094")  # as stored, a float32
        expect(rows.nth(1)).to_contain_text("30 (before)")
        expect(table.get_by_role("status")).to_have_text(
            "2 runs · 1 without a point here: their last one before · 1 begin later"
        )
        table.get_by_role("button", name="Value").click()
        expect(rows.nth(0)).to_contain_text("short")
        table.get_by_role("button", name="Value").click()
        expect(rows.nth(0)).to_contain_text("every")
        with page.expect_request("**/api/table") as asked:
            opened.box("short").click()
        expect(rows).to_have_count(1)
        assert len((asked.value.post_data_json or {})["runs"]) == 2, "of the runs that are drawn"
        held: list[Route] = []
        page.route("**/api/table", lambda route: held.append(route))  # noqa: PLW0108 (it is given an attribute)
        x, y = middle(plot(page, "loss"))
        page.mouse.click(x + 200, y)
        table = page.get_by_role("region", name=re.compile("Values of loss at step [6-9]"))
        rows = table.locator("tbody tr:not(.space)")
        expect(table.get_by_role("status")).to_have_text("Loading")
        expect(rows).to_be_hidden()
        held[0].continue_()
        page.unroute("**/api/table")
        expect(table.get_by_role("status")).to_contain_text("1 run")
        expect(rows).to_be_visible()
        table.get_by_role("button", name="Close").click()
        expect(table).to_be_hidden()
        plot(page, "loss").dblclick()
        plot(page, "loss").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Values of loss at step 53")).to_be_visible()
        assert opened.complaints == []


def test_the_nearest_curve_pins_its_own_step_exactly(tmp_path: Path, browser: Browser) -> None:
    first, stride = 2**60 + 1, 10**9  # where neighbouring floats are 256 apart
    diverged = b"".join(scalar(first + i * stride, math.nan) for i in range(11))
    write(tmp_path / "a", header() + diverged)
    finite = [first + i * stride + stride // 2 + 3 for i in range(10)]
    write(tmp_path / "b", header() + b"".join(scalar(step, i) for i, step in enumerate(finite)))
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        opened.wait_for_curves("loss", on={"b"}, off=set())
        box = plot(opened.page, "loss").bounding_box()
        assert box
        opened.page.mouse.click(box["x"] + 0.451 * box["width"], box["y"] + box["height"] / 2)
        table = opened.page.get_by_role("region", name=f"Values of loss at step {finite[4]:,}")
        rows = table.locator("tbody tr:not(.space)")
        expect(rows).to_have_count(2)
        expect(rows.nth(0)).to_contain_text(f"{first + 4 * stride:,} (before)")
        expect(rows.nth(1)).to_contain_text(f"{finite[4]:,}")
        expect(rows.nth(1)).not_to_contain_text("before")
        assert opened.complaints == []


def test_a_table_of_a_thousand_runs_keeps_only_what_is_in_sight(tmp_path: Path, browser: Browser) -> None:
    for number in range(1000):
        write_run(tmp_path / f"run{number}", {"loss": [float(number), number + 1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        running.wait_for("1,?000 runs")
        wait_for_charts(opened.page, "loss")
        plot(opened.page, "loss").focus()
        opened.page.keyboard.press("Enter")
        table = opened.page.get_by_role("region", name="Values of loss")
        expect(table.get_by_role("status")).to_contain_text("1,000 runs", timeout=WAIT_MS)
        rows = table.locator("tbody tr:not(.space)")
        assert rows.count() < 60
        table.get_by_role("button", name="Value").click()
        table.locator(".window").evaluate("(window) => window.scrollTo(0, window.scrollHeight)")
        expect(rows.last).to_contain_text("run999")


def test_another_tag_can_be_x(opened: OpenBoard) -> None:
    page = opened.page
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Another tag").select_option("lr")
    note = page.locator('[data-tag="loss"]').get_by_text("x is lr at the same step: 4,800 of 4,800 points")
    expect(note).to_be_visible()
    assert max(float(text) for text in labels(page, "loss", "x")) == 1
    expect(page.locator('[data-tag="spikes"]').get_by_text("No run has this tag and lr")).to_be_visible()
    opened.wait_for_curves("loss", on={"run0", "run11"}, off=set())
    page.get_by_role("radio", name="Step").first.check()
    expect(note).to_be_hidden()
    assert numbers(page, "loss", "x")[-1] == 400


def test_runs_are_read_against_a_baseline(opened: OpenBoard) -> None:
    page = opened.page
    opened.box("run2").focus()
    page.keyboard.press("b")
    card = page.locator('[data-tag="loss"]')
    expect(card.get_by_text("Δ to run2")).to_be_visible()
    expect(page.locator('[data-tag="spikes"]').get_by_text("run2 has no spikes")).to_be_visible()
    expect(page.locator(".account")).to_have_text("12 of 13 drawn · 1 without data here")
    assert numbers(page, "loss", "y")[0] == -2
    assert numbers(page, "loss", "y")[-1] == 9 or numbers(page, "loss", "y")[-1] == 8
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="Ratio").check()
    expect(card.get_by_text("ratio to run2")).to_be_visible()
    plot(page, "loss").focus()
    page.keyboard.press("Enter")
    note = page.get_by_role("region", name="Values of loss at step").get_by_role("status")
    expect(note).to_have_text("12 runs · values as logged, not compared")
    opened.box("run2").focus()
    page.keyboard.press("b")
    expect(card.get_by_text("ratio to run2")).to_be_hidden()
    expect(note).to_have_text("12 runs")
    assert numbers(page, "loss", "y")[-1] >= 10


def test_the_baseline_is_pinned_by_the_pointer(opened: OpenBoard) -> None:
    page = opened.page
    card = page.locator('[data-tag="loss"]')
    pins = page.get_by_role("button", name="Baseline: ")
    compare = page.get_by_role("combobox", name="Compare")
    expect(compare).to_have_count(0)
    opened.row("run2").hover()
    page.get_by_role("button", name="Baseline: run2").click()
    expect(card.get_by_text("Δ to run2")).to_be_visible()
    page.mouse.move(600, 5)
    expect(pins).to_have_count(1)
    expect(pins).to_have_attribute("aria-pressed", "true")
    expect(opened.box("run2")).to_have_accessible_description(re.compile("The baseline"))
    compare.select_option("Ratio")
    expect(card.get_by_text("ratio to run2")).to_be_visible()
    compare.select_option("As logged")
    expect(card.get_by_text("to run2")).to_have_count(0)
    expect(pins).to_have_count(1)
    page.get_by_role("button", name="Unpin run2, the baseline").click()
    expect(pins).to_have_count(0)
    expect(compare).to_have_count(0)
