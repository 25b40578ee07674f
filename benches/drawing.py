"""Drawing many runs in a real Chromium: the board's rasteriser and Canvas 2D, in turns on one page."""

from __future__ import annotations

import functools
import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import chromium

BOARD = Path(__file__).resolve().parents[1] / "board"


@dataclass(frozen=True)
class Times:
    """Medians in milliseconds for runs × 200 points on 800 × 500 pixels."""

    runs: int
    raster: float
    """The rasteriser alone, in the page's thread."""
    switched: float
    """From switching one run to the picture on the canvas, drawn by a worker."""
    canvas2d: float
    """The same picture as Canvas 2D paths."""


def measure() -> list[Times]:
    """Build the gallery, open its page of drawing times and read them."""
    subprocess.run(["npm", "run", "--silent", "build:gallery"], cwd=BOARD, check=True, capture_output=True)
    with served(BOARD / "gallery-dist") as address, chromium.launched() as browser:
        page = browser.new_page()
        page.goto(f"{address}/bench.html")
        times = page.wait_for_selector("body[data-times]", state="attached", timeout=110_000)
        assert times is not None
        results = json.loads(times.get_attribute("data-times") or "[]")
    return [Times(**result) for result in results]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Leave the output to the table."""
