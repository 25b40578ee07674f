"""Long names in narrow lists: no two rows that are called otherwise read the same."""

import re
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from board.browser import CHROMIUM, FLAGS, WAIT_MS, OpenBoard, tab
from board.panel import account
from boards import board
from logdirs import write_run

pytestmark = pytest.mark.browser

TWELVE = [
    f"sweep/lr={lr},wd={wd},seed={seed}/{fold}"
    for lr in ("0.001", "0.01", "0.1")
    for wd in ("0.1", "0.01")
    for seed, fold in ((1, 1), (1, 2))
]
THOUSAND = [
    *(
        f"multirun/2026-11-28/03-15-22/{n}_lr={10.0 ** -(n % 4)},model={'vit' if n % 2 else 'resnet50'},seed={n // 8}"
        for n in range(250)
    ),
    *(f"lightning_logs/transformer-base-encoder/version_{n}" for n in range(250)),
    *(
        f"nightly/Nov{1 + n % 28:02}_{n % 24:02}-{n % 60:02}-22_gpu-node-7.cluster.example.org"
        for n in range(250)
    ),
    *(
        f"agents/ppo-half-cheetah-{uuid.UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128)}"
        for n in range(250)
    ),
]
WINDOWS: list[ViewportSize] = [{"width": 900, "height": 800}, {"width": 390, "height": 844}]
LISTS = [
    ("#", "folder"),
    ("#panel=(flat:!t)", "run"),
    ("#groups=(rule:folder.1)", "group"),
    ("#panel=(filter:'-seed=2 -version_7')", "folder"),
    ("#groups=(rule:folder.9)", "group"),
    ("#panel=(filter:'-seed=2 -version_7',flat:!t)", "run"),
    ("#groups=(rule:'pattern.lr=0.01|[/_-][0-4]')", "group"),
]
"""What the address says, and what the first row is then."""

# Whether rows in view below the same headings read differently if they are called differently, and none runs out of its
# room. Each row says what it is called in full.
TOLD_APART = """
(first) => {
  const list = document.querySelector("nav .window");
  const { top, bottom } = list.getBoundingClientRect();
  const items = [...list.querySelectorAll("[data-key]")].map((item) => [item.getBoundingClientRect(), item]);
  items.sort(([a], [b]) => a.top - b.top);
  if (list.scrollTop === 0 && !items[0][1].querySelector(".row").classList.contains(first)) return false;
  const above = [];
  const read = new Map();
  return items.every(([box, item]) => {
    const name = item.querySelector(".name");
    const { whole } = name.dataset;
    above.splice(item.ariaLevel - 1, Infinity, whole);
    if (box.bottom < top || box.top > bottom) return true;
    const called = item.querySelector("[data-run-name]")?.dataset.runName ?? whole;
    const reads = [...above.slice(0, -1), name.innerText].join(" > ");
    const isTold = (read.get(reads) ?? called) === called;
    read.set(reads, called);
    return isTold && (name.innerText === whole || name.title === whole) && name.scrollWidth <= name.clientWidth;
  }) && read.size > 5;
}
"""


def serve(logdir: Path, runs: Sequence[str]) -> Iterator[str]:
    for run in runs:
        write_run(logdir / run, {"loss": [1.0]})
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve(tmp_path_factory.mktemp("twelve"), TWELVE)


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve(tmp_path_factory.mktemp("thousand"), THOUSAND)


def window(page: Page) -> Locator:
    return page.get_by_role("navigation").locator(".window")


def expect_told_apart(opened: OpenBoard, first: str) -> None:
    opened.page.wait_for_function(TOLD_APART, arg=first, timeout=WAIT_MS)


def show(opened: OpenBoard, address: str, size: ViewportSize) -> None:
    """List the runs as this address says, in a window of this size."""
    opened.page.set_viewport_size(size)
    opened.page.goto(address)


def test_no_two_of_twelve_rows_read_the_same(browser: Browser, twelve: str) -> None:
    with tab(browser, twelve) as opened:
        expect(account(opened)).to_contain_text("of 12 drawn", timeout=WAIT_MS)
        for rows, first in LISTS:
            for size in WINDOWS:
                show(opened, twelve + rows, size)
                expect_told_apart(opened, first)


def test_no_two_of_a_thousand_rows_read_the_same(browser: Browser, thousand: str) -> None:
    with tab(browser, thousand) as opened:
        expect(account(opened)).to_contain_text("of 1,000 drawn", timeout=3 * WAIT_MS)
        for rows, first in LISTS[:3]:
            for size in WINDOWS:
                show(opened, thousand + rows, size)
                for part in (0, 0.3, 0.6, 1):
                    window(opened.page).evaluate(
                        "(list, part) => { list.scrollTop = part * (list.scrollHeight - list.clientHeight); }",
                        part,
                    )
                    expect_told_apart(opened, first)


def test_a_name_that_is_cut_is_told_in_full(browser: Browser, twelve: str) -> None:
    """By its title, by the details of its row, and to a screen reader."""
    with tab(browser, twelve + LISTS[1][0], viewport=WINDOWS[0]) as opened:
        run = TWELVE[3]
        name = opened.row(run).locator(".name")
        expect(name).to_have_text(re.compile("…"))
        expect(name).to_have_attribute("title", run)
        expect(opened.box(run)).to_have_accessible_name(run)
        opened.row(run).hover()
        expect(opened.page.locator(".details .name")).to_have_text(run)


@pytest.fixture(scope="module")
def with_scrollbars(browser: Browser) -> Iterator[Browser]:
    """Another one: Playwright hides scrollbars, unless it is told not to."""
    hiding = ["--hide-scrollbars"]
    with browser.browser_type.launch(
        executable_path=CHROMIUM, args=FLAGS, ignore_default_args=hiding
    ) as other:
        yield other


# How far such parts of the list stand out of what is seen of it at its right, as parts of their widths.
OUT_OF_VIEW = """
(list, parts) => {
  const right = list.getBoundingClientRect().right - (list.offsetWidth - list.clientWidth);
  return [...list.querySelectorAll(parts)].map((element) => {
    const box = element.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (box.right - right) / box.width));
    return Number(part.toFixed(3)); // places are multiples of a part of a pixel
  });
}
"""


@pytest.mark.parametrize("name", ["browser", "with_scrollbars"])
@pytest.mark.parametrize("width", [1280, 900, 390])
def test_a_column_is_wholly_in_view_or_out_of_it(
    request: pytest.FixtureRequest, name: str, width: int, twelve: str
) -> None:
    """Where not all fit beside the names, which have the room of those that are scrolled to."""
    browser: Browser = request.getfixturevalue(name)
    columns = "columns:!(!(steps,66),!(age,54),!(duration,80))"
    viewport = ViewportSize(width=width, height=500)
    with tab(browser, f"{twelve}#panel=(filter:'-seed=2',{columns})", viewport=viewport) as opened:
        expect(account(opened)).to_contain_text("of 12 drawn", timeout=WAIT_MS)
        opened.wait_for_runs(TWELVE[0])
        names, first, *others = window(opened.page).evaluate(OUT_OF_VIEW, ".heads > .head")
        assert [names, first] == [0, 0]
        assert others == sorted(others)
        assert set(others) <= {0, 1}
        assert set(window(opened.page).evaluate(OUT_OF_VIEW, ".count")) == {0}


# How far the list can be scrolled to the right where it is so wide, and how wide its columns are.
HIDDEN = """
(list, width) => new Promise((done) => {
  list.parentElement.style.width = `${width}px`;
  const widthOf = (head) => head.getBoundingClientRect().width;
  requestAnimationFrame(() => requestAnimationFrame(() => done([
    list.offsetWidth - list.clientWidth,
    list.scrollWidth - list.clientWidth,
    [...list.querySelectorAll(".heads > .head:not(.name)")].map(widthOf),
  ])));
})
"""


def test_only_for_columns_is_there_anything_to_scroll_to(with_scrollbars: Browser, twelve: str) -> None:
    """A scrollbar beside the rows takes its room from the names."""
    with tab(with_scrollbars, twelve, viewport={"width": 1280, "height": 400}) as opened:
        expect(account(opened)).to_contain_text("of 12 drawn", timeout=WAIT_MS)
        expect_told_apart(opened, "folder")
        seen = set()
        for width in range(240, 420, 4):
            scrollbar, hidden, columns = window(opened.page).evaluate(HIDDEN, width)
            assert scrollbar > 0
            assert hidden in (0, columns[-1]), f"{width} CSS pixels wide"
            seen.add(hidden)
        assert len(seen) == 2, "all columns fit, or all but one"


def test_headings_are_told_apart_where_runs_stood_before(browser: Browser, tmp_path: Path) -> None:
    """What stands in the page for a row is used for others, whose font is another one."""
    folders = [f"experiments-of-november-with-resnet50-and-adam-variant-{n:02}" for n in range(60)]
    runs = [f"{folder}/seed-{seed}" for folder in folders for seed in (1, 2)]
    for address in serve(tmp_path, runs):
        with tab(browser, address, viewport=WINDOWS[0]) as opened:
            expect(account(opened)).to_contain_text("of 120 drawn", timeout=WAIT_MS)
            for place in (101, 60, 33, 99, 7):
                window(opened.page).evaluate("(list, top) => { list.scrollTop = top; }", 24 * place)
                expect_told_apart(opened, "folder")


# Makes the list so wide that the first name lacks this many CSS pixels, and waits for what follows from it.
LACKING = """
(list, lacking) => new Promise((done) => {
  const name = list.querySelector(".row .name");
  const text = document.createRange();
  text.selectNodeContents(name);
  list.whole ??= text.getBoundingClientRect().width - name.closest("label").getBoundingClientRect().width
    + list.getBoundingClientRect().width;
  list.parentElement.style.width = `${list.whole - lacking}px`;
  requestAnimationFrame(() => requestAnimationFrame(() => done()));
})
"""


def test_names_that_lack_a_part_of_a_pixel_read_differently(browser: Browser, tmp_path: Path) -> None:
    names = [f"lr=0.001,wd=0.1,seed={seed}" for seed in range(10, 16)]
    for address in serve(tmp_path, names):
        with tab(browser, f"{address}#panel=(flat:!t,columns:!())") as opened:
            expect(account(opened)).to_contain_text("of 6 drawn", timeout=WAIT_MS)
            for lacking in (0, 0.1, 0.2, 0.3, 0.4, 0.6, 1):
                window(opened.page).evaluate(LACKING, lacking)
                seen = {opened.row(name).locator(".name").screenshot() for name in names}
                assert len(seen) == len(names), f"where they lack {lacking} px"


def test_a_name_that_is_cut_by_one_letter_is_told_by_its_title(browser: Browser, tmp_path: Path) -> None:
    """That letter is wider than the dots which stand for it, in the fonts that have it."""
    names = [f"{nth}{'hundredth' * 3}{wide}" for nth, wide in enumerate("⸻⸻﷽﷽")]
    for address in serve(tmp_path, names):
        with tab(browser, f"{address}#panel=(flat:!t,columns:!())") as opened:
            expect(account(opened)).to_contain_text("of 4 drawn", timeout=WAIT_MS)
            seen = set()
            for lacking in range(-4, 24, 2):
                window(opened.page).evaluate(LACKING, lacking)
                for name in names:
                    shown = opened.row(name).locator(".name")
                    reads = shown.inner_text()
                    assert shown.get_attribute("title") == (None if reads == name else name)
                    seen.add((len(reads), reads == name))
            assert (len(names[0]), False) in seen


def test_the_values_at_a_step_are_told_with_whole_names(browser: Browser, tmp_path: Path) -> None:
    """To a screen reader, in the table at the crosshair and in the one below the chart, where names are cut."""
    names = [f"experiments-of-november/with-resnet50-and-adam/variant-{n}/seed-1" for n in (1, 2)]
    for address in serve(tmp_path, names):
        with tab(browser, address, viewport=WINDOWS[0]) as opened:
            plot = opened.card("loss").locator(".hit")
            plot.hover()
            crosshair = opened.page.locator(".crosshair")
            plot.click()
            below = opened.page.get_by_role("region", name="Values of loss at step")
            for table in (crosshair, below):
                told = table.get_by_role("rowheader")
                expect(told).to_have_count(2)
                expect(told.locator(".name")).to_have_text([re.compile("…")] * 2)
                for name in names:
                    expect(table.get_by_role("rowheader", name=name, exact=True)).to_have_count(1)
