"""A live point on its way from add_scalar in another process to a pixel of the page."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from board.desks import opened, served

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
  window.drawings.push(Date.now() / 1000);
};
new MutationObserver((changes) => {
  const at = changes.filter((change) => change.target.dataset?.drawn > 0);
  for (const figure of new Set(at.map((change) => change.target))) note(figure);
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-drawn"] });
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


def live_points(points: int = 40) -> list[float]:
    """Seconds from add_scalar in another process to changed pixels on the page, one a point."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-c", WRITER, f"{directory}/run"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        writer = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
        try:
            writer.stdout.readline()
            with served("lightboard", Path(directory)) as address, opened("lightboard", address) as desk:
                page = desk.page
                page.add_init_script(WATCH)
                page.goto(desk.address)
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
    return float(page.evaluate("(before) => window.drawings[before]", before)) - logged
