"""The board's own rasteriser beside Canvas 2D, in a real Chromium: at 1 to 16 curves they look the same."""

import contextlib
import functools
import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Browser, Page

from board.browser import read_canvas

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOARD = Path(__file__).resolve().parents[2] / "board"
FEW = [
    "one line",
    "slopes",
    "steps",
    "spikes",
    "sawtooth",
    "dense",
    "sixteen noisy curves",
    "gaps",
    "log y",
    "symlog y",
    "tiny values",
    "large steps",
    "outside",
    "emphasis",
    "bands",
    "broken bands",
    "band on a log axis",
]

Picture: TypeAlias = npt.NDArray[np.float64]
"""Height × width × 3 levels from 0 to 255, on a white ground."""


class Difference(NamedTuple):
    """How far two pictures of one chart are apart."""

    mean: float
    """Mean absolute difference over the pixels that either picture paints, in levels of 255."""
    box: float
    """Largest difference of the mean level of any 8 × 8 pixels: what an eye at a distance sees."""
    ink: float
    """Ratio of the ink, that is the levels missing to white, of the first to the second."""

    def within(self, mean: float, box: float, ink: float) -> bool:
        return self.mean <= mean and self.box <= box and abs(self.ink - 1) <= ink


# Most of what separates the two is Canvas 2D's own distance from the exact area of its strokes.
LIKE_CANVAS_2D = Difference(mean=8.0, box=8.5, ink=0.025)

# One curve, or curves that hardly cross: where they cross, blending per pixel and per fine pixel differ.
SINGLE = ["one line", "spikes", "sawtooth", "dense", "gaps", "log y", "tiny values", "large steps"]
EXACT = Difference(mean=2.2, box=1.5, ink=0.005)


def difference(ours: Picture, theirs: Picture) -> Difference:
    painted = (ours < 255).any(axis=2) | (theirs < 255).any(axis=2)
    gap = np.abs(ours - theirs).max(axis=2)
    box = np.abs(boxes(ours) - boxes(theirs)).max()
    return Difference(gap[painted].mean(), box, (255 - ours).sum() / (255 - theirs).sum())


def boxes(picture: Picture) -> Picture:
    """Means of all 8 × 8 windows."""
    sums: Picture = np.pad(picture, ((1, 0), (1, 0), (0, 0))).cumsum(axis=0).cumsum(axis=1)
    means: Picture = (sums[8:, 8:] - sums[:-8, 8:] - sums[8:, :-8] + sums[:-8, :-8]) / 64
    return means


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the gallery, built into a folder of its own because other processes may test it as well."""
    folder = str(tmp_path_factory.mktemp("gallery"))
    build = ["npm", "run", "--silent", "build:gallery", "--", "--outDir", folder]
    subprocess.run(build, cwd=BOARD, check=True, capture_output=True)
    handler = functools.partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()
        thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Leave the test's output to the test."""


@pytest.fixture(scope="module", params=[1, 2], ids=["1x", "2x"])
def page(gallery: str, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with open_page(browser, gallery, request.param) as page:
        yield page


@pytest.fixture(scope="module")
def exact_page(gallery: str, browser: Browser) -> Iterator[Page]:
    """The gallery with the strokes' exact areas in Canvas 2D's place."""
    with open_page(browser, gallery + "?exact", 1) as page:
        yield page


@contextlib.contextmanager
def open_page(browser: Browser, address: str, pixel_ratio: int) -> Iterator[Page]:
    page = browser.new_page(device_scale_factor=pixel_ratio)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    page.wait_for_selector("body[data-state=drawn]")
    yield page
    page.close()
    assert problems == []


def read(page: Page, chart: str, side: str) -> Picture:
    rgba = read_canvas(page, f'section[data-chart="{chart}"] canvas.{side}', ground="white")
    return rgba[:, :, :3].astype(np.float64)


@pytest.mark.parametrize("chart", FEW)
def test_few_curves_look_as_canvas_2d_strokes_them(page: Page, chart: str) -> None:
    ours, theirs = read(page, chart, "board"), read(page, chart, "canvas2d")
    assert ours.shape == theirs.shape
    assert (ours < 255).any(), "nothing was drawn"
    apart = difference(ours, theirs)
    print(f"{chart}: {apart}")
    assert apart.within(*LIKE_CANVAS_2D), apart


def test_dashes_are_as_long_as_canvas_2d_draws_them_whatever_the_slope(page: Page) -> None:
    ours, theirs = read(page, "dashed slopes", "board"), read(page, "dashed slopes", "canvas2d")
    apart = difference(ours, theirs)
    print(f"dashed slopes: {apart}")
    # A line that ends in a dash ends round here and square there.
    assert apart.within(mean=6.0, box=35.0, ink=0.025), apart


@pytest.mark.parametrize("chart", SINGLE)
def test_strokes_cover_their_exact_area(exact_page: Page, chart: str) -> None:
    apart = difference(read(exact_page, chart, "board"), read(exact_page, chart, "canvas2d"))
    print(f"{chart}: {apart}")
    assert apart.within(*EXACT), apart


def without_antialiasing(picture: Picture) -> Picture:
    return np.where(picture < (255 + picture.min()) / 2, picture.min(axis=(0, 1)), 255.0)


def half_a_pixel_lower(picture: Picture) -> Picture:
    return (picture + np.roll(picture, 1, axis=0)) / 2


def a_tenth_thinner(picture: Picture) -> Picture:
    return 255 - 0.9 * (255 - picture)


def columns_in_pairs(picture: Picture) -> Picture:
    """What becomes of steep lines when coverage is not measured within a column."""
    halves = picture.reshape(picture.shape[0], -1, 2, 3).mean(axis=2)
    return np.repeat(halves, 2, axis=1)


@pytest.mark.parametrize(
    "spoil", [without_antialiasing, half_a_pixel_lower, a_tenth_thinner, columns_in_pairs]
)
def test_the_bounds_reject_a_broken_coverage(page: Page, spoil: Callable[[Picture], Picture]) -> None:
    theirs = read(page, "slopes", "canvas2d")
    apart = difference(spoil(theirs), theirs)
    print(f"{spoil.__name__}: {apart}")
    assert not apart.within(*LIKE_CANVAS_2D), apart


def test_a_worker_that_dies_is_reported_and_replaced_once(gallery: str, browser: Browser) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.route(
        "**/raster.worker*.js",
        lambda route: route.fulfill(content_type="text/javascript", body="throw new Error('broken')"),
        times=1,
    )
    page.goto(gallery + "?chart=one line")
    page.wait_for_selector("body[data-state=drawn]")
    assert len(faults) == 1, faults
    assert "worker died" in faults[0]
    assert "broken" in faults[0]
    assert (read(page, "one line", "board") < 255).any(), "the new worker drew nothing"
    page.close()


def test_a_chart_fails_aloud_when_its_worker_dies_again(gallery: str, browser: Browser) -> None:
    page = browser.new_page()
    page.route(
        "**/raster.worker*.js",
        lambda route: route.fulfill(content_type="text/javascript", body="throw new Error('broken')"),
    )
    with page.expect_event("pageerror") as error:
        page.goto(gallery + "?chart=one line")
    assert "their worker died twice" in str(error.value)
    assert "Reload the page" in str(error.value)
    page.close()
