"""What is typed over the run list, and the account of what became of every run."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from board.browser import OpenBoard, tab
from board.panel import RUNS, SWEEP, account, button, expect_listed, expect_on, filter_box
from boards import board
from logdirs import flip_payload_byte, write_run

pytestmark = pytest.mark.browser


def test_what_the_filter_leaves_out_is_not_drawn_and_not_switched(opened: OpenBoard) -> None:
    opened.box("other/a").click()
    filter_box(opened).fill("SWEEP seed=1|2 -0.001")
    kept = {SWEEP[3], SWEEP[4], SWEEP[5]}
    expect_listed(opened, kept)
    opened.wait_for_curves("loss", on=kept, off=set())
    expect(account(opened)).to_have_text("3 of 10 drawn · 1 off · 6 filtered out")
    button(opened, "None").click()
    expect(account(opened)).to_have_text("0 of 10 drawn · 4 off · 6 filtered out")
    filter_box(opened).fill("")
    expect_on(opened, set(RUNS) - kept - {"other/a"})
    opened.wait_for_curves("loss", on=set(RUNS) - kept - {"other/a"}, off=kept)


def test_a_filter_that_cannot_be_understood_changes_nothing_and_says_why(opened: OpenBoard) -> None:
    filter_box(opened).fill("sweep")
    expect_listed(opened, set(SWEEP))
    for typed, said, wrong in [
        ("sweep /v(1/", "expected a ) that closes this", "(1"),
        ("sweep lr>", "expected a number after lr>", "lr>"),
        ("nothing>3", "no run has a column nothing", "nothing"),
        ("last(nothing)>3", "no run has a column last(nothing)", "last(nothing)"),
    ]:
        filter_box(opened).fill(typed)
        expect(opened.page.locator(".problem")).to_contain_text(said)
        expect(opened.page.locator(".marks mark")).to_have_text(wrong)
        expect(filter_box(opened)).to_have_attribute("aria-invalid", "true")
        expect(filter_box(opened)).to_have_accessible_description(re.compile(re.escape(said)))
        expect_listed(opened, set(SWEEP))
    filter_box(opened).fill("sweep lr>0.001")
    expect(opened.page.locator(".problem")).to_be_empty()
    expect(opened.box(SWEEP[0])).to_have_count(0)
    expect_listed(opened, SWEEP[3:])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("optimizer=adam", {run for run in SWEEP if run.endswith("=1")}),
        ("optimizer:d -optimizer:adam", {run for run in SWEEP if not run.endswith("=1")}),
        ("last(loss)<=2", set(SWEEP[:2])),
        ("max(loss)>=19 | min(loss)=1", {SWEEP[0], "実験 1"}),
        ("state:live 実験", {"実験 1"}),
        ("seed=10", {SWEEP[2], SWEEP[5]}),
        ("steps<1", set()),
    ],
)
def test_a_filter_asks_for_columns(opened: OpenBoard, typed: str, kept: set[str]) -> None:
    filter_box(opened).fill(typed)
    expect_listed(opened, kept)
    expect(account(opened)).to_contain_text(f"{len(kept)} of 10 drawn")


def test_a_filter_on_values_lets_everything_through_until_they_are_there(opened: OpenBoard) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    opened.page.route("**/api/table", hold)
    with opened.page.expect_request("**/api/table"):
        filter_box(opened).fill("last(loss)<3")
    expect(account(opened)).to_have_text("10 of 10 drawn")
    held.pop().continue_()
    expect(account(opened)).to_have_text("2 of 10 drawn · 8 filtered out")
    opened.address("last")
    with opened.page.expect_request("**/api/table"):
        opened.page.reload()
    opened.wait_for_curves("loss", on=set(RUNS), off=set())
    held.pop().continue_()
    expect_listed(opened, set(SWEEP[:2]))


def test_the_filter_is_kept_and_its_effect_is_plain(opened: OpenBoard) -> None:
    filter_box(opened).fill("other")
    opened.page.wait_for_function("() => location.hash.includes('other')")
    opened.page.reload()
    opened.wait_for_runs("other/a")
    expect(filter_box(opened)).to_have_value("other")
    expect(account(opened)).to_have_text("2 of 10 drawn · 8 filtered out")


def test_each_part_of_the_account_lists_its_runs(opened: OpenBoard) -> None:
    for run in ("baseline", "other/b"):
        opened.box(run).click()
    filter_box(opened).fill("sweep|baseline")
    expect(account(opened)).to_have_text("6 of 10 drawn · 2 off · 2 filtered out")
    button(opened, "2 off").click()
    expect_listed(opened, {"baseline", "other/b"})
    opened.box("baseline").click()
    expect(account(opened)).to_have_text("7 of 10 drawn · 1 off · 2 filtered out")
    expect_listed(opened, {"baseline", "other/b"})
    button(opened, "2 filtered out").click()
    expect_listed(opened, {"other/a", "実験 1"})
    expect(button(opened, "2 filtered out")).to_have_attribute("aria-pressed", "true")
    button(opened, "2 filtered out").click()
    expect_listed(opened, {"baseline", *SWEEP})


def test_a_run_that_is_not_drawn_says_why(opened: OpenBoard) -> None:
    opened.box("baseline").click()
    opened.row("baseline").hover()
    expect(opened.page.locator(".details")).to_contain_text("Not drawn: it is off. (run_off)")
    expect(opened.box("baseline")).to_have_accessible_description(re.compile("it is off"))
    filter_box(opened).fill("sweep")
    button(opened, "filtered out").click()
    opened.row("other/a").hover()
    expect(opened.page.locator(".details")).to_contain_text("the filter leaves it out. (run_filtered)")


def test_runs_without_data_or_that_cannot_be_read_are_in_the_account(
    tmp_path: Path, browser: Browser
) -> None:
    write_run(tmp_path / "good", {"loss": [3.0, 2.0]})
    write_run(tmp_path / "header only", {})
    flip_payload_byte(write_run(tmp_path / "damaged", {"loss": [6.0, 5.0, 4.5, 4.0]}), 2)
    write_run(tmp_path / "locked", {"loss": [1.0]}).chmod(0)
    with (
        board(tmp_path, "--port", "0", unprivileged=True) as running,
        tab(browser, running.address) as opened,
    ):
        opened.wait_for_curves("loss", on={"good", "damaged"}, off={"locked", "header only"})
        expect(account(opened)).to_have_text("2 of 4 drawn · 1 without data here · 1 unreadable – 1 damaged")
        button(opened, "1 unreadable").click()
        expect_listed(opened, ["locked"])
        button(opened, "1 damaged").click()
        expect_listed(opened, ["damaged"])
