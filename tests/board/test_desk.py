"""The page of cards: sections, filter, pins, cards with several tags, sizes, and only what is in view in the page."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from board.browser import WAIT_MS, OpenBoard, tab
from boards import board
from index.records import header, scalar, write
from logdirs import write_run

pytestmark = pytest.mark.browser

CURVE = [3.0, 2.0, 1.0]
PREFIXED = [f"{prefix}/{name}" for prefix in ("train", "val") for name in ("accuracy", "loss")]
TAGS = ["lr", *PREFIXED, *(f"norm/layer {number}" for number in range(1, 13))]
MANY = 5_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("desk")
    for run, by in (("a", 1.0), ("b", 2.0)):
        write_run(logdir / run, {tag: [by * value for value in CURVE] for tag in TAGS})
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[OpenBoard]:
    with tab(browser, address) as one:
        expect(one.page.get_by_role("button", name="Top level 1 tag")).to_be_visible(timeout=WAIT_MS)
        yield one
        assert one.complaints == []


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("many")
    points = [
        scalar(step, step + number, f"{prefix}/{number}")
        for prefix, count in (("all", MANY), ("few", 30))
        for number in range(count)
        for step in range(2)
    ]
    write(logdir / "run", header() + b"".join(points))
    with board(logdir, "--port", "0") as running:
        yield running.address


def section(opened: OpenBoard, name: str) -> Locator:
    """The heading of a section, which opens and closes it."""
    return opened.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)} [\d,]+ (tag|card)s?$"))


def titles(opened: OpenBoard) -> list[str]:
    """Tags of the cards in the page, in its order."""
    cards = opened.page.locator("article[data-tag]").all()
    return [card.get_attribute("data-tag") or "" for card in cards]


def top(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box
    return box["y"]


def width(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box
    return box["width"]


def menu_of(opened: OpenBoard, tag: str) -> Locator:
    return opened.page.get_by_role("button", name=f"Menu of {tag}", exact=True)


def filter_tags(opened: OpenBoard, text: str) -> None:
    opened.page.get_by_role("searchbox", name="Filter tags").fill(text)


def test_sections_are_in_natural_order_and_stay_closed_over_a_reload(opened: OpenBoard) -> None:
    opened.page.set_viewport_size({"width": 1280, "height": 6000})
    expect(opened.card("val/loss")).to_be_visible()
    assert titles(opened) == TAGS[:1] + TAGS[5:] + TAGS[1:5]
    norm = section(opened, "norm")
    expect(norm).to_have_attribute("aria-expanded", "true")
    norm.focus()
    opened.page.keyboard.press("Enter")
    expect(norm).to_have_attribute("aria-expanded", "false")
    expect(opened.card("norm/layer 1")).to_have_count(0)
    assert titles(opened) == TAGS[:5]
    opened.page.wait_for_url("**desk=**")
    opened.page.reload()
    expect(section(opened, "norm")).to_have_attribute("aria-expanded", "false", timeout=WAIT_MS)
    section(opened, "norm").click()
    expect(opened.card("norm/layer 1")).to_be_visible()


def test_a_filter_opens_what_matches_and_counts_it(opened: OpenBoard) -> None:
    opened.page.set_viewport_size({"width": 1280, "height": 4000})
    section(opened, "val").click()
    filter_tags(opened, "val|lr -acc")
    expect(opened.page.get_by_role("status").get_by_text("2 of 17 tags")).to_be_visible()
    assert titles(opened) == ["lr", "val/loss"]
    filter_tags(opened, "val|lr -acc /(")
    field = opened.page.get_by_role("searchbox", name="Filter tags")
    field.press("Escape")
    expect(opened.page.locator("#charts")).to_be_focused()
    opened.page.keyboard.press("g")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("expected"))
    assert titles(opened) == ["lr", "val/loss"], "the last filter that could be understood still holds"
    filter_tags(opened, "nothing like it")
    expect(opened.page.get_by_text("No tag matches the filter")).to_be_visible()
    opened.page.get_by_role("button", name="Show all 17 tags").click()
    expect(field).to_have_value("")
    expect(section(opened, "val")).to_have_attribute("aria-expanded", "false")


def test_pinned_cards_come_first_and_are_told_of_where_they_were(opened: OpenBoard) -> None:
    opened.page.set_viewport_size({"width": 1280, "height": 4000})
    opened.choose("train/loss", "Pin to the top")
    expect(section(opened, "Pinned")).to_be_visible()
    expect(menu_of(opened, "train/loss")).to_be_focused()
    assert titles(opened)[0] == "train/loss"
    expect(section(opened, "train")).to_have_accessible_name("train 1 tag")
    opened.page.wait_for_url("**pinned**")
    opened.page.reload()
    expect(opened.card("train/loss")).to_be_visible(timeout=WAIT_MS)
    assert titles(opened)[0] == "train/loss"
    opened.page.get_by_role("button", name="1 tag of this section pinned").click()
    opened.page.get_by_role("menuitem", name="train/loss").click()
    expect(opened.card("train/loss").get_by_role("button").first).to_be_focused()
    opened.page.get_by_role("button", name="Unpin train/loss").press("Enter")
    expect(menu_of(opened, "train/loss")).to_be_focused()
    expect(section(opened, "Pinned")).to_have_count(0)


def both_by_dragging(opened: OpenBoard) -> None:
    opened.card("train/loss").locator("header").drag_to(opened.card("lr"))


def both_by_the_keyboard(opened: OpenBoard) -> None:
    opened.card("lr").get_by_role("button", name="Menu of lr").focus()
    opened.page.keyboard.press("Enter")
    expect(opened.page.get_by_role("menuitem").first).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        opened.page.keyboard.press(key)
    picker = opened.page.get_by_role("dialog", name="Show with lr")
    expect(picker).to_be_visible()
    picker.get_by_role("searchbox").fill("train loss")
    picker.get_by_role("button", name="train/loss").press("Enter")
    expect(picker).to_have_count(0)
    expect(menu_of(opened, "lr + train/loss")).to_be_focused()


@pytest.mark.parametrize("together", [both_by_dragging, both_by_the_keyboard])
def test_two_tags_in_one_card_and_apart_again(opened: OpenBoard, together: object) -> None:
    filter_tags(opened, "lr|train/loss")
    opened.wait_for_curves("lr", on={"a", "b"}, off=set())
    assert callable(together)
    together(opened)
    both = "lr + train/loss"
    opened.wait_for_curves(both, on={"a", "b"}, off=set())
    assert titles(opened) == [both]
    opened.page.locator(f'[data-tag="{both}"] .hit').hover()
    rows = opened.page.locator(".crosshair tbody tr")
    expect(rows).to_have_count(4)
    assert {"".join(text.split()) for text in rows.locator("th").all_text_contents()} == {
        f"{run}·{tag}" for run in "ab" for tag in ("lr", "train/loss")
    }
    opened.page.mouse.move(0, 0)
    opened.page.go_back()
    expect(opened.card("train/loss")).to_be_visible()
    opened.page.go_forward()
    expect(opened.card(both)).to_be_visible()
    opened.choose(both, "Split into 2 cards")
    expect(opened.card("train/loss")).to_be_visible()
    expect(menu_of(opened, "lr")).to_be_focused()
    assert titles(opened) == ["lr", "train/loss"]


def test_tags_in_one_card_are_told_apart_by_their_dashes(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "run", {"train": [1.0] * 50, "val": [2.0] * 50})
    with (
        board(tmp_path, "--port", "0") as running,
        tab(browser, running.address + "#desk=(together:!(!(train,val)))") as opened,
    ):
        card = opened.card("train + val")
        opened.wait_for_curves("train + val", on={"run"}, off=set())
        expect(card.locator("h3 .line")).to_have_class([re.compile("dash0"), re.compile("dash1")])
        # Of each row of pixels that a line runs along, how much of it is strong.
        shares = opened.page.evaluate(
            """() => {
              const canvas = document.querySelector('[data-tag="train + val"] canvas');
              const { width, height } = canvas;
              const copy = new OffscreenCanvas(width, height).getContext("2d");
              copy.drawImage(canvas, 0, 0);
              const { data } = copy.getImageData(0, 0, width, height);
              return Array.from({ length: height }, (_, row) => {
                let strong = 0;
                for (let x = 0; x < width; x++) if (data[4 * (row * width + x) + 3] > 100) strong++;
                return strong / width;
              });
            }"""
        )
        drawn = [share for share in shares if share > 0.3]
        assert any(share > 0.9 for share in drawn), drawn
        assert any(0.5 < share < 0.8 for share in drawn), drawn
        hit = card.locator(".hit")
        hit.hover()
        rows = opened.page.locator(".crosshair tbody tr")
        expect(rows.filter(has_text="train").locator(".dash0")).to_be_visible()
        expect(rows.filter(has_text="val").locator(".dash1")).to_be_visible()


def test_more_tags_than_there_are_dashes_are_said_to_repeat_them(tmp_path: Path, browser: Browser) -> None:
    tags = [f"t{number}" for number in range(9)]
    write_run(tmp_path / "run", {tag: [float(number)] * 9 for number, tag in enumerate(tags)})
    for shown in (tags[:8], tags):
        with (
            board(tmp_path, "--port", "0") as running,
            tab(browser, running.address + f"#desk=(together:!(!({','.join(shown)})))") as opened,
        ):
            card = opened.card(" + ".join(shown))
            lines = [re.compile(f"dash{number % 8}") for number in range(len(shown))]
            expect(card.locator("h3 .line")).to_have_class(lines)
            expect(card.get_by_text("dashes repeat")).to_have_count(len(shown) - 8)


def test_cards_have_sizes_from_small_multiples_to_the_whole_page(opened: OpenBoard) -> None:
    widths = []
    for size in ("Small multiples", "Medium cards", "Large cards", "One card a row"):
        opened.page.get_by_role("radio", name=size).check()
        opened.wait_for_curves("norm/layer 1", on={"a", "b"}, off=set())
        box = opened.card("norm/layer 1").bounding_box()
        assert box
        widths.append(box["width"])
    assert widths == sorted(widths)
    assert widths[0] < 240
    opened.page.get_by_role("radio", name="Small multiples").check()
    opened.card("norm/layer 1").locator(".hit").hover()
    expect(opened.page.locator(".crosshair")).to_be_visible()
    opened.page.wait_for_url("**small**")
    opened.page.reload()
    expect(opened.page.get_by_role("radio", name="Small multiples")).to_be_checked(timeout=WAIT_MS)

    opened.choose("norm/layer 1", "Full screen")
    opened.wait_for_curves("norm/layer 1", on={"a", "b"}, off=set())
    assert titles(opened) == ["norm/layer 1"]
    box = opened.card("norm/layer 1").bounding_box()
    assert box
    assert box["width"] > 800
    assert box["height"] > 700
    opened.page.get_by_role("button", name="Next card").click()
    opened.page.keyboard.press("Enter")
    expect(opened.card("norm/layer 3")).to_be_visible()
    opened.page.get_by_role("button", name="Previous card").click()
    opened.wait_for_curves("norm/layer 2", on={"a", "b"}, off=set())
    opened.box("a").click()  # Runs can be switched meanwhile.
    opened.wait_for_curves("norm/layer 2", on={"b"}, off={"a"})
    opened.card("norm/layer 2").locator(".hit").focus()
    opened.page.keyboard.press("ArrowLeft")
    expect(opened.page.locator(".crosshair")).to_be_visible()
    opened.page.keyboard.press("Escape")  # The chart gives up its crosshair first.
    expect(opened.page.locator(".crosshair")).to_be_hidden()
    expect(opened.page.get_by_role("button", name="Leave full screen")).to_be_visible()
    opened.page.keyboard.press("Escape")
    expect(opened.card("lr")).to_be_visible()
    expect(opened.page.get_by_role("button", name="Menu of norm/layer 2")).to_be_focused()


def test_only_cards_in_or_near_view_are_in_the_page(browser: Browser, many: str) -> None:
    with tab(browser, many) as opened:
        opened.wait_for_curves("all/0", on={"run"}, off=set())
        expect(section(opened, "all")).to_have_accessible_name("all 5,000 tags")
        assert opened.page.locator("article").count() < 20
        item = opened.page.locator("li", has=opened.card("all/0"))
        expect(item).to_have_attribute("aria-setsize", "5000")
        expect(item).to_have_attribute("aria-posinset", "1")

        asked: list[str] = []
        opened.page.on(
            "request",
            lambda request: (
                asked.extend((request.post_data_json or {})["tags"]) if "scalars" in request.url else None
            ),
        )
        charts = opened.page.locator("#charts")
        for part in (0.2, 0.4, 0.6, 0.8):
            charts.evaluate("(it, part) => { it.scrollTop = part * it.scrollHeight }", part)
        opened.page.wait_for_function("() => document.querySelector('article')?.dataset.tag > 'all/3'")
        assert opened.page.locator("article").count() < 30
        opened.page.wait_for_function("() => document.querySelector('article [data-drawn]')")
        # The heading stays in view, and closing it leaves it there.
        heading = section(opened, "all")
        before = top(heading)
        heading.click()
        expect(opened.card("few/0")).to_be_visible()
        assert abs(top(heading) - before) < 2
        heading.click()
        expect(heading).to_have_attribute("aria-expanded", "true")
        assert len(asked) < 200
        assert opened.complaints == []


def test_what_is_in_view_stays_there_when_the_page_changes_around_it(browser: Browser, many: str) -> None:
    with tab(browser, many) as opened:
        opened.wait_for_curves("all/0", on={"run"}, off=set())
        opened.page.locator("#charts").evaluate("it => { it.scrollTop = it.scrollHeight / 2 }")
        seen = """() => [...document.querySelectorAll("article")].find((card) =>
          card.getBoundingClientRect().top > 120)?.dataset.tag"""
        opened.page.wait_for_function(f"() => ({seen})() > 'all/2'")
        tag = opened.page.evaluate(seen)
        before = top(opened.card(tag))
        # A pin puts a section above everything, and takes a card out of this one.
        opened.choose(f"all/{int(tag.removeprefix('all/')) + 3}", "Pin to the top")
        expect(section(opened, "all")).to_have_accessible_name("all 4,999 tags")
        assert abs(top(opened.card(tag)) - before) < 2
        opened.page.set_viewport_size({"width": 900, "height": 900})
        expect(opened.card(tag)).to_be_in_viewport()


def test_a_card_with_the_focus_stays_in_the_page(browser: Browser, many: str) -> None:
    with tab(browser, many) as opened:
        opened.wait_for_curves("all/0", on={"run"}, off=set())
        menu = opened.page.get_by_role("button", name="Menu of all/1", exact=True)
        menu.focus()
        opened.page.locator("#charts").evaluate("it => { it.scrollTop = it.scrollHeight / 2 }")
        opened.page.wait_for_function("() => document.querySelectorAll('article')[2]?.dataset.tag > 'all/2'")
        expect(menu).to_be_focused()
        opened.page.keyboard.press("Tab")
        expect(opened.card("all/2")).to_be_visible()
        opened.page.keyboard.press("Tab")
        expect(opened.page.get_by_role("button", name="Menu of all/2", exact=True)).to_be_focused()


def test_the_run_list_has_a_width_of_ones_own(opened: OpenBoard) -> None:
    runs = opened.page.get_by_role("navigation")
    edge = opened.page.get_by_role("separator", name="Width of the run list")
    before = width(runs)
    edge.focus()
    opened.page.keyboard.press("ArrowRight")
    assert width(runs) == pytest.approx(before + 16, abs=1)
    box = edge.bounding_box()
    assert box
    opened.page.mouse.move(box["x"] + 3, 400)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 103, 400, steps=3)
    opened.page.mouse.up()
    assert width(runs) == pytest.approx(before + 116, abs=2)
    opened.page.reload()
    expect(edge).to_be_visible()
    assert width(runs) == pytest.approx(before + 116, abs=2)
    edge.dblclick()
    assert width(runs) == pytest.approx(before, abs=1)


def test_settings_open_beside_the_charts_and_give_the_focus_back(opened: OpenBoard) -> None:
    button = opened.page.get_by_role("button", name="Settings")
    drawer = opened.settings()
    expect(drawer).to_be_visible()
    opened.box("a").click()  # What is behind it stays usable.
    drawer.get_by_role("radio", name="Dark").check()
    opened.page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(button).to_be_focused()


def test_everything_is_within_reach_in_a_narrow_window(browser: Browser, address: str) -> None:
    with tab(browser, address, viewport={"width": 390, "height": 844}) as opened:
        opened.wait_for_runs("a")
        runs = opened.page.get_by_role("button", name="Runs", exact=True)
        expect(runs).to_have_attribute("aria-expanded", "true")
        runs.click()
        expect(opened.box("a")).to_be_hidden()
        opened.wait_for_curves("lr", on={"a", "b"}, off=set())
        expect(opened.settings().get_by_role("slider", name="Smoothing")).to_be_visible()
        expect(opened.settings().get_by_role("radio", name="Relative")).to_be_visible()
        assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
        assert opened.complaints == []


def test_names_that_look_alike_are_told_apart(tmp_path: Path, browser: Browser) -> None:
    broken, shown = "s/a\nb", "s/a␊b"
    together = json.dumps(["b", "a"], separators=(",", ":"))
    write_run(tmp_path / "run", dict.fromkeys((broken, shown, "s/c", "a", "b", together), CURVE))
    desk = "desk=(pinned:!('s/a%0Ab',s/a%E2%90%8Ab),together:!(!(b,a)))"
    with board(tmp_path, "--port", "0") as running, tab(browser, f"{running.address}#{desk}") as opened:
        opened.page.set_viewport_size({"width": 1280, "height": 2000})
        opened.wait_for_curves("s/c", on={"run"}, off=set())
        assert titles(opened) == [broken, shown, together, "b + a", "s/c"]
        opened.page.get_by_role("button", name="2 tags of this section pinned").click()
        expect(opened.page.get_by_role("menuitem")).to_have_text([shown, shown])
        assert opened.complaints == []


def test_what_is_long_has_room_and_hides_nothing(tmp_path: Path, browser: Browser) -> None:
    tags = [f"s/{number}" for number in range(60)]
    run = f"sweep with a name that is longer than the list {'is wide ' * 4}"
    write_run(tmp_path / run, dict.fromkeys([*tags, "D/loss"], CURVE))
    desk = f"desk=(pinned:!({','.join(tags[:50])}),closed:!(pinned))"
    with board(tmp_path, "--port", "0") as running, tab(browser, f"{running.address}#{desk}") as opened:
        page = opened.page
        opened.wait_for_curves("s/50", on={run}, off=set())
        page.get_by_role("button", name="50 tags of this section pinned").click()
        menu = page.get_by_role("menu").filter(visible=True)
        box = menu.bounding_box()
        assert box
        assert box["y"] + box["height"] < 900
        page.keyboard.press("n")  # which switches all runs off elsewhere
        page.keyboard.press("Escape")
        expect(opened.box(run)).to_be_checked()

        expect(opened.card("D/loss").locator("h3 .name")).to_have_text("D/loss")
        opened.row(run).hover()
        pin = page.get_by_role("button", name="Baseline: ").bounding_box()
        column = opened.row(run).locator(".cell").first.bounding_box()
        assert pin
        assert column
        assert pin["x"] + pin["width"] <= column["x"]
        page.get_by_role("button", name="Baseline: ").click()
        how = page.get_by_role("combobox", name="Compare").bounding_box()
        name = page.locator(".compared .name").bounding_box()
        assert how
        assert name
        assert how["x"] + how["width"] <= name["x"] or how["y"] + how["height"] <= name["y"]
        assert opened.complaints == []


def test_hostile_addresses_leave_a_page_that_works(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "a", {"loss": CURVE})
    hostile = "desk=(pinned:!(!(),nothing),together:!(!(loss,loss),!(loss,gone)),closed:7,size:'{huge')"
    with board(tmp_path, "--port", "0") as running, tab(browser, f"{running.address}#{hostile}") as opened:
        opened.wait_for_curves("loss", on={"a"}, off=set())
        assert titles(opened) == ["loss"]
        assert opened.complaints == []
