"""The page in a real Chromium: load to first chart, switching runs, and a live point from add_scalar to pixel."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

import chromium
from serving import free_port

# Notes when a chart's pixels change: a card counts its drawings in data-drawn once they are on the canvas.
WATCH = """
window.drawings = [];
const seen = new Map();
const note = (figure) => {
  const canvas = figure.querySelector("canvas");
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  let hash = 0;
  for (const word of new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer))
    hash = (Math.imul(hash, 31) + word) | 0;
  if (seen.get(figure) === hash) return;
  seen.set(figure, hash);
  window.drawings.push({ at: Date.now() / 1000, since: performance.now() });
};
new MutationObserver((changes) => {
  const at = changes.filter((change) => change.target.dataset?.drawn > 0);
  for (const figure of new Set(at.map((change) => change.target))) note(figure);
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-drawn"] });
"""

# From the click to the next painted frame, and to the last chart in view that has been drawn anew.
SWITCH = """
async (selector) => {
  const figures = [...document.querySelectorAll("figure[data-drawn]")];
  const inView = figures.filter((figure) => figure.getBoundingClientRect().top < innerHeight);
  const before = new Map(inView.map((figure) => [figure, Number(figure.dataset.drawn)]));
  const start = performance.now();
  document.querySelector(selector).click();
  const painted = new Promise((done) =>
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))));
  const drawn = new Promise((done) => {
    const check = () => {
      if (inView.every((figure) => Number(figure.dataset.drawn) > before.get(figure))) done(performance.now() - start);
      else setTimeout(check, 1);
    };
    check();
  });
  return [await painted, await drawn];
}
"""

WRITER = """
import sys, time
from lightboard import SummaryWriter
writer = SummaryWriter(sys.argv[1])
for step in range(100):
    writer.add_scalar("loss", 1.0, step)
writer.flush()
print("ready", flush=True)
for step, line in enumerate(sys.stdin, 100):
    at = time.time()
    writer.add_scalar("loss", (step % 7) * 0.1, step)
    print(at, flush=True)
"""


@dataclass(frozen=True)
class Switching:
    """Milliseconds: medians from the click to the next paint, and until every chart in view is drawn."""

    one_paint: float
    one_drawn: float
    all_paint: float
    all_drawn: float


@contextmanager
def board(directory: Path) -> Iterator[Page]:
    """A page in Chromium on a running `lightboard directory`."""
    port = free_port()
    command = [sys.executable, "-m", "lightboard", str(directory), "--no-open", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    try:
        next(line for line in server.stdout if f":{port}/" in line)
        with chromium.launched() as browser:
            # wait_for_function evaluates text, which the page's own policy rightly forbids.
            page = browser.new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
            page.add_init_script(WATCH)
            page.goto(f"http://127.0.0.1:{port}/")
            yield page
    finally:
        server.terminate()
        server.wait()


def first_chart(directory: Path) -> float:
    """Seconds from the start of navigation to the first chart's pixels."""
    with board(directory) as page:
        page.wait_for_function("window.drawings.length > 0", timeout=60_000)
        return float(page.evaluate("window.drawings[0].since")) / 1000


def switching(directory: Path, times: int = 9) -> Switching:
    """Switch one run, and all runs, off and on again."""
    with board(directory) as page:
        page.wait_for_function("window.drawings.length > 2", timeout=60_000)
        page.wait_for_function("performance.now() - window.drawings.at(-1).since > 1500")
        one = [page.evaluate(SWITCH, "[data-run-id] input[type=checkbox]") for _ in range(times)]
        every = []
        for _ in range(times):
            for label in ("None", "All"):
                page.evaluate(
                    "(label) => [...document.querySelectorAll('button')].find("
                    "(button) => button.textContent.trim() === label).id = 'switch'",
                    label,
                )
                every.append(page.evaluate(SWITCH, "#switch"))
                page.evaluate("document.getElementById('switch').removeAttribute('id')")
        return Switching(
            *(statistics.median(row[i] for row in rows) for rows in (one, every) for i in (0, 1))
        )


def live_points(points: int = 40) -> list[float]:
    """Seconds from add_scalar in another process to changed pixels on the page, one a point."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-c", WRITER, f"{directory}/run"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        writer = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
        try:
            writer.stdout.readline()
            with board(Path(directory)) as page:
                page.wait_for_function("window.drawings.length > 0")
                return [_live_point(page, writer, number) for number in range(points)]
        finally:
            writer.kill()
            writer.wait()


def _live_point(page: Page, writer: subprocess.Popen[str], number: int) -> float:
    assert writer.stdin is not None
    assert writer.stdout is not None
    time.sleep(0.3 + (number % 10) * 0.037)  # so that points fall on every phase of the polling
    before = page.evaluate("window.drawings.length")
    writer.stdin.write("\n")
    writer.stdin.flush()
    logged = float(writer.stdout.readline())
    page.wait_for_function("(before) => window.drawings.length > before", arg=before)
    return float(page.evaluate("(before) => window.drawings[before].at", before)) - logged
