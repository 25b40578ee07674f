"""Columns of the run list: chosen, sorted, resized, and asked for only while they are on show."""

import pytest
from playwright.sync_api import Browser, expect

from board.browser import OpenBoard, tab
from board.panel import RUNS, SWEEP, button, expect_listed, filter_box

pytestmark = pytest.mark.browser


def choose(opened: OpenBoard, *columns: str) -> None:
    button(opened, "Columns").click()
    for column in columns:
        opened.page.get_by_role("searchbox", name="Find a column").fill(column)
        opened.page.get_by_role("checkbox", name=column, exact=True).check()
    opened.page.keyboard.press("Escape")


def cells(opened: OpenBoard, column: str) -> dict[str, str]:
    """What stands in a column, by run."""
    found: dict[str, str] = opened.page.evaluate(
        """(column) => Object.fromEntries([...document.querySelectorAll("[data-run-name]")].map((row) =>
          [row.dataset.runName, row.querySelector(`[data-column="${column}"]`).textContent]))""",
        column,
    )
    return found


def test_columns_are_chosen_sorted_and_kept(opened: OpenBoard) -> None:
    choose(opened, "lr", "optimizer", "last(loss)", "Duration")
    expect(opened.row(SWEEP[0]).locator('[data-column="lr"]')).to_have_text("0.001")
    expect(opened.row("実験 1").locator('[data-column="last(loss)"]')).to_have_text("10")
    assert cells(opened, "optimizer")["baseline"] == ""
    assert set(cells(opened, "duration").values()) == {"1 s"}
    button(opened, "Sort by last(loss)").click()
    expect(button(opened, "Sort by last(loss), sorted downwards")).to_be_visible()
    expect_listed(opened, ["実験 1", "other/b", "other/a", "baseline", *reversed(SWEEP)])
    button(opened, "Sort by lr").click()
    expect(button(opened, "Sort by lr, sorted downwards")).to_be_visible()
    assert set(opened.names()[:3]) == set(SWEEP[3:])
    button(opened, "Sort by lr, sorted downwards").click()
    expect(button(opened, "Sort by lr, sorted upwards")).to_be_visible()
    assert set(opened.names()[:3]) == set(SWEEP[:3])
    opened.address(r"sort:!\(lr,up\).*duration")
    opened.page.reload()
    opened.wait_for_runs("baseline")
    expect(button(opened, "Sort by lr, sorted upwards")).to_be_visible()
    expect(opened.row(SWEEP[3]).locator('[data-column="lr"]')).to_have_text("0.01")
    button(opened, "Sort by lr, sorted upwards").click()
    expect(opened.page.locator("[data-run-name]").first).to_have_attribute("data-run-name", "baseline")


def test_columns_are_resized_by_drag_and_by_keys(opened: OpenBoard) -> None:
    edge = opened.page.get_by_role("separator", name="Width of Step")
    expect(edge).to_have_attribute("aria-valuenow", "66")
    edge.focus()
    opened.page.keyboard.press("ArrowLeft")
    expect(edge).to_have_attribute("aria-valuenow", "74")
    place = edge.bounding_box()
    assert place
    opened.page.mouse.move(place["x"] + 4, place["y"] + 12)
    opened.page.mouse.down()
    opened.page.mouse.move(place["x"] - 26, place["y"] + 12)
    opened.page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "104")
    cell = opened.row("baseline").locator('[data-column="steps"]').bounding_box()
    assert cell
    assert cell["width"] == pytest.approx(104, abs=1)


def test_nothing_is_asked_of_the_server_that_is_not_on_show(browser: Browser, address: str) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_curves("loss", on=set(RUNS), off=set())
        asked = opened.asked()
        filter_box(opened).fill("sweep")
        button(opened, "Sort by Age").click()
        assert asked == []
        with opened.page.expect_request("**/api/table"):
            filter_box(opened).fill("last(loss)<3")
        with opened.page.expect_request("**/api/hparams"):
            filter_box(opened).fill("lr<3")
