"""Every state of the page is photographed, and axe finds nothing wrong in it.

The pictures go to `artifacts/`, or where LIGHTBOARD_ARTIFACTS says; docs/board.png is one of them.
"""

import math
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from board.axe import complaints_of_axe
from board.browser import WAIT_MS, OpenBoard, tab
from boards import Board, board
from index.records import header, scalar, write
from logdirs import flip_payload_byte, write_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARTIFACTS = Path(os.environ.get("LIGHTBOARD_ARTIFACTS") or Path(__file__).parents[2] / "artifacts")
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}
LARGE = {"width": 2560, "height": 1440}
STEPS = 300
SWEEP = [
    f"sweep/lr={lr},wd={wd},seed={seed}"
    for lr in ("0.001", "0.01", "0.1")
    for wd in ("0.01", "0.1")
    for seed in (1, 2)
]


def picture(opened: OpenBoard, name: str) -> None:
    """Take a picture of the page as it is now, in which axe finds nothing wrong."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    opened.page.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")
    complaints = complaints_of_axe(opened)
    assert complaints == [], "\n".join(complaints)


def training(number: int) -> dict[str, list[float]]:
    """What a run of a small network might log."""
    noise = random.Random(number)
    rate = 0.02 * 1.25**number

    def curve(start: float, end: float, spread: float) -> list[float]:
        return [
            end
            + (start - end) * math.exp(-rate * step / 4)
            + noise.gauss(0, spread * (0.2 + math.exp(-rate * step)))
            for step in range(STEPS)
        ]

    worse = 0.02 * (number - 5) ** 2
    layers = {f"gradient/layer {layer}": curve(1 + layer / 4, 0.1 * layer, 0.05) for layer in range(1, 13)}
    return {
        "learning rate": [0.1 * rate * (1 + math.cos(math.pi * step / STEPS)) / 2 for step in range(STEPS)],
        "train/loss": curve(2.3, 0.2 + worse, 0.1),
        "train/accuracy": curve(0.1, 0.95 - worse / 3, 0.02),
        "validation/loss": curve(2.3, 0.4 + worse, 0.05),
        "validation/accuracy": curve(0.1, 0.9 - worse / 3, 0.01),
    } | layers


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("runs", numbered=False)
    for number in range(12):
        write_run(logdir / f"resnet/lr={0.02 * 1.25**number:.3f}", training(number))
    with board(logdir, "--port", "0") as running:
        yield running.address


@contextmanager
def on(browser: Browser, address: str, size: dict[str, int], theme: str = "light") -> Iterator[OpenBoard]:
    """A board whose cards in view are drawn."""
    with tab(browser, address, viewport=size, color_scheme=theme) as opened:
        drawn(opened)
        yield opened
        assert opened.complaints == []


def drawn(opened: OpenBoard) -> None:
    """Wait until every card in the page has its curves."""
    opened.page.wait_for_function(
        """() => {
          const cards = [...document.querySelectorAll("article")];
          return cards.length > 0 && cards.every((card) => Number(card.querySelector("figure")?.dataset.drawn) > 0);
        }""",
        timeout=WAIT_MS,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("", WIDE), ("-narrow", NARROW), ("-large", LARGE)])
def test_twelve_runs(browser: Browser, twelve: str, name: str, size: dict[str, int], theme: str) -> None:
    with on(browser, twelve, size, theme) as opened:
        picture(opened, f"twelve-runs{name}-{theme}")


def small_multiples(opened: OpenBoard) -> None:
    opened.page.get_by_role("radio", name="Small multiples").check()


def crosshair(opened: OpenBoard) -> None:
    opened.page.locator('[data-tag="train/loss"] .hit').hover()
    expect(opened.page.locator(".crosshair")).to_be_visible()


def settings(opened: OpenBoard) -> None:
    expect(opened.settings()).to_be_visible()


def menu(opened: OpenBoard) -> None:
    opened.page.locator("article").get_by_role("button").first.click()
    expect(opened.page.get_by_role("menuitem").first).to_be_focused()


def full_screen(opened: OpenBoard) -> None:
    opened.choose("train/loss", "Full screen")


def together(opened: OpenBoard) -> None:
    opened.choose("train/loss", "Show with another tag…")
    picker = opened.page.get_by_role("dialog", name="Show with train/loss")
    complaints = complaints_of_axe(opened)
    assert complaints == [], "\n".join(complaints)
    picker.get_by_role("button", name="validation/loss").click()
    opened.choose("train/loss + validation/loss", "Pin to the top")


def no_such_tag(opened: OpenBoard) -> None:
    opened.page.get_by_role("searchbox", name="Filter tags").fill("perplexity")
    expect(opened.page.get_by_text("No tag matches")).to_be_visible()


def invalid_filter(opened: OpenBoard) -> None:
    opened.page.get_by_role("searchbox", name="Filter tags").fill("train /(")
    expect(opened.page.get_by_role("searchbox", name="Filter tags")).to_have_attribute("aria-invalid", "true")


def all_off(opened: OpenBoard) -> None:
    opened.page.get_by_role("button", name="None").click()
    expect(opened.page.get_by_text("all are off").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "act",
    [
        small_multiples,
        crosshair,
        settings,
        menu,
        full_screen,
        together,
        no_such_tag,
        invalid_filter,
        all_off,
    ],
)
def test_what_a_person_does(
    browser: Browser, twelve: str, act: Callable[[OpenBoard], None], theme: str
) -> None:
    with on(browser, twelve, WIDE, theme) as opened:
        opened.page.get_by_role("searchbox", name="Filter tags").fill("loss|rate")
        expect(opened.card("train/loss")).to_be_attached()
        act(opened)
        if act is not no_such_tag:
            drawn(opened)
        picture(opened, f"{act.__name__.replace('_', '-')}-{theme}")


def bands(opened: OpenBoard) -> None:
    opened.page.get_by_role("combobox", name="Group by").select_option("folder")
    opened.page.get_by_role("combobox", name="Draw").select_option("mean")


def baseline(opened: OpenBoard) -> None:
    opened.box(SWEEP[3]).focus()
    opened.page.keyboard.press("b")
    expect(opened.page.locator(".compared")).to_be_visible()


def step_table(opened: OpenBoard) -> None:
    opened.page.locator('[data-tag="train/loss"] .hit').click()
    expect(
        opened.page.get_by_role("region", name="Values of train/loss").get_by_role("row").nth(9)
    ).to_be_visible()


def invalid_run_filter(opened: OpenBoard) -> None:
    opened.page.get_by_role("searchbox", name="Filter runs").fill("seed lr>")
    expect(opened.page.locator(".problem")).to_be_visible()


def only_this(opened: OpenBoard) -> None:
    opened.box(SWEEP[3]).click(modifiers=["Alt"])
    expect(opened.page.locator(".said")).not_to_be_empty()


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("long", numbered=False)
    for number, run in enumerate(SWEEP):
        write_run(logdir / run, {"train/loss": training(number)["train/loss"]})
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("act", [bands, baseline, step_table, invalid_run_filter, only_this])
def test_the_panel_beside_long_names(
    browser: Browser, sweep: str, act: Callable[[OpenBoard], None], theme: str
) -> None:
    size = {"width": 900, "height": 800}
    with on(browser, f"{sweep}#panel=(flat:!t)", size, theme) as opened:
        act(opened)
        drawn(opened)
        picture(opened, f"{act.__name__.replace('_', '-')}-{theme}")


def test_no_run_yet_and_no_directory(tmp_path: Path, browser: Browser) -> None:
    with board(tmp_path / "runs", "--port", "0") as running, tab(browser, running.address) as opened:
        expect(opened.page.get_by_role("heading", name="does not exist yet")).to_be_visible(timeout=WAIT_MS)
        picture(opened, "missing")
        (tmp_path / "runs").mkdir()
        expect(opened.page.get_by_role("heading", name="No runs yet")).to_be_visible(timeout=WAIT_MS)
        picture(opened, "empty")
        write_run(tmp_path / "runs" / "baseline", {"loss": training(5)["train/loss"]})
        drawn(opened)
        picture(opened, "one-run")


@contextmanager
def slowed(running: Board) -> Iterator[None]:
    """Let the board run for a tenth of the time, so that what takes it a moment lasts; in the end it stands still."""
    over = threading.Event()

    def alternate() -> None:
        while not over.wait(0.005):
            running.process.send_signal(signal.SIGSTOP)
            over.wait(0.045)
            running.process.send_signal(signal.SIGCONT)
        running.process.send_signal(signal.SIGSTOP)

    thread = threading.Thread(target=alternate)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_while_files_are_read(tmp_path: Path, browser: Browser) -> None:
    points = b"".join(scalar(step, value) for step, value in enumerate(training(5)["train/loss"] * 60))
    for number in range(4):
        write(tmp_path / "later" / f"trial {number}", header() + points * 60)
    (tmp_path / "runs").mkdir()
    with board(tmp_path / "runs", "--port", "0") as running, tab(browser, running.address) as opened:
        expect(opened.page.get_by_role("heading", name="No runs yet")).to_be_visible(timeout=WAIT_MS)
        with slowed(running):
            (tmp_path / "later").rename(tmp_path / "runs" / "sweep")
            expect(opened.page.get_by_role("progressbar")).to_be_visible(timeout=WAIT_MS)
        picture(opened, "loading")
        running.process.send_signal(signal.SIGCONT)
        expect(opened.page.get_by_role("progressbar")).to_be_hidden(timeout=6 * WAIT_MS)


def test_a_thousand_runs(tmp_path: Path, browser: Browser) -> None:
    for number in range(1000):
        noise = random.Random(number)
        values = [2.3 * math.exp(-step / (10 + number % 37)) + noise.gauss(0.3, 0.05) for step in range(60)]
        points = [
            scalar(step, value * by, tag)
            for tag, by in (("train/loss", 1), ("train/error", 0.4))
            for step, value in enumerate(values)
        ]
        write(tmp_path / f"sweep-{number // 100}" / f"trial_{number:03}", header() + b"".join(points))
    with board(tmp_path, "--port", "0") as running, on(browser, running.address, WIDE) as opened:
        expect(
            opened.page.locator('[data-tag="train/loss"]').get_by_text("1,000 of 1,000 runs")
        ).to_be_visible(timeout=WAIT_MS)
        drawn(opened)
        picture(opened, "thousand-runs")


def doctor(opened: OpenBoard) -> Locator:
    """Open the doctor's report, and wait for the end of its look."""
    opened.page.keyboard.press("d")
    dialog = opened.page.get_by_role("dialog", name="Doctor")
    # A look is a process of its own, at low priority.
    expect(dialog.get_by_role("status")).to_contain_text("Looked at", timeout=6 * WAIT_MS)
    return dialog


def test_what_cannot_be_read_and_a_server_that_is_gone(tmp_path: Path, browser: Browser) -> None:
    write_run(tmp_path / "good", {"loss": training(5)["train/loss"]})
    flip_payload_byte(write_run(tmp_path / "damaged", {"loss": training(3)["train/loss"]}), 2)
    write_run(tmp_path / "nothing logged", {})
    for number in range(8):
        write_run(tmp_path / f"killed/{number}", {}).write_bytes(b"")
    with board(tmp_path, "--port", "0") as running:
        for name, size, theme in [("", WIDE, "dark"), ("-narrow", NARROW, "light")]:
            with on(browser, running.address, size, theme) as opened:
                doctor(opened)
                picture(opened, f"doctor{name}-{theme}")
        with tab(browser, running.address) as opened:
            opened.wait_for_curves("loss", on={"good", "damaged"}, off=set())
            dialog = doctor(opened)
            picture(opened, "doctor-light")
            opened.page.keyboard.press("Escape")
            opened.page.get_by_role("button", name="What the doctor says of damaged").click()
            picture(opened, "doctor-of-one-run")
            opened.page.keyboard.press("Escape")
            running.stop()
            expect(opened.page.get_by_role("alert")).to_be_visible(timeout=WAIT_MS)
            picture(opened, "error")
            opened.page.keyboard.press("d")
            dialog.get_by_role("button", name="Look again").click()
            expect(dialog.get_by_role("alert")).to_be_visible(timeout=WAIT_MS)
            picture(opened, "doctor-failed")
