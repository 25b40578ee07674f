"""The run panel: every gesture that switches runs, the filter, the account, columns, and keys."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from board.axe import complaints_of_axe
from board.browser import WAIT_MS, OpenBoard, tab
from boards import board
from logdirs import FIRST_WALL_TIME, flip_payload_byte, write_run

pytestmark = pytest.mark.browser

SWEEP = [f"sweep/lr={lr},seed={seed}" for lr in ("0.001", "0.01") for seed in (1, 2, 10)]
RUNS = [*SWEEP, "baseline", "other/a", "other/b", "実験 1"]


def write_hparams(directory: Path, wall_time: float, **hparams: float | str) -> None:
    """Log hyper-parameters as TensorFlow does: a session start in a file of the run."""
    with (directory / "events.out.tfevents.1763800000.host.1.hparams").open("xb") as file:
        summary = hparams_pb(hparams)
        RecordWriter(file).write(Event(wall_time=wall_time, summary=summary).SerializeToString())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("panel")
    for number, run in enumerate(RUNS):
        began = FIRST_WALL_TIME + 100 * number
        write_run(logdir / run, {"loss": [10.0 + number, 1.0 + number]}, first_wall_time=began)
        if run in SWEEP:
            optimizer = "Adam" if run.endswith("=1") else "SGD"
            write_hparams(logdir / run, began, lr=float(run[9:].split(",")[0]), optimizer=optimizer)
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[OpenBoard]:
    with tab(browser, address) as one:
        one.wait_for_curves("loss", on=set(RUNS), off=set())
        yield one
        assert one.complaints == []


def account(opened: OpenBoard) -> Locator:
    return opened.page.locator(".account")


def heading(opened: OpenBoard, name: str) -> Locator:
    """The box of a folder."""
    return opened.page.locator(f'[data-heading="{name}"] input')


def filter_box(opened: OpenBoard) -> Locator:
    return opened.page.get_by_role("searchbox", name="Filter runs")


def button(opened: OpenBoard, name: str) -> Locator:
    return opened.page.get_by_role("navigation").get_by_role("button", name=name)


def expect_on(opened: OpenBoard, on: set[str]) -> None:
    """Exactly these runs are on, each by its box."""
    for run in RUNS:
        expect(opened.box(run)).to_be_checked(checked=run in on)


def expect_listed(opened: OpenBoard, runs: Collection[str]) -> None:
    """Exactly these runs are in the list, in this order if they have one."""
    opened.page.wait_for_function(
        """({ runs, ordered }) => {
          const names = [...document.querySelectorAll("[data-run-name]")].map((row) => row.dataset.runName);
          return JSON.stringify(ordered ? names : names.sort()) === JSON.stringify(ordered ? runs : runs.sort());
        }""",
        arg={"runs": list(runs), "ordered": isinstance(runs, list)},
        timeout=WAIT_MS,
    )


# How rows are laid out


def test_runs_stand_below_their_folders_in_natural_order(opened: OpenBoard) -> None:
    expect_listed(opened, ["baseline", "other/a", "other/b", *SWEEP, "実験 1"])
    expect(opened.row(SWEEP[2]).locator(".own")).to_have_text("10")
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


def test_dragging_down_the_boxes_paints_them_in_one_step(opened: OpenBoard) -> None:
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


def test_dragging_back_to_the_first_box_leaves_it_painted(opened: OpenBoard) -> None:
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


# The filter and the account


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
    expect(opened.page.locator(".details")).to_contain_text("it is off")
    expect(opened.box("baseline")).to_have_accessible_description(re.compile("it is off"))
    filter_box(opened).fill("sweep")
    button(opened, "filtered out").click()
    opened.row("other/a").hover()
    expect(opened.page.locator(".details")).to_contain_text("the filter leaves it out")


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


# Columns


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
    assert set(opened.names()[:3]) == set(SWEEP[3:])
    button(opened, "Sort by lr, sorted downwards").click()
    assert set(opened.names()[:3]) == set(SWEEP[:3])
    opened.address(r"sort:!\(lr,up\).*duration")
    opened.page.reload()
    opened.wait_for_runs("baseline")
    expect(button(opened, "Sort by lr, sorted upwards")).to_be_visible()
    expect(opened.row(SWEEP[3]).locator('[data-column="lr"]')).to_have_text("0.01")
    button(opened, "Sort by lr, sorted upwards").click()
    assert opened.names()[0] == "baseline"


def test_columns_are_resized_by_drag_and_by_keys(opened: OpenBoard) -> None:
    edge = opened.page.get_by_role("separator", name="Width of Step")
    expect(edge).to_have_attribute("aria-valuenow", "64")
    edge.focus()
    opened.page.keyboard.press("ArrowLeft")
    expect(edge).to_have_attribute("aria-valuenow", "72")
    place = edge.bounding_box()
    assert place
    opened.page.mouse.move(place["x"] + 4, place["y"] + 12)
    opened.page.mouse.down()
    opened.page.mouse.move(place["x"] - 26, place["y"] + 12)
    opened.page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "102")
    cell = opened.row("baseline").locator('[data-column="steps"]').bounding_box()
    assert cell
    assert cell["width"] == pytest.approx(102, abs=1)


def test_nothing_is_asked_of_the_server_that_is_not_on_show(browser: Browser, address: str) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_curves("loss", on=set(RUNS), off=set())
        asked: list[str] = []
        opened.page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
        filter_box(opened).fill("sweep")
        button(opened, "Sort by Age").click()
        assert asked == []
        with opened.page.expect_request("**/api/table"):
            filter_box(opened).fill("last(loss)<3")
        with opened.page.expect_request("**/api/hparams"):
            filter_box(opened).fill("lr<3")


# Groups, colours, new runs


def group_by(opened: OpenBoard, what: str) -> None:
    chosen = opened.page.get_by_role("combobox", name="Group by")
    chosen.focus()
    expect(chosen.locator("option", has_text="lr")).to_have_count(1)
    chosen.select_option(what)


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
