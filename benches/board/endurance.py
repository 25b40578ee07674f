"""Whether the page stays smooth with very many runs, and small however long it is used."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from board.desks import HEIGHT, WIDTH, opened, served
from board.interactions import OBSERVE

SWITCHES = 100
Over = Literal["runs", "cards"]


@dataclass(frozen=True)
class Growth:
    """What a tab holds after garbage was collected."""

    heap: float
    """Bytes of the page's JavaScript heap."""
    nodes: float
    resident: float
    """Bytes of the tab's processes, its workers with it."""


def longest_task_while_scrolling(directory: Path, over: Over, notches: int = 120) -> float:
    """Milliseconds of the longest task while the wheel turns over the run list or cards; 0 if none was over 50 ms."""
    with served("lightboard", directory) as address, opened("lightboard", address) as desk:
        page = desk.page
        page.add_init_script(OBSERVE)
        page.goto(desk.address)
        desk.charts.first.wait_for(timeout=60_000)
        page.wait_for_timeout(4000)
        page.evaluate("window.longTasks.length = 0")
        page.mouse.move(150 if over == "runs" else WIDTH * 2 / 3, HEIGHT / 2)
        for notch in range(notches):
            page.mouse.wheel(0, 3000 if notch < notches / 2 else -2500)
            page.wait_for_timeout(16)
        page.wait_for_timeout(500)
        return float(page.evaluate("Math.max(0, ...window.longTasks)"))


def switched_often(server: str, directory: Path, hundreds: int = 6) -> list[Growth]:
    """What a tab holds after ten switches of a run, and after each hundred more."""
    with served(server, directory) as address, opened(server, address) as desk:
        desk.page.goto(desk.address)
        desk.charts.first.wait_for(timeout=60_000)
        desk.page.wait_for_timeout(3000)

        def switch(times: int) -> Growth:
            for _ in range(times):
                desk.run.click()
                desk.page.wait_for_timeout(80)
            desk.page.wait_for_timeout(2000)
            return _held(desk.page)

        return [switch(10), *(switch(SWITCHES) for _ in range(hundreds))]


def _held(page: Page) -> Growth:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {m["name"]: float(m["value"]) for m in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return Growth(metrics["JSHeapUsedSize"], metrics["Nodes"], _resident())


def _resident() -> float:
    """Of the largest renderer: the browser was started for this page alone."""
    listed = subprocess.run(["ps", "-eo", "rss=,args="], capture_output=True, text=True, check=True)
    sizes = [
        int(line.split(maxsplit=1)[0]) for line in listed.stdout.splitlines() if "--type=renderer" in line
    ]
    return max(sizes) * 1024.0
