"""Points that cannot be read for a moment: the card says of which runs, until they are there."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from board.browser import WAIT_MS, tab
from boards import board
from logdirs import write_run

pytestmark = pytest.mark.browser

# A byte of the first series, behind the head of a segment.
DAMAGED = 16 + 40


def test_a_card_names_runs_that_could_not_be_read_until_they_are(tmp_path: Path, browser: Browser) -> None:
    logdir, cache = tmp_path / "runs", tmp_path / "cache"
    for run, slope in (("a", 1.0), ("b", 2.0)):
        write_run(logdir / run, {"loss": [slope * step for step in range(100)]})
    env = {"LIGHTBOARD_CACHE_DIR": str(cache)}
    with board(logdir, "--port", "0", env=env) as running:
        running.wait_until_read()
        running.stop()
    (segment,) = cache.rglob("0.segment")
    content = bytearray(segment.read_bytes())
    content[DAMAGED] ^= 0xFF
    segment.write_bytes(content)

    with board(logdir, "--port", "0", env=env) as running, tab(browser, "about:blank") as opened:
        # Without news of it the page does not hear that the files have been read anew.
        opened.page.route("**/api/live*", lambda route: route.abort())
        opened.page.goto(running.address)
        line = opened.card("loss").locator(".incomplete")
        expect(line).to_have_text(re.compile(r"^\s*1 run could not be read just now: [ab]"), timeout=WAIT_MS)
        opened.page.unroute_all()
        expect(line).to_have_count(0, timeout=WAIT_MS)
        opened.wait_for_curves("loss", on={"a", "b"}, off=set())
