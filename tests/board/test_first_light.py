"""First light: three programs log, every run is on the board, and every run can be switched off and on again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from board.browser import MEASURE, WAIT_MS, OpenBoard, tab
from board.programs import Program, program
from boards import board
from logdirs import write_run

pytestmark = pytest.mark.browser

NON_LATIN = "実験…1"


@dataclass
class Scene:
    """Three programs that log below one directory, and the board on it."""

    address: str
    default_run: str
    default_program: Program

    @property
    def runs(self) -> set[str]:
        return {self.default_run, "experiment_1", "experiment_2", NON_LATIN}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    cwd = tmp_path_factory.mktemp("first_light")
    both = ["loss", "accuracy"]
    with ExitStack() as stack:
        no_directory = stack.enter_context(program(cwd, ("", both, 1)))
        one = stack.enter_context(program(cwd, ("log_dir='runs/experiment_1'", both, 2)))
        no_directory.log(100)
        one.log(100)
        two_writers = ("log_dir='runs/experiment_1'", both, 2.3), ("log_dir='runs/experiment_2'", both, 3)
        stack.enter_context(program(cwd, *two_writers)).log(100)
        write_run(
            cwd / "runs" / NON_LATIN, {tag: [4 + 0.2 * (i % 7) / 7 for i in range(100)] for tag in both}
        )
        default_run = (
            {path.name for path in (cwd / "runs").iterdir()} - {"experiment_1", "experiment_2", NON_LATIN}
        ).pop()
        running = stack.enter_context(board("runs", "--port", "0", cwd=cwd))
        yield Scene(running.address, default_run, no_directory)


@pytest.fixture
def opened(browser: Browser, scene: Scene) -> Iterator[OpenBoard]:
    with tab(browser, scene.address) as one:
        one.wait_for_runs(*scene.runs)
        yield one
        assert one.complaints == []


def test_every_run_is_listed_and_drawn(opened: OpenBoard, scene: Scene) -> None:
    assert set(opened.names()) == scene.runs
    for tag in ("loss", "accuracy"):
        opened.wait_for_curves(tag, on=scene.runs, off=set())
    expect(opened.page.get_by_text("4 of 4 drawn")).to_be_visible()


def click_the_box(opened: OpenBoard, run: str) -> None:
    opened.box(run).click()


def click_the_name(opened: OpenBoard, run: str) -> None:
    opened.row(run).locator(".name").click()


def press_space(opened: OpenBoard, run: str) -> None:
    opened.box(run).focus()
    opened.page.keyboard.press("Space")


def click_by_script(opened: OpenBoard, run: str) -> None:
    opened.box(run).evaluate("element => element.click()")


@pytest.mark.parametrize("switch", [click_the_box, click_the_name, press_space, click_by_script])
def test_every_run_is_switched_off_and_on_again(
    opened: OpenBoard, scene: Scene, switch: Callable[[OpenBoard, str], None]
) -> None:
    for tag in ("loss", "accuracy"):
        opened.wait_for_curves(tag, on=scene.runs, off=set())
    for run in sorted(scene.runs):
        switch(opened, run)
        expect(opened.box(run)).not_to_be_checked()
        for tag in ("loss", "accuracy"):
            opened.wait_for_curves(tag, on=scene.runs - {run}, off={run})
        switch(opened, run)
        expect(opened.box(run)).to_be_checked()
        for tag in ("loss", "accuracy"):
            opened.wait_for_curves(tag, on=scene.runs, off=set())


def test_switching_asks_the_server_for_nothing(opened: OpenBoard, scene: Scene) -> None:
    opened.wait_for_curves("loss", on=scene.runs, off=set())
    opened.wait_for_curves("accuracy", on=scene.runs, off=set())
    asked = opened.asked()
    opened.box(NON_LATIN).click()
    opened.wait_for_curves("loss", on=scene.runs - {NON_LATIN}, off={NON_LATIN})
    opened.box(NON_LATIN).click()
    opened.wait_for_curves("loss", on=scene.runs, off=set())
    assert asked == []


def test_a_curve_grows_without_a_reload(opened: OpenBoard, scene: Scene) -> None:
    growing = scene.default_run
    opened.wait_for_curves("loss", on=scene.runs, off=set())
    loaded = opened.page.evaluate("performance.timeOrigin")
    step = opened.row(growing).locator('[data-column="steps"]')
    expect(step).to_have_text("99")
    scene.default_program.log(100)
    expect(step).to_have_text("199", timeout=WAIT_MS)
    # Twice as long now as all others: its pixels reach the right edge, theirs the middle.
    opened.page.wait_for_function(
        f"""(growing) => Object.entries(({MEASURE})("loss") ?? {{ none: {{}} }}).every(([run, {{ right }}]) =>
          run === growing ? right > 0.95 : right > 0.4 && right < 0.6)""",
        arg=growing,
        timeout=WAIT_MS,
    )
    assert opened.page.evaluate("performance.timeOrigin") == loaded


def test_the_selection_survives_a_reload(opened: OpenBoard, scene: Scene) -> None:
    opened.box(NON_LATIN).click()
    opened.box("experiment_2").click()
    opened.page.reload()
    gone = {NON_LATIN, "experiment_2"}
    opened.wait_for_curves("loss", on=scene.runs - gone, off=gone)
    expect(opened.box(NON_LATIN)).not_to_be_checked()


def test_the_selection_is_remembered_for_the_log_directory(opened: OpenBoard, scene: Scene) -> None:
    opened.box(NON_LATIN).click()
    opened.page.goto("about:blank")
    opened.page.goto(scene.address)
    opened.wait_for_curves("loss", on=scene.runs - {NON_LATIN}, off={NON_LATIN})


def test_an_address_shows_the_same_to_somebody_else(
    opened: OpenBoard, browser: Browser, scene: Scene
) -> None:
    opened.box(NON_LATIN).click()
    opened.box(scene.default_run).click()
    address = opened.address(r"#runs=off(\.\w+){2}$")
    assert address.isascii()
    assert len(address) < 80
    with tab(browser, address) as other:
        gone = {NON_LATIN, scene.default_run}
        other.wait_for_curves("loss", on=scene.runs - gone, off=gone)
        assert other.complaints == []


def test_the_address_wins_over_what_was_remembered(opened: OpenBoard, scene: Scene) -> None:
    opened.box("experiment_1").click()
    shared = opened.address(r"#runs=off\.\w+$")
    opened.box("experiment_1").click()
    opened.box("experiment_2").click()
    opened.page.goto("about:blank")
    opened.page.goto(shared)
    opened.wait_for_curves("loss", on=scene.runs - {"experiment_1"}, off={"experiment_1"})


def test_back_undoes_none_and_forward_repeats_it(opened: OpenBoard, scene: Scene) -> None:
    opened.box(NON_LATIN).click()
    opened.page.get_by_role("button", name="None: switch all 4 runs off").click()
    opened.wait_for_curves("loss", on=set(), off=scene.runs)
    expect(opened.page.get_by_text("4 runs have this tag, all are off.").first).to_be_visible()
    opened.page.go_back()
    opened.wait_for_curves("loss", on=scene.runs - {NON_LATIN}, off={NON_LATIN})
    opened.page.go_forward()
    opened.wait_for_curves("loss", on=set(), off=scene.runs)


def test_a_filter_narrows_all_and_none_and_says_so(opened: OpenBoard, scene: Scene) -> None:
    opened.page.get_by_role("searchbox", name="Filter runs").fill("EXPERIMENT")
    expect(opened.page.get_by_text("2 of 4 drawn")).to_be_visible()
    assert set(opened.names()) == {"experiment_1", "experiment_2"}
    opened.page.get_by_role("button", name="None: switch the 2 runs that the filter shows off").click()
    opened.page.get_by_role("searchbox", name="Filter runs").fill("")
    gone = {"experiment_1", "experiment_2"}
    opened.wait_for_curves("loss", on=scene.runs - gone, off=gone)
