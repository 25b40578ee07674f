"""Groups of runs drawn as one curve each, with a band around it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from board.browser import WAIT_MS, OpenBoard, tab
from boards import board
from logdirs import FIRST_WALL_TIME, write_run

pytestmark = pytest.mark.browser

STEPS = 50


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("groups")
    for seed in range(3):
        write_run(logdir / f"low/seed{seed}", {"loss": [1.0 + seed] * STEPS})
        write_run(logdir / f"high/seed{seed}", {"loss": [7.0 + seed] * STEPS})
    write_run(logdir / "alone", {"loss": [5.0] * STEPS})
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[OpenBoard]:
    with tab(browser, address + "#groups=(rule:folder.1,drawAs:mean)") as one:
        one.wait_for_runs("low/seed0")
        expect(readings(one).filter(has_text="n = 3")).to_have_count(2)
        yield one
        assert one.complaints == []


def readings(opened: OpenBoard, at: float = 0.5) -> Locator:
    """The crosshair's rows, at the middle of the chart and a part of its height."""
    plot = opened.page.locator('[data-tag="loss"] .hit')
    size = plot.bounding_box()
    assert size
    plot.hover(position={"x": size["width"] / 2, "y": size["height"] * at})
    return opened.page.locator(".crosshair tbody tr")


def test_a_group_is_one_curve_and_says_what_it_is_made_of(opened: OpenBoard) -> None:
    rows = readings(opened)
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="low")).to_contain_text("n = 3, 1 to 3")
    expect(rows.filter(has_text="high")).to_contain_text("n = 3, 7 to 9")
    expect(rows.filter(has_text="alone")).to_contain_text("5")
    expect(rows.filter(has_text="seed")).to_have_count(0)


def test_a_group_tells_of_its_runs_that_are_on(opened: OpenBoard) -> None:
    with opened.page.expect_response("**/api/groups") as answer:
        opened.box("low/seed2").click()
    assert len((answer.value.request.post_data_json or {})["groups"]) == 2
    expect(readings(opened).filter(has_text="low")).to_contain_text("n = 2, 1 to 2")
    for seed in range(2):
        opened.box(f"low/seed{seed}").click()
    expect(readings(opened)).to_have_count(2)


def test_a_group_and_its_curve_stand_out_together(opened: OpenBoard) -> None:
    page = opened.page
    dimmed = page.locator('[data-tag="loss"] canvas.dimmed')
    group = page.locator('[data-heading="low"]')
    page.mouse.move(5, 5)
    expect(dimmed).to_have_count(0)
    group.hover()
    expect(dimmed).to_have_count(1)
    opened.row("alone").hover()
    page.mouse.move(5, 5)
    expect(dimmed).to_have_count(0)
    opened.row("high/seed1").hover()
    expect(dimmed).to_have_count(1)
    plot = page.locator('[data-tag="loss"] .hit')
    size = plot.bounding_box()
    assert size
    # On an axis from 1 to 9, with its margins, the lower group's mean is 2.
    plot.hover(position={"x": size["width"] / 2, "y": size["height"] * (1 - (1 / 8 + 0.06) / 1.12)})
    expect(group).to_have_class(re.compile(r"\bhovered\b"))


def test_the_band_lies_between_its_curves(opened: OpenBoard) -> None:
    readings(opened).first.wait_for()
    strengths = opened.page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-tag="loss"] canvas');
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(Math.round(canvas.width / 2), 0, 1, canvas.height);
          return Array.from({ length: canvas.height }, (_, row) => data[4 * row + 3]);
        }"""
    )
    faint = [row for row, alpha in enumerate(strengths) if 40 <= alpha <= 62]
    # Two bands of 2 on an axis of 8 with its margins, which its lines take a few pixels of.
    assert 0.35 < len(faint) / len(strengths) < 0.5
    assert max(faint) - min(faint) > 0.8 * len(strengths)


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two groups of three runs, 20 apart, with a standard deviation of √3 each."""
    logdir = tmp_path_factory.mktemp("spread")
    for group, mean in (("low", 0.0), ("high", 20.0)):
        for seed, off in enumerate((-1.0, -1.0, 2.0)):
            write_run(logdir / group / f"seed{seed}", {"loss": [mean + off] * STEPS})
    with board(logdir, "--port", "0") as running:
        yield running.address


@pytest.mark.parametrize(
    ("band", "reach"), [("min-max", 3), ("sd", 2 * 3**0.5), ("se", 2), ("ci95", 2 * 4.3027)]
)
def test_a_band_reaches_as_far_as_it_says(browser: Browser, spread: str, band: str, reach: float) -> None:
    with tab(browser, f"{spread}#groups=(rule:folder.1,drawAs:mean,band:{band})") as opened:
        seen = opened.page.wait_for_function(
            """() => {
              const canvas = document.querySelector('[data-tag="loss"] canvas');
              if (!canvas || canvas.width < 2) return null;
              const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
              copy.drawImage(canvas, 0, 0);
              const { data } = copy.getImageData(Math.round(canvas.width / 4), 0, 1, canvas.height);
              const stretches = [];
              for (let row = 0, inside = false; row < canvas.height; row++) {
                const covered = data[4 * row + 3] > 30;
                if (covered && !inside) stretches.push({ from: row, to: row });
                if (covered) stretches.at(-1).to = row + 1;
                inside = covered;
              }
              const bands = stretches.filter(({ from, to }) => to - from > 8);
              return bands.length === 2 ? bands.map(({ from, to }) => [from, to]) : null;
            }""",
            timeout=WAIT_MS,
        ).json_value()
        (top, end), (low_top, low_end) = seen
        unit = ((low_top + low_end) - (top + end)) / 2 / 20
        assert (end - top) / unit == pytest.approx(reach, abs=2 / unit)
        assert (low_end - low_top) / unit == pytest.approx(reach, abs=2 / unit)


def test_what_groups_are_drawn_as_is_chosen_below_the_list(browser: Browser, address: str) -> None:
    with tab(browser, address) as opened:
        opened.wait_for_runs("low/seed0")
        draw = opened.page.get_by_role("combobox", name="Draw")
        band = opened.page.get_by_role("combobox", name="Band")
        expect(draw).to_have_count(0)
        opened.page.get_by_role("combobox", name="Group by").select_option("folder")
        expect(band).to_have_count(0)
        expect(readings(opened)).to_have_count(7)

        opened.page.mouse.move(0, 0)
        with opened.page.expect_response("**/api/groups"):
            draw.select_option("median")
        low = readings(opened).filter(has_text="low")
        expect(low).to_contain_text("n = 3, 1 to 3")
        expect(low.locator("td").first).to_have_text(re.compile("^2(.0+)?$"))
        # Spreads about the mean are not offered around another line.
        assert band.locator("option").all_text_contents() == ["nothing", "min to max"]
        draw.select_option("mean")
        band.select_option(label="± standard deviation")
        opened.address("drawAs:mean.*band:sd")
        # The sample's deviation is 1.
        band.select_option("se")
        expect(readings(opened).filter(has_text="low")).to_contain_text("n = 3, 1.42 to 2.58")
        band.select_option("none")
        expect(readings(opened).filter(has_text="low").locator(".note")).to_have_text("n = 3")
        assert opened.complaints == []


def test_groups_are_read_against_a_baseline(opened: OpenBoard) -> None:
    card = opened.page.locator('[data-tag="loss"]')
    opened.box("alone").focus()
    with opened.page.expect_response("**/api/groups") as answer:
        opened.page.keyboard.press("b")
    assert (answer.value.request.post_data_json or {})["baseline"]["compare"] == "difference"
    expect(card.get_by_text("Δ to alone")).to_be_visible()
    expect(readings(opened).filter(has_text="low")).to_contain_text("n = 3, −4 to −2")
    expect(readings(opened).filter(has_text="high")).to_contain_text("n = 3, 2 to 4")
    opened.page.get_by_role("combobox", name="Compare").select_option("Ratio")
    expect(card.get_by_text("ratio to alone")).to_be_visible()
    expect(readings(opened).filter(has_text="low")).to_contain_text("n = 3, 0.2 to 0.6")
    expect(readings(opened).filter(has_text="alone").locator("td").first).to_have_text(
        re.compile(r"^1(\.0+)?$")
    )


def test_over_time_a_group_has_no_step_and_is_asked_for_closely(tmp_path: Path, browser: Browser) -> None:
    for seed in range(12):  # together more points than a picture has room for, each alone fewer
        start = FIRST_WALL_TIME + 0.05 * seed
        values = [step / 600 + seed / 12 for step in range(600)]
        write_run(tmp_path / f"low/seed{seed}", {"loss": values}, first_step=1000, first_wall_time=start)
    address = "#groups=(rule:folder.1,drawAs:mean)&chart=(axis:wall)"
    with board(tmp_path, "--port", "0") as running, tab(browser, running.address + address) as opened:
        opened.wait_for_runs("low/seed0")
        step = readings(opened).filter(has_text="n = ").locator("td").nth(1)
        expect(step).to_have_text("")
        opened.page.locator('[data-tag="loss"] .hit').click()
        table = opened.page.get_by_role("region", name=re.compile(r"Values of loss at step 1,[23]\d\d"))
        expect(table.get_by_role("status")).to_contain_text("12 runs")
        closely = re.compile(r'"x_min": ?\d')
        with opened.page.expect_request(
            lambda request: (
                "api/groups" in request.url and closely.search(request.post_data or "") is not None
            )
        ):
            for _ in range(6):
                opened.page.keyboard.press("x")
        assert opened.complaints == []


def test_over_another_tag_groups_are_drawn_run_by_run_and_the_card_says_why(
    browser: Browser, address: str
) -> None:
    with tab(browser, address + "#groups=(rule:folder.1,drawAs:mean)&chart=(xTag:loss)") as opened:
        opened.wait_for_runs("low/seed0")
        note = opened.card("loss").get_by_text("groups are drawn run by run")
        expect(note).to_be_visible()
        opened.page.get_by_role("combobox", name="Draw").select_option("curves")
        expect(note).to_have_count(0)
        assert opened.complaints == []
