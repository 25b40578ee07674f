"""Chromium on a board, and what is to be seen there: the rows of the run list and the pixels of its curves."""

import base64
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, Locator, Page, Request, expect, sync_playwright

CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
"""The same engine, without windows."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
WAIT_MS = 20_000

# Counts, for each run in the list, the pixels of its colour on the canvas of one card, and finds the rightmost.
# A curve's pixels carry its colour exactly where they are covered well; antialiasing and faint attempts show in
# their alpha, and a little in the colour by rounding.
MEASURE = """
(tag) => {
  const canvases = [...document.querySelectorAll(`[data-tag="${tag}"] canvas:not(.hidden)`)];
  const [canvas] = canvases;
  if (!canvas || canvas.width < 2) return null;
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d");
  for (const layer of canvases) context.drawImage(layer, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  const rows = [...document.querySelectorAll("[data-run-id]")];
  return Object.fromEntries(rows.map((row) => {
    const colour = getComputedStyle(row.querySelector(".colour")).backgroundColor.match(/\\d+/g).map(Number);
    let [count, right] = [0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 60) continue;
      if (colour.some((channel, i) => Math.abs(channel - data[at + i]) > 4)) continue;
      count++;
      right = Math.max(right, ((at / 4) % copy.width) / copy.width);
    }
    return [row.dataset.runName, { count, right }];
  }));
}
"""

# Numbers would take the browser's protocol seconds to carry.
READ = """
([selector, ground]) => {
  const canvas = document.querySelector(selector);
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d");
  copy.fillStyle = ground;
  copy.fillRect(0, 0, width, height);
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  let text = "";
  for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
  return [width, height, btoa(text)];
}
"""


def read_canvas(page: Page, selector: str, ground: str = "transparent") -> npt.NDArray[np.uint8]:
    """The pixels of the first such canvas on a ground of this colour: height × width × RGBA."""
    width, height, pixels = page.evaluate(READ, [selector, ground])
    return np.frombuffer(base64.b64decode(pixels), dtype=np.uint8).reshape(height, width, 4)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class OpenBoard:
    """A board in a tab of a profile of its own."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def row(self, run: str) -> Locator:
        """The row of the run with this name."""
        return self.page.locator(f'[data-run-name="{run}"]')

    def box(self, run: str) -> Locator:
        """The run's switch."""
        return self.row(run).locator("input[type=checkbox]")

    def settings(self) -> Locator:
        """The drawer of settings, opened if it is not."""
        drawer = self.page.get_by_role("dialog", name="Settings")
        if not drawer.is_visible():
            self.page.get_by_role("button", name="Settings").click()
        return drawer

    def card(self, tag: str) -> Locator:
        """The card of this tag."""
        return self.page.locator(f'article[data-tag="{tag}"]')

    def choose(self, tag: str, item: str) -> None:
        """Choose something in the menu of a card."""
        self.card(tag).get_by_role("button", name=f"Menu of {tag}").click()
        self.page.get_by_role("menuitem", name=item).click()

    def names(self) -> list[str]:
        """Names of the runs in the list, in their order."""
        rows = self.page.locator("[data-run-name]").all()
        return [row.get_attribute("data-run-name") or "" for row in rows]

    def address(self, pattern: str) -> str:
        """Wait for the address, which follows what a person does in half a second, to match; return it."""
        self.page.wait_for_url(re.compile(pattern), timeout=WAIT_MS)
        return self.page.url

    def wait_for_runs(self, *runs: str) -> None:
        """Wait until each of these is in the list."""
        for run in runs:
            expect(self.box(run)).to_be_visible(timeout=WAIT_MS)

    def wait_for_curves(self, tag: str, on: set[str], off: set[str]) -> None:
        """Wait until the card shows pixels of every run in `on` and of none in `off`."""
        self.page.wait_for_function(
            f"""({{ tag, on, off }}) => {{
              const seen = ({MEASURE})(tag);
              // Charts may be there before the run list is.
              return seen !== null && on.every((run) => seen[run]?.count > 0)
                && off.every((run) => seen[run]?.count === 0);
            }}""",
            arg={"tag": tag, "on": sorted(on), "off": sorted(off)},
            timeout=WAIT_MS,
        )

    def asked(self) -> list[str]:
        """What the page asks the server for from now on, but for the doctor, whom it asks after a while."""
        root = self.page.url.partition("#")[0]
        asked: list[str] = []

        def note(request: Request) -> None:
            path = request.url.removeprefix(root)
            if path != "api/doctor":
                asked.append(path)

        self.page.on("request", note)
        return asked

    def pixels(self, tag: str) -> dict[str, int]:
        """Pixels of each run's colour on the card."""
        seen: dict[str, dict[str, float]] = self.page.evaluate(MEASURE, tag)
        return {run: int(found["count"]) for run, found in seen.items()}


@contextmanager
def tab(browser: Browser, address: str, **profile: object) -> Iterator[OpenBoard]:
    """The board at `address` in a fresh profile; complaints of the browser (console, CSP, exceptions) are kept."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | profile)  # type: ignore[arg-type]
    page = context.new_page()
    opened = OpenBoard(page)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("console", lambda message: _note(opened, message.type, message.text))
    page.goto(address)
    yield opened
    context.close()


def _note(opened: OpenBoard, kind: str, text: str) -> None:
    # A stopped server is for the page to report, and is reported by the browser as well.
    if kind in {"error", "warning"} and not re.search(r"ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED", text):
        opened.complaints.append(text)
