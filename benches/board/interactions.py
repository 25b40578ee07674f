"""How long a person waits: from a touch to the next paint (Event Timing), and until every chart in view is right."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from board.desks import Desk, opened, served
from board.frames import filmed

# The browser's own account of interactions and of long tasks. It leaves out what took less than 16 ms.
OBSERVE = """
window.interactions = [];
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (entry.interactionId) window.interactions.push([entry.startTime, entry.duration]);
}).observe({ type: "event", durationThreshold: 16, buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longTasks.push(entry.duration);
}).observe({ type: "longtask", buffered: true });
for (const kind of ["pointerdown", "keydown"])
  addEventListener(kind, (event) => (window.touched = performance.timeOrigin + event.timeStamp), true);
"""
LEAST_MS = 16.0
"""What Event Timing does not tell is below this."""


@dataclass(frozen=True)
class Wait:
    """Milliseconds, medians."""

    paint: float
    charts: float


@dataclass(frozen=True)
class Answers:
    """What a page took for what a person does most."""

    first_chart: float
    """Seconds from navigation to the first curves."""
    one: Wait
    all_off: Wait
    all_on: Wait
    keystroke: float
    hover: float
    """Milliseconds of script for one move of the pointer over a chart."""


def measure(server: str, directory: Path, times: int = 5) -> Answers:
    """Open a page on a directory and use it."""
    with served(server, directory) as address, opened(server, address) as desk:
        desk.page.add_init_script(OBSERVE)
        first = _first_chart(desk)
        if server == "tensorboard" and not desk.run.is_checked():
            _wait_for(desk, desk.all_on.click)  # beyond 500 runs all are off at first
        one = [_wait_for(desk, desk.run.click) for _ in range(2 * times)]
        every = [
            (_wait_for(desk, desk.all_off.click), _wait_for(desk, desk.all_on.click)) for _ in range(times)
        ]
        hover = _hover(desk)
        keystroke = _keystrokes(desk)
    return Answers(
        first,
        _median(one),
        _median([off for off, _ in every]),
        _median([on for _, on in every]),
        keystroke,
        hover,
    )


def _median(waits: list[Wait]) -> Wait:
    return Wait(statistics.median(w.paint for w in waits), statistics.median(w.charts for w in waits))


def _first_chart(desk: Desk) -> float:
    with filmed(desk.page) as film:
        desk.page.goto(desk.address)
        desk.charts.first.wait_for(timeout=60_000)
        film.wait_until_quiet(desk.page, 2.5)
    started = float(desk.page.evaluate("performance.timeOrigin")) / 1000
    return film.first_curves() - started


def _wait_for(desk: Desk, touch: Callable[[], None]) -> Wait:
    """The waits that one touch costs. The pointer is there before, so that it is not its arrival that is measured."""
    page = desk.page
    page.evaluate("window.interactions.length = 0")
    with filmed(page) as film:
        film.wait_until_begun(page)
        film.wait_until_quiet(page, 0.4)
        _, before = film.frames[-1]
        film.frames.clear()
        touch()
        film.wait_until_changed(page, before)
        film.wait_until_quiet(page, 1.2)
    touched = float(page.evaluate("window.touched")) / 1000
    return Wait(_paint(page), max(0.0, film.settled() - touched) * 1000)


def _paint(page: Page) -> float:
    return max([LEAST_MS, *(float(duration) for _, duration in page.evaluate("window.interactions"))])


def _keystrokes(desk: Desk) -> float:
    """The slowest of the letters of a filter that ever fewer runs pass."""
    desk.filter.click()
    desk.page.wait_for_timeout(500)
    desk.page.evaluate("window.interactions.length = 0")
    for letter in "run1":
        desk.page.keyboard.press(letter)
        desk.page.wait_for_timeout(700)
    desk.page.wait_for_timeout(1000)
    return _paint(desk.page)


def _hover(desk: Desk, moves: int = 60) -> float:
    box = desk.charts.first.bounding_box()
    assert box is not None
    session = desk.page.context.new_cdp_session(desk.page)
    session.send("Performance.enable")

    def script() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "ScriptDuration"))

    desk.page.mouse.move(box["x"] + 70, box["y"] + box["height"] / 2)
    desk.page.wait_for_timeout(500)
    before = script()
    for move in range(moves):
        x = box["x"] + 70 + (box["width"] - 100) * move / moves
        desk.page.mouse.move(x, box["y"] + box["height"] * (0.3 + 0.4 * (move % 7) / 7))
        desk.page.wait_for_timeout(30)
    spent = script() - before
    desk.page.mouse.move(5, 5)
    return spent / moves * 1000
