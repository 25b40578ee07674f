"""The run panel: how rows are laid out, every gesture and key that switches runs, and many of them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from board.axe import complaints_of_axe
from board.browser import WAIT_MS, OpenBoard, tab
from board.panel import RUNS, SWEEP, account, button, expect_listed, expect_on, filter_box, group_by, heading
from boards import board
from logdirs import write_run

pytestmark = pytest.mark.browser


# How rows are laid out


def test_runs_stand_below_their_folders_in_natural_order(opened: OpenBoard) -> None:
    expect_listed(opened, ["baseline", "other/a", "other/b", *SWEEP, "実験 1"])
    expect(opened.row(SWEEP[2]).locator(".name > :not(.shared)")).to_have_text(["0.001", "10"])
    button(opened, "Folders as headings").click()
    expect_listed(opened, ["baseline", "other/a", "other/b", *SWEEP, "実験 1"])
    expect(opened.page.locator("[data-heading]")).to_have_count(0)
    expect(opened.row(SWEEP[2]).locator(".name")).to_have_text(SWEEP[2])


def test_a_folder_is_switched_as_a_whole_and_says_when_it_is_on_in_part(opened: OpenBoard) -> None:
    box = heading(opened, "sweep/")
    expect(box).to_be_checked()
    opened.box(SWEEP[1]).click()
    expect(box).to_be_checked(indeterminate=True)
    expect(opened.page.locator('[data-heading="sweep/"] .count')).to_have_text("5 of 6")
    box.click()
    expect_on(opened, set(RUNS))
    box.click()
    expect_on(opened, set(RUNS) - set(SWEEP))
    opened.wait_for_curves("loss", on=set(RUNS) - set(SWEEP), off=set(SWEEP))
    expect(box).not_to_be_checked()


def test_a_folder_is_folded_away_and_kept_so(opened: OpenBoard) -> None:
    fold = opened.page.get_by_role("button", name="What sweep/ holds")
    expect(fold).to_have_attribute("aria-expanded", "true")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect_listed(opened, ["baseline", "other/a", "other/b", "実験 1"])
    heading(opened, "sweep/").click()
    opened.wait_for_curves("loss", on={"baseline"}, off=set())
    expect(account(opened)).to_have_text("4 of 10 drawn · 6 off")
    heading(opened, "sweep/").press("ArrowRight")
    expect_on(opened, set(RUNS) - set(SWEEP))


def test_several_log_directories_are_headings_that_switch_all_in_them(
    tmp_path: Path, browser: Browser
) -> None:
    for logdir in ("old", "new"):
        write_run(tmp_path / logdir / "a", {"loss": [2.0, 1.0]})
    places = [f"{logdir}={tmp_path / logdir}" for logdir in ("old", "new")]
    with board(*places, "--port", "0") as running, tab(browser, running.address) as opened:
        expect(account(opened)).to_have_text("2 of 2 drawn")
        expect(opened.page.get_by_role("navigation").get_by_role("heading", level=2)).to_have_text(
            [re.compile("old"), re.compile("new")]
        )
        expect(opened.page.locator("label :is(h1, h2, h3)")).to_have_count(0)
        opened.page.get_by_role("heading", name="old").get_by_text("old").click()
        expect(account(opened)).to_have_text("1 of 2 drawn · 1 off")
        assert complaints_of_axe(opened) == []


# Gestures that switch


def test_shift_switches_a_range_by_pointer_and_by_keyboard(opened: OpenBoard) -> None:
    opened.box("other/a").click()
    opened.box(SWEEP[1]).click(modifiers=["Shift"])
    gone = {"other/a", "other/b", *SWEEP[:2]}
    expect_on(opened, set(RUNS) - gone)
    opened.row("other/b").locator(".name").click()
    expect(opened.box("other/b")).to_be_checked()
    opened.box(SWEEP[0]).focus()
    opened.page.keyboard.press("Shift+Space")
    expect_on(opened, set(RUNS) - {"other/a", SWEEP[1]})


def test_dragging_down_the_boxes_switches_them_in_one_step(opened: OpenBoard) -> None:
    mouse = opened.page.mouse
    start, end = opened.box("other/a").bounding_box(), opened.box(SWEEP[2]).bounding_box()
    assert start
    assert end
    mouse.move(start["x"] + 5, start["y"] + 5)
    mouse.down()
    mouse.move(end["x"] + 5, end["y"] + 5, steps=4)
    expect(opened.box(SWEEP[2])).not_to_be_checked()
    mouse.up()
    gone = {"other/a", "other/b", *SWEEP[:3]}
    expect_on(opened, set(RUNS) - gone)
    opened.wait_for_curves("loss", on=set(RUNS) - gone, off=gone)
    opened.page.keyboard.press("Control+z")
    expect_on(opened, set(RUNS))


def test_dragging_back_to_the_first_box_leaves_it_switched(opened: OpenBoard) -> None:
    mouse = opened.page.mouse
    start, end = opened.box("other/a").bounding_box(), opened.box("other/b").bounding_box()
    assert start
    assert end
    mouse.move(start["x"] + 5, start["y"] + 5)
    mouse.down()
    mouse.move(end["x"] + 5, end["y"] + 5)
    mouse.move(start["x"] + 5, start["y"] + 5)
    mouse.up()
    expect_on(opened, set(RUNS) - {"other/a", "other/b"})
    opened.box("other/a").click()
    expect(opened.box("other/a")).to_be_checked()


def test_a_run_that_comes_while_boxes_are_dragged_over_shifts_nothing(
    tmp_path: Path, browser: Browser
) -> None:
    for run in ("b", "c", "d", "e"):
        write_run(tmp_path / run, {"loss": [2.0, 1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        opened.wait_for_runs("b", "c", "d", "e")
        mouse = opened.page.mouse
        start, end = opened.box("c").bounding_box(), opened.box("d").bounding_box()
        assert start
        assert end
        mouse.move(start["x"] + 5, start["y"] + 5)
        mouse.down()
        mouse.move(end["x"] + 5, end["y"] + 5)
        expect(opened.box("d")).not_to_be_checked()
        write_run(tmp_path / "a", {"loss": [2.0, 1.0]})
        opened.wait_for_runs("a")
        for run, on in {"a": True, "b": True, "c": False, "d": False, "e": True}.items():
            expect(opened.box(run)).to_be_checked(checked=on)
        mouse.up()
        expect(account(opened)).to_have_text("3 of 5 drawn · 2 off")
        for run in ("c", "d"):
            expect(opened.box(run)).not_to_be_checked()


def test_only_this_run_and_back(opened: OpenBoard) -> None:
    opened.box("baseline").click()
    before = set(RUNS) - {"baseline"}
    opened.box("実験 1").click(modifiers=["Alt"])
    expect_on(opened, {"実験 1"})
    opened.wait_for_curves("loss", on={"実験 1"}, off=before - {"実験 1"})
    expect(opened.page.get_by_role("status").filter(has_text="Only 実験 1 is on")).to_be_visible()
    opened.box("実験 1").click(modifiers=["Alt"])
    expect_on(opened, before)
    opened.box("other/b").focus()
    opened.page.keyboard.press("o")
    expect_on(opened, {"other/b"})
    opened.page.keyboard.press("o")
    expect_on(opened, before)
    heading(opened, "sweep/").click(modifiers=["Alt"])
    expect_on(opened, set(SWEEP))


def test_a_quick_double_click_changes_nothing(opened: OpenBoard) -> None:
    opened.box("other/b").dblclick()
    expect_on(opened, set(RUNS))


def test_keys_switch_what_is_listed_and_say_so(opened: OpenBoard) -> None:
    said = opened.page.locator(".said")
    opened.page.keyboard.press("n")
    expect_on(opened, set())
    expect(said).to_have_text("Switched all 10 runs off.")
    opened.page.keyboard.press("a")
    expect_on(opened, set(RUNS))
    filter_box(opened).fill("sweep")
    filter_box(opened).press("Escape")
    opened.page.keyboard.press("i")
    expect(said).to_have_text("Switched each of the 6 runs that the filter shows the other way.")
    filter_box(opened).fill("")
    expect_on(opened, set(RUNS) - set(SWEEP))


def test_every_change_is_undone_and_redone(opened: OpenBoard) -> None:
    states = [set(RUNS)]
    expect(button(opened, "Undo")).to_be_disabled()
    opened.box("baseline").click()
    states.append(states[-1] - {"baseline"})
    opened.page.keyboard.press("i")
    states.append(set(RUNS) - states[-1])
    opened.box("other/a").click(modifiers=["Alt"])
    states.append({"other/a"})
    heading(opened, "sweep/").click()
    states.append({"other/a", *SWEEP})
    for state in reversed(states[:-1]):
        opened.page.keyboard.press("Control+z")
        expect_on(opened, state)
    expect(button(opened, "Undo")).to_be_disabled()
    for state in states[1:]:
        opened.page.keyboard.press("Control+Shift+Z")
        expect_on(opened, state)
    button(opened, "Undo").click()
    expect_on(opened, states[-2])
    button(opened, "Redo").click()
    expect_on(opened, states[-1])


def test_the_list_is_walked_by_keys(opened: OpenBoard) -> None:
    opened.page.keyboard.press("j")
    expect(opened.box("baseline")).to_be_focused()
    opened.page.keyboard.press("j")
    expect(heading(opened, "other/")).to_be_focused()
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Space")
    expect(opened.box("other/a")).to_be_focused()
    expect_on(opened, set(RUNS) - {"other/a"})
    opened.page.keyboard.press("k")
    expect(heading(opened, "other/")).to_be_focused()
    opened.page.keyboard.press("End")
    expect(opened.box("実験 1")).to_be_focused()
    opened.page.keyboard.press("Home")
    expect(opened.box("baseline")).to_be_focused()
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Tab")
    expect(heading(opened, "other/")).to_be_focused()
    opened.page.keyboard.press("ArrowLeft")
    expect(opened.box("other/a")).to_have_count(0)


def test_the_focus_goes_to_what_is_left_of_a_row_that_goes(opened: OpenBoard) -> None:
    """To what it is folded away in, or else to the nearest row: keys go on from there."""
    opened.box("other/b").focus()
    # Not every browser gives the focus to a button that is clicked.
    button(opened, "What other/ holds").evaluate("(fold) => fold.click()")
    expect(heading(opened, "other/")).to_be_focused()
    opened.page.keyboard.press("j")
    expect(heading(opened, "sweep/")).to_be_focused()
    opened.page.keyboard.press("j")
    expect(opened.box(SWEEP[0])).to_be_focused()
    opened.address("closed")
    opened.page.evaluate("location.hash = `#panel=(filter:'-sweep')`")
    expect(heading(opened, "other/")).to_be_focused()
    opened.page.keyboard.press("k")
    expect(opened.box("baseline")).to_be_focused()


def test_keys_go_on_where_a_filter_left_a_row_out(opened: OpenBoard) -> None:
    opened.box("other/b").focus()
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("-other")
    expect_listed(opened, ["baseline", *SWEEP, "実験 1"])
    expect(filter_box(opened)).to_be_focused()
    filter_box(opened).blur()
    opened.page.keyboard.press("k")
    expect(opened.box("baseline")).to_be_focused()


def test_keys_do_nothing_while_text_is_typed(opened: OpenBoard) -> None:
    opened.page.keyboard.press("/")
    expect(filter_box(opened)).to_be_focused()
    opened.page.keyboard.type("nai?/ojk")
    expect(filter_box(opened)).to_have_value("nai?/ojk")
    filter_box(opened).fill("")
    expect_on(opened, set(RUNS))
    expect(opened.page.get_by_role("dialog")).to_have_count(0)


def test_a_question_mark_shows_all_keys(opened: OpenBoard) -> None:
    opened.page.keyboard.press("?")
    dialog = opened.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    for does in ("Only this row", "Undo the last change", "All listed runs off", "Filter the runs"):
        expect(dialog.get_by_text(does)).to_be_visible()
    opened.page.keyboard.press("n")
    opened.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect_on(opened, set(RUNS))


def test_sub_runs_stand_below_their_parent_and_are_switched_with_it(tmp_path: Path, browser: Browser) -> None:
    from lightboard import SummaryWriter

    with SummaryWriter(str(tmp_path / "gan")) as writer:
        for step in range(10):
            writer.add_scalars("loss", {"generator": 1.0, "discriminator": step / 10}, step)
            writer.add_scalar("loss", 0.5, step)
    subs = {"gan/loss_generator", "gan/loss_discriminator"}
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        opened.wait_for_curves("loss", on={"gan", *subs}, off=set())
        expect_listed(opened, ["gan", "gan/loss_discriminator", "gan/loss_generator"])
        opened.box("gan").click()
        opened.wait_for_curves("loss", on=set(), off={"gan", *subs})
        for run in subs:
            expect(opened.box(run)).not_to_be_checked()
        opened.box("gan").click()
        opened.wait_for_curves("loss", on={"gan", *subs}, off=set())


# Many


def test_thousands_of_runs_are_listed_and_only_a_few_are_in_the_page(
    tmp_path: Path, browser: Browser
) -> None:
    for number in range(1_200):
        write_run(tmp_path / f"sweep{number % 3}" / f"run {number}", {"loss": [1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        expect(account(opened)).to_have_text("1,200 of 1,200 drawn", timeout=3 * WAIT_MS)
        assert opened.page.locator("[data-key]").count() < 100
        opened.page.keyboard.press("j")
        opened.page.keyboard.press("End")
        expect(opened.box("sweep2/run 1199")).to_be_focused()
        opened.page.keyboard.press("Space")
        expect(account(opened)).to_have_text("1,199 of 1,200 drawn · 1 off")
        # Scrolled out of view it keeps the focus.
        opened.page.locator(".window").evaluate("element => { element.scrollTop = 0; }")
        expect(heading(opened, "sweep0/")).to_be_in_viewport()
        expect(opened.box("sweep2/run 1199")).to_be_focused()
        heading(opened, "sweep0/").click()
        expect(account(opened)).to_have_text("799 of 1,200 drawn · 401 off")
        # What stands in the page for a row is used for others, which are on, off or hovered by themselves.
        opened.row("sweep0/run 0").hover()
        expect(opened.row("sweep0/run 0")).to_have_class(re.compile("hovered"))
        opened.page.locator(".window").evaluate("element => { element.scrollTop = 450 * 24; }")
        expect(opened.row("sweep1/run 148")).to_be_in_viewport()
        expect(opened.page.locator(".row.hovered")).to_have_count(1)
        under = opened.page.locator(".row:hover")
        expect(under).to_have_class(re.compile("hovered"))
        expect(under).to_have_attribute("data-run-name", re.compile("^sweep1/"))
        expect(opened.page.locator('[data-run-name^="sweep1/"] input:not(:checked)')).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state_of_the_panel(browser: Browser, address: str, theme: str) -> None:
    with tab(browser, address, color_scheme=theme) as opened:
        opened.wait_for_curves("loss", on=set(RUNS), off=set())
        opened.box(SWEEP[1]).click()
        assert complaints_of_axe(opened) == []
        filter_box(opened).fill("sweep lr>")
        expect(opened.page.locator(".problem")).to_contain_text("expected a number")
        assert complaints_of_axe(opened) == []
        filter_box(opened).fill("")
        for name in ("What can be typed here", "Columns"):
            button(opened, name).click()
            assert complaints_of_axe(opened) == []
            opened.page.keyboard.press("Escape")
        group_by(opened, "lr")
        button(opened, "1 off").click()
        opened.page.keyboard.press("a")
        expect(opened.page.locator(".said")).not_to_be_empty()
        assert complaints_of_axe(opened) == []
        opened.page.locator("h1").click()
        opened.page.keyboard.press("?")
        expect(opened.page.get_by_role("dialog", name="Keys")).to_be_visible()
        assert complaints_of_axe(opened) == []


# Focuses a box in view and scrolls the list by so many rows, again and again. Tells where the focus was lost, or where
# rows do not follow each other in the page as in the list.
SCROLLED = """
async (list) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const topOf = (element) => element.getBoundingClientRect().top;
  const lost = [];
  for (const by of [1, 10, 18, 40, -10, -18, -40])
    for (const at of [6, 18]) {
      list.scrollTop = 60 * 24;
      await frame();
      const items = [...list.querySelectorAll("li")].filter((item) => topOf(item) >= topOf(list));
      const item = items.sort((a, b) => topOf(a) - topOf(b))[at];
      const box = item.querySelector("input");
      const { key } = item.dataset;
      box.focus();
      await frame();
      list.scrollTop += by * 24;
      await frame();
      if (document.activeElement !== box || item.dataset.key !== key) lost.push(`row ${at}, by ${by}`);
      const places = [...list.querySelectorAll("li")].map(({ ariaPosInSet }) => Number(ariaPosInSet));
      if (places.some((place, i) => i > 0 && place < places[i - 1])) lost.push(`order: row ${at}, by ${by}`);
    }
  return lost;
}
"""


def test_scrolling_leaves_the_focus_where_it_is(tmp_path: Path, browser: Browser) -> None:
    for number in range(200):
        write_run(tmp_path / f"sweep{number // 2}" / f"run {number}", {"loss": [1.0]})
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address) as opened:
        expect(account(opened)).to_contain_text("of 200 drawn", timeout=2 * WAIT_MS)
        assert opened.page.locator(".window").evaluate(SCROLLED) == []
        # Keys go on from there.
        opened.page.locator(".window").evaluate("list => { list.scrollTop = 0; }")
        opened.box("sweep3/run 6").focus()
        opened.page.locator(".window").evaluate("list => { list.scrollTop = 40 * 24; }")
        expect(opened.row("sweep15/run 31")).to_be_in_viewport()
        opened.page.keyboard.press("ArrowDown")
        expect(opened.box("sweep3/run 7")).to_be_focused()
        expect(opened.row("sweep3/run 7")).to_be_in_viewport()
        # A dialog gives the focus back to a row that is out of view; from anywhere else such a row leaves the page.
        opened.page.locator(".window").evaluate("list => { list.scrollTop = 100 * 24; }")
        expect(opened.row("sweep38/run 77")).to_be_in_viewport()
        for opening, name in (("?", "Keys"), (",", "Settings")):
            opened.page.keyboard.press(opening)
            expect(opened.page.get_by_role("dialog", name=name)).to_be_visible()
            expect(opened.box("sweep3/run 7")).not_to_be_focused()
            opened.page.keyboard.press("Escape")
            expect(opened.box("sweep3/run 7")).to_be_focused()
            expect(opened.row("sweep38/run 77")).to_be_in_viewport()
        opened.page.keyboard.press("/")
        expect(filter_box(opened)).to_be_focused()
        expect(opened.row("sweep3/run 7")).to_have_count(0)
