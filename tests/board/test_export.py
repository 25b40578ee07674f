"""What the menu of a card exports: pictures, every point, and a program that reads the same points."""

import csv
import json
import math
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

import lightboard
from board.browser import WAIT_MS, OpenBoard, read_canvas, tab
from boards import board
from logdirs import write_run

pytestmark = pytest.mark.browser

POINTS = 150_000
FAR = 2**53 + 1


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("export")
    # More points than a picture has room for, however wide.
    few = [math.sin(step / 9) for step in range(60)]
    write_run(logdir / "long", {"loss": [math.sin(step / 99) for step in range(POINTS)], "few": few})
    write_run(logdir / "far, away", {"loss": [0.1, math.nan, math.inf, -2.5]}, first_step=FAR)
    write_run(logdir / "off", {"loss": [1.0]})
    return logdir


@pytest.fixture(scope="module")
def address(logdir: Path) -> Iterator[str]:
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[OpenBoard]:
    with tab(browser, address, permissions=["clipboard-read", "clipboard-write"]) as one:
        one.wait_for_curves("loss", on={"long"}, off=set())
        one.box("off").click()
        yield one
        assert one.complaints == []


def saved(opened: OpenBoard, item: str, name: str) -> bytes:
    """The file that an item of the menu saves, of the card whose tag the file is named after."""
    with opened.page.expect_download(timeout=3 * WAIT_MS) as download:
        opened.choose(Path(name).stem, item)
    assert download.value.suggested_filename == name
    return Path(download.value.path()).read_bytes()


def test_points_are_exported_exactly_and_all_of_them(opened: OpenBoard, logdir: Path) -> None:
    rows = list(csv.DictReader(saved(opened, "Save points as CSV", "loss.csv").decode().splitlines()))
    entries = json.loads(saved(opened, "Save points as JSON", "loss.json"))["series"]
    assert [entry["run"] for entry in entries] == ["far, away", "long"]
    with lightboard.open(logdir) as index:
        for entry in entries:
            series = index.runs[entry["run"]]["loss"]
            mine = [row for row in rows if row["run"] == entry["run"]]
            assert [int(row["step"]) for row in mine] == series.step.tolist() == entry["step"]
            for column, values in (("value", series.value), ("wall_time", series.wall_time)):
                expected = [repr(value) for value in values.tolist()]
                assert [repr(float(row[column])) for row in mine] == expected
                assert [repr(float(value)) for value in entry[column]] == expected
    assert len(rows) == POINTS + 4


def test_the_program_reads_what_is_on_show(opened: OpenBoard) -> None:
    opened.choose("loss", "Copy as Python")
    opened.page.get_by_text("Copied").wait_for()
    program = opened.page.evaluate("() => navigator.clipboard.readText()")
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "far, away loss" in printed
    assert "long loss" in printed
    assert "off loss" not in printed


def test_the_program_tells_log_directories_apart(tmp_path: Path, browser: Browser) -> None:
    for name, value in (("new", 1.0), ("old", 2.0)):
        for run in ("a", "b"):
            write_run(tmp_path / name / run, {"loss": [value]})
    both = [f"{name}={tmp_path / name}" for name in ("new", "old")]
    allowed = ["clipboard-read", "clipboard-write"]
    with (
        board(*both, "--port", "0") as running,
        tab(browser, running.address, permissions=allowed) as opened,
    ):
        opened.card("loss").get_by_text("4 of 4 runs").wait_for()
        opened.box("b").last.click()
        opened.card("loss").get_by_text("3 of 4 runs").wait_for()
        opened.choose("loss", "Copy as Python")
        opened.page.get_by_text("Copied").wait_for()
        program = opened.page.evaluate("() => navigator.clipboard.readText()")
        assert opened.complaints == []
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    lines = sorted(line.split() for line in printed.splitlines())
    assert [(name, value) for name, *_, value in lines] == [("a", "[1.]"), ("a", "[2.]"), ("b", "[1.]")]


def test_a_picture_is_saved_with_axes_and_legend(opened: OpenBoard) -> None:
    opened.box("far, away").click()
    opened.wait_for_curves("loss", on={"long"}, off={"far, away"})
    image = Image.open(BytesIO(saved(opened, "Save as PNG", "loss.png"))).convert("RGB")
    svg = ET.fromstring(saved(opened, "Save as SVG", "loss.svg"))
    assert image.size == (2 * float(svg.get("width", 0)), 2 * float(svg.get("height", 0)))
    space = "{http://www.w3.org/2000/svg}"
    texts = ["".join(text.itertext()) for text in svg.iter(f"{space}text")]
    assert {"loss", "long"} <= set(texts)
    assert not {"off", "far, away"} & set(texts)
    lines = [line for line in svg.iter(f"{space}polyline") if line.get("stroke-width")]
    assert max(len((line.get("points") or "").split()) for line in lines) > 1000
    colour = str(lines[0].get("stroke"))
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    colours = image.getcolors(1 << 20) or []
    assert any(found == wanted and count > 100 for count, found in colours)


def test_a_saved_picture_is_as_sharp_as_a_fine_screen(
    opened: OpenBoard, browser: Browser, address: str
) -> None:
    opened.wait_for_curves("few", on={"long"}, off=set())
    picture = Image.open(BytesIO(saved(opened, "Save as PNG", "few.png"))).convert("RGB")
    with tab(browser, address, device_scale_factor=2) as fine:
        fine.wait_for_curves("few", on={"long"}, off=set())
        curves = read_canvas(fine.page, '[data-tag="few"] canvas')
        plot = fine.page.locator('[data-tag="few"] .hit').bounding_box()
        figure = fine.page.locator('[data-tag="few"] figure').bounding_box()
    assert plot
    assert figure
    left, top = round(2 * (plot["x"] - figure["x"])), 2 * 34  # below the title
    height, width = curves.shape[:2]
    within = np.asarray(picture)[top : top + height, left : left + width]
    opaque = curves[:, :, 3] == 255
    assert opaque.sum() > 1000
    assert np.array_equal(within[opaque], curves[opaque][:, :3])
