"""What tests of the run panel have in common: its runs, and its parts on the page."""

from collections.abc import Collection
from pathlib import Path

from playwright.sync_api import Locator, expect
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from board.browser import WAIT_MS, OpenBoard

SWEEP = [f"sweep/lr={lr},seed={seed}" for lr in ("0.001", "0.01") for seed in (1, 2, 10)]
RUNS = [*SWEEP, "baseline", "other/a", "other/b", "実験 1"]


def write_hparams(directory: Path, wall_time: float, **hparams: float | str) -> None:
    """Log hyper-parameters as TensorFlow does: a session start in a file of the run."""
    with (directory / "events.out.tfevents.1763800000.host.1.hparams").open("xb") as file:
        summary = hparams_pb(hparams)
        RecordWriter(file).write(Event(wall_time=wall_time, summary=summary).SerializeToString())


def account(opened: OpenBoard) -> Locator:
    return opened.page.locator(".account")


def heading(opened: OpenBoard, name: str) -> Locator:
    """The box of a folder."""
    return opened.page.locator(f'[data-heading="{name}"] input')


def filter_box(opened: OpenBoard) -> Locator:
    return opened.page.get_by_role("searchbox", name="Filter runs")


def button(opened: OpenBoard, name: str) -> Locator:
    return opened.page.get_by_role("navigation").get_by_role("button", name=name)


def expect_on(opened: OpenBoard, on: set[str]) -> None:
    """Exactly these runs are on, each by its box."""
    for run in RUNS:
        expect(opened.box(run)).to_be_checked(checked=run in on)


def expect_listed(opened: OpenBoard, runs: Collection[str]) -> None:
    """Exactly these runs are in the list, in this order if they have one."""
    opened.page.wait_for_function(
        """({ runs, ordered }) => {
          const names = [...document.querySelectorAll("[data-run-name]")].map((row) => row.dataset.runName);
          return JSON.stringify(ordered ? names : names.sort()) === JSON.stringify(ordered ? runs : runs.sort());
        }""",
        arg={"runs": list(runs), "ordered": isinstance(runs, list)},
        timeout=WAIT_MS,
    )


def group_by(opened: OpenBoard, what: str) -> None:
    chosen = opened.page.get_by_role("combobox", name="Group by")
    chosen.focus()
    expect(chosen.locator("option", has_text="lr")).to_have_count(1)
    chosen.select_option(what)
