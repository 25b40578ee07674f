"""Groups of the run list, colours that a person gives, and which new runs are on."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from board.browser import OpenBoard, tab
from board.panel import RUNS, SWEEP, expect_on, group_by, heading
from boards import board
from logdirs import write_run

pytestmark = pytest.mark.browser


def test_runs_stand_in_groups_that_are_switched_like_folders(opened: OpenBoard) -> None:
    group_by(opened, "lr")
    headings = opened.page.locator("[data-heading]")
    expect(headings).to_have_count(3)
    assert [one.get_attribute("data-heading") for one in headings.all()] == [
        "lr=0.001",
        "lr=0.01",
        "no group",
    ]
    heading(opened, "lr=0.01").click()
    expect_on(opened, set(RUNS) - set(SWEEP[3:]))
    heading(opened, "lr=0.001").click(modifiers=["Alt"])
    expect_on(opened, set(SWEEP[:3]))
    group_by(opened, "a part of the name")
    opened.page.get_by_role("textbox", name="Regular expression").fill("(seed=")
    expect(opened.page.locator(".fault")).to_contain_text("expected a ) that closes this")
    opened.page.get_by_role("textbox", name="Regular expression").fill(r"(seed=\d+)")
    expect(headings).to_have_count(4)
    group_by(opened, "nothing")
    expect(heading(opened, "sweep/")).to_be_visible()


def colour(opened: OpenBoard, run: str) -> str:
    found: str = (
        opened.row(run).locator(".colour").evaluate("element => getComputedStyle(element).backgroundColor")
    )
    return found


def test_a_run_and_a_group_are_given_a_colour_of_their_own(opened: OpenBoard) -> None:
    first = colour(opened, "baseline")
    opened.page.get_by_role("button", name="Colour of baseline").click()
    picker = opened.page.get_by_label("Colour of baseline", exact=True).and_(opened.page.locator("input"))
    picker.fill("#a02020")
    assert colour(opened, "baseline") == "rgb(160, 32, 32)"
    opened.wait_for_curves("loss", on=set(RUNS), off=set())
    opened.page.wait_for_function("() => location.hash.includes('a02020')")
    opened.page.reload()
    opened.wait_for_runs("baseline")
    assert colour(opened, "baseline") == "rgb(160, 32, 32)"
    opened.page.get_by_role("button", name="Colour of baseline").click(modifiers=["Shift"])
    assert colour(opened, "baseline") == first
    group_by(opened, "lr")
    opened.wait_for_runs(*SWEEP)
    assert len({colour(opened, run) for run in SWEEP[:3]}) == 1
    assert colour(opened, SWEEP[0]) != colour(opened, SWEEP[3])


def test_new_runs_follow_the_rule_and_never_override_only_this_one(tmp_path: Path, browser: Browser) -> None:
    for run in ("a", "b"):
        write_run(tmp_path / run, {"loss": [1.0, 2.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        opened.wait_for_runs("a", "b")
        rule = opened.page.get_by_role("combobox", name="New runs")
        opened.box("a").click(modifiers=["Alt"])
        write_run(tmp_path / "c", {"loss": [1.0]})
        opened.wait_for_runs("c")
        expect(opened.box("c")).not_to_be_checked()
        opened.box("a").click(modifiers=["Alt"])
        write_run(tmp_path / "d", {"loss": [1.0]})
        opened.wait_for_runs("d")
        expect(opened.box("d")).to_be_checked()
        rule.select_option("off")
        write_run(tmp_path / "e", {"loss": [1.0]})
        opened.wait_for_runs("e")
        expect(opened.box("e")).not_to_be_checked()


def test_runs_keep_their_colours_over_a_reload_when_one_is_deleted(browser: Browser, tmp_path: Path) -> None:
    names = [f"run-{number:02}" for number in range(20)]
    for number, run in enumerate(names):
        write_run(tmp_path / run, {"loss": [2.0, 1.0]}, first_wall_time=1_000.0 + 7 * number % 20)
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        opened.wait_for_runs(*names)
        before = {run: colour(opened, run) for run in names}
        opened.page.wait_for_function("() => Object.keys(localStorage).some(key => key.includes('colours'))")
        shutil.rmtree(tmp_path / names[0])
        expect(opened.row(names[0])).to_have_count(0)
        opened.page.reload()
        opened.wait_for_runs(*names[1:])
        assert {run: colour(opened, run) for run in names[1:]} == {run: before[run] for run in names[1:]}
