"""Measures Lightboard and its peers side by side and writes benches/RESULTS.md. `make bench` calls it.

Every row compares within one run on one machine, so the ratio is what counts. Rounds alternate between the candidates,
and the best round of each is reported: on shared cores the disturbance is always upwards.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import drawing
import loading
import make_logdirs
import page
import serving
import writers

Result = TypeVar("Result")
RESULTS = Path(__file__).parent / "RESULTS.md"
ROUNDS = 3


@dataclass(frozen=True)
class Row:
    """One line of the table; `ratio` compares Lightboard with the fastest peer."""

    what: str
    peers: str
    lightboard: str
    ratio: str
    goal: str
    met: bool


def rounds(candidates: list[str], measure: Callable[[str], Result]) -> dict[str, list[Result]]:
    """Measure each candidate once a round, alternating."""
    results: dict[str, list[Result]] = {candidate: [] for candidate in candidates}
    for number in range(ROUNDS):
        for candidate in candidates:
            print(f"  round {number + 1} of {ROUNDS}: {candidate}", file=sys.stderr, flush=True)
            results[candidate].append(measure(candidate))
    return results


def writing() -> list[Row]:
    """add_scalar in the calling thread, and scalars a second with close included."""
    print("writing scalars", file=sys.stderr)

    def measure(name: str) -> writers.WriterCost:
        few = name != "lightboard"
        return writers.measure(name, timed_calls=20_000, loop_calls=30_000 if few else 2_000_000)

    results = rounds(list(writers.WRITERS), measure)
    median = {name: min(cost.median_us for cost in costs) for name, costs in results.items()}
    p99 = {name: min(cost.p99_us for cost in costs) for name, costs in results.items()}
    rate = {name: max(cost.per_second for cost in costs) for name, costs in results.items()}
    peers = ["torch", "tensorboardX"]
    ours = "lightboard"
    return [
        Row(
            "`add_scalar`, calling thread, median (99th percentile)",
            ", ".join(f"{peer} {median[peer]:.1f} µs ({p99[peer]:.0f})" for peer in peers),
            f"{median[ours]:.2f} µs ({p99[ours]:.1f})",
            f"{min(median[peer] for peer in peers) / median[ours]:.0f} ×",
            "≤ 1 µs",
            median[ours] <= 1,
        ),
        Row(
            "scalars a second, tight loop, close included",
            ", ".join(f"{peer} {rate[peer] / 1e3:.1f} k" for peer in peers),
            f"{rate[ours] / 1e6:.2f} M",
            f"{rate[ours] / max(rate[peer] for peer in peers):.0f} ×",
            "≥ 1 M",
            rate[ours] >= 1e6,
        ),
    ]


def cold_load(directory: Path) -> list[Row]:
    """Everything read: Lightboard against TensorBoard's data server."""
    print("loading", file=sys.stderr)
    candidates: dict[str, Callable[[], loading.Load]] = {
        "rustboard": lambda: loading.rustboard(directory),
        "rustboard, all points, checksums": lambda: loading.rustboard(
            directory, checksum=True, keep_all=True
        ),
        "lightboard": lambda: loading.lightboard(directory),
    }
    results = rounds(list(candidates), lambda name: candidates[name]())
    best = {name: min(loads, key=lambda load: load.seconds) for name, loads in results.items()}
    ours = best["lightboard"]
    if ours.points != 2_000_000:
        raise RuntimeError(f"expected 2,000,000 points from {directory}, the index has {ours.points}")
    size = make_logdirs.event_bytes(directory) / 1e6
    return [
        Row(
            f"cold load, 100 runs × 10 tags × 2,000 steps (2 M points, {size:.0f} MB)",
            f"rustboard {best['rustboard'].seconds:.2f} s (sampled to 1,000 a tag, no checksums), "
            f"{best['rustboard, all points, checksums'].seconds:.2f} s (all points, checksums); "
            f"{best['rustboard'].resident_mb:.0f} MB",
            f"{ours.seconds:.2f} s, every point, every checksum; {ours.resident_mb:.0f} MB",
            f"{best['rustboard'].seconds / ours.seconds:.1f} ×",
            "≥ 4 ×, ≤ 0.4 s",
            best["rustboard"].seconds / ours.seconds >= 4 and ours.seconds <= 0.4,
        )
    ]


def first_answer(directory: Path) -> list[Row]:
    """Command to first HTTP answer on the same directory."""
    print("starting servers", file=sys.stderr)
    results = rounds(list(serving.COMMANDS), lambda name: serving.first_answer(name, directory))
    best = {name: min(seconds) for name, seconds in results.items()}
    return [
        Row(
            "command to first HTTP answer, same directory",
            f"TensorBoard {best['tensorboard']:.2f} s",
            f"{best['lightboard']:.2f} s",
            f"{best['tensorboard'] / best['lightboard']:.1f} ×",
            "≤ 0.4 s",
            best["lightboard"] <= 0.4,
        )
    ]


def on_the_page(directory: Path) -> list[Row]:
    """What a person waits for in the browser. TensorBoard's page is not driven here."""
    print("driving the page", file=sys.stderr)
    first = min(page.first_chart(directory) for _ in range(ROUNDS))
    live = sorted(page.live_points())
    p95 = live[int(len(live) * 0.95)]
    rows = [
        Row("page load to first chart, same directory", "–", f"{first:.2f} s", "–", "≤ 1 s", first <= 1),
        Row(
            "live: `add_scalar` in another process to pixel, 95th percentile (median)",
            "–",
            f"{p95:.2f} s ({statistics.median(live):.2f})",
            "–",
            "≤ 0.5 s",
            p95 <= 0.5,
        ),
    ]
    for runs in (100, 1000):
        cost = page.switching(make_logdirs.scalars(runs=runs, tags=3, steps=200))
        one = f"{cost.one_paint:.0f} ms, charts {cost.one_drawn:.0f} ms"
        every = f"{cost.all_paint:.0f} ms, charts {cost.all_drawn:.0f} ms"
        rows += [
            Row(
                f"switch one of {runs} runs: to next paint, charts done",
                "–",
                one,
                "–",
                "≤ 50 ms, ≤ 200 ms",
                cost.one_paint <= 50 and cost.one_drawn <= 200,
            ),
            Row(
                f"switch all {runs} runs: to next paint, charts done",
                "–",
                every,
                "–",
                "≤ 100 ms, ≤ 500 ms",
                cost.all_paint <= 100 and cost.all_drawn <= 500,
            ),
        ]
    return rows


def on_one_canvas() -> list[Row]:
    """The rasteriser and Canvas 2D paths in turns on one page."""
    print("drawing", file=sys.stderr)
    return [
        Row(
            f"draw {times.runs:,} runs × 200 points on 800 × 500 pixels",
            f"Canvas 2D {times.canvas2d:.0f} ms",
            f"{times.raster:.0f} ms",
            f"{times.canvas2d / times.raster:.1f} ×",
            "≤ 25 ms" if times.runs == 1000 else "–",
            times.runs != 1000 or times.raster <= 25,
        )
        for times in drawing.measure()
    ]


def machine() -> str:
    """The machine in one line, without its name."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return (
        f"{os.cpu_count()} cores of {model} (shared), {platform.system()} {platform.release().split('-')[0]}"
    )


def versions() -> str:
    """What was measured against what."""
    names = ["torch", "tensorboardX", "tensorboard", "tensorboard-data-server", "numpy"]
    return ", ".join(
        [f"Python {platform.python_version()}"]
        + [f"{name} {importlib.metadata.version(name)}" for name in names]
    )


COMMANDS = """
- Writing: `python benches/writers.py WRITER DIRECTORY CALLS LOOP_CALLS`, a process a writer: each of 20,000 calls
  `add_scalar("loss", 0.5, step)` timed by itself (the timer's own 0.05 µs included), then a loop of 30,000 calls
  (Lightboard: 2,000,000) and `close()`.
- Loading: Lightboard's `Index` in a fresh process until everything is read, and the data server that TensorBoard
  starts, `server --logdir DIRECTORY --reload once` (then with `--checksum --samples-per-plugin scalars=all`), by the
  load cycle that its log states. The files are in the page cache for all.
- First answer: `lightboard DIRECTORY --no-open --port PORT` and `tensorboard --logdir DIRECTORY --port PORT`, from
  starting the process to the complete list of runs over HTTP.
- Page: Debian's Chromium, headless, without a GPU, 1280 × 800; a picture counts when the pixels on the canvas have
  changed.
- Drawing: the gallery's page `bench.html`, both ways of drawing in turns.
"""


def report(rows: list[Row]) -> str:
    """The page for benches/RESULTS.md."""
    lines = [
        "# Results",
        "",
        f"{datetime.date.today().isoformat()}, {machine()}.",
        "",
        f"{versions()}. Written by `make bench`; best of {ROUNDS} alternating rounds, peers and Lightboard in one run.",
        "",
        "| what | peers | Lightboard | ratio | goal | met |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.what} | {row.peers} | {row.lightboard} | {row.ratio} | {row.goal} | {'yes' if row.met else '**no**'} |"
        for row in rows
    ]
    return "\n".join(lines) + f"\n\n## How\n{COMMANDS}"


def main() -> None:
    """Run every bench and write the table."""
    directory = make_logdirs.scalars(runs=100, tags=10, steps=2_000)
    table = report(
        writing() + cold_load(directory) + first_answer(directory) + on_the_page(directory) + on_one_canvas()
    )
    RESULTS.write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
