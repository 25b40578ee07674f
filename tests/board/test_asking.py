"""What the page asks for when something changes, and that it then shows what a fresh page shows."""

import json
import math
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from board.browser import MEASURE, WAIT_MS, OpenBoard, read_canvas, tab
from boards import board
from index.records import append, header, scalar, write

pytestmark = pytest.mark.browser


@contextmanager
def questions(page: Page) -> Iterator[list[dict[str, Any]]]:
    """The bodies of the questions for points that the page asks meanwhile."""
    asked: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/scalars"):
            asked.append(request.post_data_json or {})

    page.on("request", note)
    yield asked
    page.remove_listener("request", note)


def level(value: float) -> bytes:
    """A file whose curves lie at one height."""
    points = [scalar(step, value, tag) for tag in ("loss", "accuracy") for step in range(5)]
    return header() + b"".join(points)


def ids(page: Page) -> dict[str, str]:
    """Run ids by name."""
    rows = page.locator("[data-run-name]").all()
    return {str(row.get_attribute("data-run-name")): str(row.get_attribute("data-run-id")) for row in rows}


def until_answered(opened: OpenBoard, act: Callable[[], None], run: str) -> None:
    """Do something and wait until an answer about a run has come."""

    def about(text: str | None) -> bool:
        return run in (json.loads(text or "{}").get("runs") or [])

    with opened.page.expect_response(
        lambda answer: answer.url.endswith("/api/scalars") and about(answer.request.post_data),
        timeout=WAIT_MS,
    ):
        act()


def test_only_the_cards_concerned_ask_and_only_for_the_runs_that_changed(
    tmp_path: Path, browser: Browser
) -> None:
    files = {name: write(tmp_path / name, level(number)) for number, name in enumerate("abc")}
    with board(tmp_path, "--port", "0") as running:
        running.wait_until_read()
        with tab(browser, running.address) as opened:
            opened.wait_for_curves("loss", on={"a", "b", "c"}, off=set())
            opened.wait_for_curves("accuracy", on={"a", "b", "c"}, off=set())
            run = ids(opened.page)
            with questions(opened.page) as asked:
                for step in (5, 6):
                    until_answered(opened, partial(append, files["a"], scalar(step, 9.0)), run["a"])
                both = scalar(7, 9.0) + scalar(7, 9.0, "accuracy")
                until_answered(opened, lambda: append(files["b"], both), run["b"])
                opened.page.wait_for_function(
                    f"() => ({MEASURE})('accuracy')?.b?.right > 0.95", timeout=WAIT_MS
                )
            about_a = [question for question in asked if question["runs"] == [run["a"]]]
            about_b = [question for question in asked if question["runs"] == [run["b"]]]
            assert len(about_a) + len(about_b) == len(asked), "a question names the runs that changed"
            assert {tag for question in about_a for tag in question["tags"]} == {"loss"}
            assert {tag for question in about_b for tag in question["tags"]} == {"loss", "accuracy"}
            assert opened.complaints == []


def test_what_was_merged_looks_like_what_a_fresh_page_shows(tmp_path: Path, browser: Browser) -> None:
    noise = random.Random(3)

    def stretch(first: int, last: int) -> bytes:
        return b"".join(scalar(i, math.sin(i / 900) + noise.gauss(0, 0.2)) for i in range(first, last))

    files = {name: write(tmp_path / name, header() + stretch(0, 8000)) for name in ("long", "short")}
    with board(tmp_path, "--port", "0") as running:
        running.wait_until_read()
        with tab(browser, running.address) as opened:
            opened.wait_for_curves("loss", on={"long"}, off=set())
            run = ids(opened.page)
            for begin in (8000, 9500, 11_000):
                more = stretch(begin, begin + 1500)
                until_answered(opened, partial(append, files["long"], more), run["long"])
            opened.page.wait_for_function(f"() => ({MEASURE})('loss')?.short?.right < 0.66", timeout=WAIT_MS)
            opened.page.wait_for_function(f"() => ({MEASURE})('loss')?.long?.right > 0.97", timeout=WAIT_MS)
            merged = read_canvas(opened.page, '[data-tag="loss"] canvas').astype(int)
            opened.page.reload()
            opened.wait_for_curves("loss", on={"long"}, off=set())
            opened.page.wait_for_function(f"() => ({MEASURE})('loss')?.long?.right > 0.97", timeout=WAIT_MS)
            fresh = read_canvas(opened.page, '[data-tag="loss"] canvas').astype(int)
            assert merged.shape == fresh.shape
            # The short run, which was not asked for again, was thinned out on a finer grid than a fresh page's.
            different = np.count_nonzero(abs(merged - fresh) > 40)
            assert different < fresh.size / 500


def test_a_tab_that_was_hidden_asks_for_what_it_missed(tmp_path: Path, browser: Browser) -> None:
    files = {name: write(tmp_path / name, level(number)) for number, name in enumerate("ab")}
    with board(tmp_path, "--port", "0") as running:
        running.wait_until_read()
        with tab(browser, running.address) as opened:
            opened.wait_for_curves("loss", on={"a", "b"}, off=set())
            run = ids(opened.page)
            show = """(state) => {
              Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
            with questions(opened.page) as asked:
                opened.page.evaluate(show, "hidden")
                append(files["a"], scalar(5, 9.0))
                until_answered(opened, lambda: opened.page.evaluate(show, "visible"), run["a"])
            assert [question["runs"] for question in asked] == [[run["a"]]]


def test_a_page_asks_for_each_list_once_and_follows_from_there(tmp_path: Path, browser: Browser) -> None:
    files = [write(tmp_path / name, level(number)) for number, name in enumerate("ab")]
    with board(tmp_path, "--port", "0") as running:
        running.wait_until_read()
        with tab(browser, running.address) as opened:
            opened.wait_for_curves("loss", on={"a", "b"}, off=set())
            asked = opened.asked()
            with opened.page.expect_request(re.compile("api/live")):
                opened.page.reload()
            opened.wait_for_runs("a", "b")
            run = ids(opened.page)
            with opened.page.expect_response("**/api/runs"):
                until_answered(opened, partial(append, files[1], scalar(5, 9.0)), run["b"])
            assert opened.complaints == []
    # Once more the run list: for the change.
    assert [asked.count("api/runs"), asked.count("api/tags")] == [2, 1]
    (live,) = (path for path in asked if path.startswith("api/live"))
    assert re.fullmatch(r"api/live\?since=\d+", live)


def test_new_points_of_the_baseline_concern_every_curve(tmp_path: Path, browser: Browser) -> None:
    files = {name: write(tmp_path / name, level(number)) for number, name in enumerate("ab")}
    with board(tmp_path, "--port", "0") as running:
        running.wait_until_read()
        with tab(browser, running.address) as opened:
            opened.wait_for_curves("loss", on={"a", "b"}, off=set())
            opened.box("a").focus()
            opened.page.keyboard.press("b")
            expect(opened.card("loss").get_by_text("Δ to a")).to_be_visible()
            with questions(opened.page) as asked:
                append(files["b"], scalar(5, 1.0))
                # The baseline has no value there yet.
                opened.page.wait_for_function(f"() => ({MEASURE})('loss')?.b?.right < 0.85", timeout=WAIT_MS)
                assert None not in [question["runs"] for question in asked]
                append(files["a"], scalar(5, 3.0))
                opened.page.wait_for_function(f"() => ({MEASURE})('loss')?.b?.right > 0.95", timeout=WAIT_MS)
                assert asked[-1]["runs"] is None
            assert opened.complaints == []
