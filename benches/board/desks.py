"""Lightboard's page and TensorBoard's, as a person would open them, and where their switches are."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page

import chromium
from serving import COMMANDS, free_port

WIDTH, HEIGHT = 1280, 800
BROWSER_STARTS_MS = 3_000
"""Within this the browser has loaded its own pages, which would compete with the one that is measured."""


@dataclass(frozen=True)
class Desk:
    """An open page and what a person touches on it."""

    page: Page
    address: str
    run: Locator
    """The box of one run in view."""
    all_off: Locator
    all_on: Locator
    filter: Locator
    charts: Locator
    """What curves are drawn in."""


@contextmanager
def served(server: str, directory: Path) -> Iterator[str]:
    """Address of a running `lightboard` or `tensorboard` that has read the whole directory."""
    before, after, route = COMMANDS[server]
    port = free_port()
    command = [sys.executable, *before, str(directory), *after, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    expected = sum(1 for file in directory.rglob("*tfevents*") if file.is_file())
    try:
        for _ in range(3000):
            if _runs(address + route) >= expected:
                break
            time.sleep(0.1)
        time.sleep(2 if server == "tensorboard" else 0)  # its list has a run before it has all its tags
        yield address
    finally:
        process.terminate()
        process.wait()


def _runs(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            text = answer.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return -1
    return text.count('"id":') if "/api/" in url else text.count(",") + 1 if len(text) > 4 else 0


@contextmanager
def opened(server: str, address: str) -> Iterator[Desk]:
    """The page of a server, not yet navigated to, in a browser of its own."""
    with chromium.launched() as browser:
        # wait_for_function evaluates text, which Lightboard's own policy rightly forbids.
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, bypass_csp=True)
        page.wait_for_timeout(BROWSER_STARTS_MS)
        if server == "tensorboard":
            boxes = page.locator("runs-data-table input[type=checkbox]")
            yield Desk(
                page=page,
                address=f"{address}/#timeseries",
                run=boxes.nth(1),
                all_off=boxes.first,
                all_on=boxes.first,
                filter=page.get_by_role("textbox", name="Filter runs (regex)").first,
                charts=page.locator("scalar-card line-chart"),
            )
        else:
            yield Desk(
                page=page,
                address=f"{address}/",
                run=page.locator("[data-run-id] input[type=checkbox]").first,
                all_off=page.get_by_role("button", name="None"),
                all_on=page.get_by_role("button", name="All:"),
                filter=page.get_by_role("searchbox", name="Filter runs"),
                charts=page.locator("figure[data-drawn]"),
            )
