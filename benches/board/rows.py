"""What a person waits for in the browser, as lines of the report."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable

import make_logdirs
from board import endurance, interactions, live
from board.interactions import Answers, Wait
from rows import Row

SIZES = ((100, 10, 2000), (1000, 5, 200))
MANY_RUNS = (10_000, 1, 20)
MANY_TAGS = (10, 5_000, 20)
ROUNDS = 2
SWITCHES: tuple[tuple[str, Callable[[Answers], Wait], int, int], ...] = (
    ("switch one run", lambda answers: answers.one, 50, 200),
    ("switch all off", lambda answers: answers.all_off, 100, 500),
    ("switch all on", lambda answers: answers.all_on, 100, 500),
)
"""With the milliseconds that the next paint and all charts may take."""
TOUCHES: tuple[tuple[str, Callable[[Answers], float], int], ...] = (
    ("filter, the slowest keystroke to next paint", lambda answers: answers.keystroke, 50),
    ("hover, script for one move", lambda answers: answers.hover, 16),
)


def on_the_page() -> list[Row]:
    """Both pages on the same directories in turns; then what only Lightboard's is asked."""
    print("driving the pages", file=sys.stderr)
    rows: list[Row] = []
    for runs, tags, steps in SIZES:
        directory = make_logdirs.scalars(runs=runs, tags=tags, steps=steps)
        measured: dict[str, list[Answers]] = {"tensorboard": [], "lightboard": []}
        for number in range(ROUNDS):
            for server, answers in measured.items():
                print(f"  {runs} runs, round {number + 1} of {ROUNDS}: {server}", file=sys.stderr, flush=True)
                answers.append(interactions.measure(server, directory))
        rows += _compared(f"{runs:,} × {tags} × {steps:,}", measured)
    return [*rows, *_scrolling(), *_switching_many(), *_memory(), _live()]


def _compared(size: str, measured: dict[str, list[Answers]]) -> list[Row]:
    theirs, ours = measured["tensorboard"], measured["lightboard"]
    rows = []
    peer, own = min(a.first_chart for a in theirs), min(a.first_chart for a in ours)
    rows.append(
        Row(
            f"page load to first curves, {size}",
            f"TensorBoard {peer:.2f} s",
            f"{own:.2f} s",
            f"{peer / own:.1f} ×",
            "≤ 1 s",
            own <= 1,
        )
    )
    for what, pick, paint, charts in SWITCHES:
        peer_wait = min((pick(a) for a in theirs), key=lambda wait: wait.charts)
        wait = min((pick(a) for a in ours), key=lambda wait: wait.charts)
        rows.append(
            Row(
                f"{what}, {size}: to next paint, charts right",
                f"TensorBoard {peer_wait.paint:.0f} ms, {peer_wait.charts:.0f} ms",
                f"{wait.paint:.0f} ms, {wait.charts:.0f} ms",
                f"{peer_wait.charts / max(wait.charts, 1):.1f} ×",
                f"≤ {paint} ms, ≤ {charts} ms",
                wait.paint <= paint and wait.charts <= charts,
            )
        )
    for what, find, goal in TOUCHES:
        peer_ms, ms = min(find(a) for a in theirs), min(find(a) for a in ours)
        rows.append(
            Row(
                f"{what}, {size}",
                f"TensorBoard {peer_ms:.0f} ms",
                f"{ms:.0f} ms",
                f"{peer_ms / ms:.1f} ×",
                f"≤ {goal} ms",
                ms <= goal,
            )
        )
    return rows


def _scrolling() -> list[Row]:
    return [
        _scrolled("runs", MANY_RUNS, f"scroll {MANY_RUNS[0]:,} runs"),
        _scrolled("cards", MANY_TAGS, f"scroll the cards of {MANY_TAGS[1]:,} tags, {MANY_TAGS[0]} runs"),
    ]


def _scrolled(over: endurance.Over, size: tuple[int, int, int], what: str) -> Row:
    runs, tags, steps = size
    directory = make_logdirs.scalars(runs=runs, tags=tags, steps=steps)
    longest = endurance.longest_task_while_scrolling(directory, over)
    told = f"{longest:.0f} ms" if longest else "none over 50 ms"
    return Row(f"{what}, longest task", "–", told, "–", "≤ 50 ms", longest <= 50)


def _switching_many() -> list[Row]:
    runs, tags, steps = MANY_RUNS
    directory = make_logdirs.scalars(runs=runs, tags=tags, steps=steps)
    answers = interactions.measure("lightboard", directory, times=2)
    return [
        Row(f"{what}, {runs:,} runs: to next paint", "–", f"{ms:.0f} ms", "–", f"≤ {goal} ms", ms <= goal)
        for what, ms, goal in (
            ("switch all off", answers.all_off.paint, 100),
            ("switch all on", answers.all_on.paint, 100),
            ("filter, the slowest keystroke", answers.keystroke, 50),
        )
    ]


def _memory() -> list[Row]:
    directory = make_logdirs.scalars(runs=1000, tags=5, steps=200)
    first, *later = endurance.switched_often("lightboard", directory)
    heap = later[-1].heap - first.heap
    resident = [held.resident for held in later]
    # What leaks grows on and on; what an allocator keeps goes up and down by some 10 MB.
    half = len(resident) // 2
    growth = statistics.mean(resident[half:]) - statistics.mean(resident[:half])
    switches = endurance.SWITCHES * len(later)
    sizes = ", ".join(f"{size / 1e6:.0f}" for size in resident)
    return [
        Row(
            f"heap of the tab after {switches} switches of one of 1,000 runs (nodes)",
            "–",
            f"{heap / 1e6:+.1f} MB ({later[-1].nodes - first.nodes:+.0f})",
            "–",
            "does not grow (≤ 1 MB)",
            heap <= 1e6,
        ),
        Row(
            f"resident memory of the tab after each {endurance.SWITCHES} of them",
            "–",
            f"{sizes} MB",
            "–",
            "the later half as the first (≤ 5 MB more)",
            growth <= 5e6,
        ),
    ]


def _live() -> Row:
    seconds = sorted(live.live_points())
    p95 = seconds[int(len(seconds) * 0.95)]
    return Row(
        "live: `add_scalar` in another process to pixel, 95th percentile (median)",
        "–",
        f"{p95:.2f} s ({statistics.median(seconds):.2f})",
        "–",
        "≤ 0.5 s",
        p95 <= 0.5,
    )
