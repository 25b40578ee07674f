"""Measures Lightboard and its peers side by side and writes benches/RESULTS.md. `make bench` calls it.

Every row compares within one run on one machine, so the ratio is what counts. Rounds alternate between the candidates,
and the best round of each is reported: on shared cores the disturbance is always upwards.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import math
import os
import platform
import statistics
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import drawing
import following
import graphs
import images
import loading
import make_logdirs
import pass_over
import queries
import scale
import serving
import writers
from board.rows import on_the_page
from rows import Row

Result = TypeVar("Result")
RESULTS = Path(__file__).parent / "RESULTS.md"
ROUNDS = 3


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
            " and ".join(f"{median[peer] / median[ours]:.0f} ×" for peer in peers),
            "≤ 1 µs, ≥ 80 × torch",
            median[ours] <= 1 and median["torch"] >= 80 * median[ours],
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


def logging_a_graph() -> list[Row]:
    """A torch model's graph of 5,000 nodes on disk."""
    print("logging a graph", file=sys.stderr)
    seconds = {name: min(costs) for name, costs in rounds(list(writers.WRITERS), graphs.measure).items()}
    ours = seconds.pop("lightboard")
    return [
        Row(
            "`add_graph` of 5,000 nodes, close included",
            ", ".join(f"{peer} {taken:.2f} s" for peer, taken in seconds.items()),
            f"{ours:.2f} s",
            f"{min(seconds.values()) / ours:.1f} ×",
            "≤ 2 × torch's",
            ours <= 2 * seconds["torch"],
        )
    ]


def writing_images() -> list[Row]:
    """add_image in the calling thread, and in all."""
    print("writing images", file=sys.stderr)
    results = rounds(list(writers.WRITERS), images.measure)
    median = {name: min(cost.median_ms for cost in costs) for name, costs in results.items()}
    total = {name: min(cost.total_ms for cost in costs) for name, costs in results.items()}
    peers = ["torch", "tensorboardX"]
    ours = "lightboard"
    return [
        Row(
            what,
            ", ".join(f"{peer} {cost[peer]:.1f} ms" for peer in peers),
            f"{cost[ours]:.2f} ms",
            f"{min(cost[peer] for peer in peers) / cost[ours]:.0f} ×",
            f"≤ {goal:g} ms",
            cost[ours] <= goal,
        )
        for what, cost, goal in (
            ("`add_image`, 3 × 224 × 224 float32, calling thread, median", median, 0.5),
            ("– in all, `close` included", total, 3),
        )
    ]


def calls() -> list[Row]:
    """Methods of other kinds, in the calling thread."""
    rows = []
    peers = ["torch", "tensorboardX"]
    goals_us = {"add_text": 3.0, "add_histogram": 100.0, "log": 4.0}
    for call in writers.CALLS | writers.OWN_CALLS:
        print(f"writing: {call}", file=sys.stderr)
        candidates = ["lightboard"] if call in writers.OWN_CALLS else list(writers.WRITERS)

        def measure(name: str, call: str = call) -> float:
            return writers.call_us(name, call, times=2_000 if name == "lightboard" else 200)

        best = {name: min(results) for name, results in rounds(candidates, measure).items()}
        others = [best[peer] for peer in peers if peer in best]
        goal = goals_us.get(call.split(",")[0])
        rows.append(
            Row(
                f"`{call.split(',')[0]}`{call[call.index(',') :]}, calling thread, median",
                ", ".join(f"{peer} {best[peer]:.0f} µs" for peer in peers if peer in best) or "–",
                f"{best['lightboard']:.1f} µs",
                f"{min(others) / best['lightboard']:.0f} ×" if others else "–",
                f"≤ {goal:g} µs" if goal else "–",
                goal is None or best["lightboard"] <= goal,
            )
        )
    share = {
        name: min(results) for name, results in rounds(list(writers.WRITERS), writers.training_share).items()
    }
    imports = min(writers.import_ms() for _ in range(5))
    return [
        *rows,
        Row(
            "a training loop of 1,000 steps of 10 ms with 20 scalars each: share of its time",
            ", ".join(f"{peer} {share[peer]:.1%}" for peer in peers),
            f"{share['lightboard']:.2%}",
            f"{min(share[peer] for peer in peers) / share['lightboard']:.0f} ×",
            "≤ 0.5 %",
            share["lightboard"] <= 0.005,
        ),
        Row("`import lightboard`", "–", f"{imports:.0f} ms", "–", "≤ 60 ms", imports <= 60),
    ]


def flooded() -> list[Row]:
    """What a writer takes at most."""
    print("memory of the writer", file=sys.stderr)
    most = {name: max(results) for name, results in rounds(list(writers.WRITERS), writers.flood_mb).items()}
    peers = ["torch", "tensorboardX"]
    return [
        Row(
            "memory of the writer while six threads log pictures of 6.75 MB, histograms, curves and texts",
            ", ".join(f"{peer} {most[peer]:.0f} MiB" for peer in peers),
            f"{most['lightboard']:.0f} MiB",
            f"{min(most[peer] for peer in peers) / most['lightboard']:.1f} ×",
            "≤ 64 MiB",
            most["lightboard"] <= 64,
        )
    ]


def at_scale() -> list[Row]:
    """Everything read, cold and again, from 1 M to 100 M points."""
    rows = []
    for cost in scale.measure():
        size, peer, cold, second = cost.size, cost.rustboard, cost.cold, cost.second
        gain, again = peer.seconds / cold.seconds, peer.seconds / second.seconds
        peers = (
            f"rustboard {peer.seconds:.2f} s (sampled to 1,000 a tag, no checksums), "
            f"{cost.complete.seconds:.2f} s (all points, checksums); "
            f"{peer.resident_mb:.0f} MB, {cost.complete.resident_mb:.0f} MB"
        )
        ratios = size in (scale.WIDE, scale.TWO_MILLION)
        seconds_cold = {scale.TWO_MILLION: 0.4, scale.TWENTY_MILLION: 4.0}.get(size)
        seconds_second = {scale.TWO_MILLION: 0.05, scale.TWENTY_MILLION: 0.2}.get(size)
        resident = 300 if size == scale.TWENTY_MILLION else loading.MAX_MEMORY / 2**20
        peak = max(cold.peak_mb, second.peak_mb)
        rows += [
            Row(
                f"cold load, {size}",
                peers,
                f"{cold.seconds:.2f} s, every point, every checksum",
                f"{gain:.1f} ×",
                goals("≥ 5 ×" if ratios else None, f"≤ {seconds_cold:g} s" if seconds_cold else None),
                (gain >= 5 or not ratios) and cold.seconds <= (seconds_cold or math.inf),
            ),
            Row(
                "– second start",
                "the same again",
                f"{second.seconds:.3f} s",
                f"{again:.0f} ×",
                goals("≥ 40 ×" if ratios else None, f"≤ {seconds_second:g} s" if seconds_second else None),
                (again >= 40 or not ratios) and second.seconds <= (seconds_second or math.inf),
            ),
            Row(
                "– resident memory after load, cold / second start (highest while loading)",
                "",
                f"{cold.resident_mb:.0f} / {second.resident_mb:.0f} MB ({peak:.0f})",
                "",
                f"≤ {resident:.0f} MB",
                max(cold.resident_mb, second.resident_mb) <= resident and peak <= loading.MAX_MEMORY / 2**20,
            ),
        ]
    return rows


def goals(*parts: str | None) -> str:
    """The goals that there are, in one cell."""
    return ", ".join(part for part in parts if part) or "–"


def asking() -> list[Row]:
    """Questions to a loaded index."""
    print("asking", file=sys.stderr)
    rows = []
    for steps in (200, 2_000):
        tags = 1 if steps == 200 else 10
        chart = queries.chart_ms(make_logdirs.scalars(1_000, tags, steps), "group0/metric_0")
        rows.append(
            Row(
                f"one chart of 1,000 runs × {steps:,} points, 800 pixels wide, warm, median (best)",
                "–",
                f"{statistics.median(chart):.1f} ms ({min(chart):.1f})",
                "–",
                "≤ 30 ms" if steps == 200 else "–",
                steps != 200 or statistics.median(chart) <= 30,
            )
        )
    thousand = make_logdirs.scalars(1_000, 10, 2_000)
    for name, times in (
        (
            "ten groups of 100 runs × 2,000 points, 800 pixels wide",
            queries.groups_ms(thousand, "group0/metric_0"),
        ),
        (
            "a table of 1,000 runs × 2,000 points, at step 1,000",
            queries.table_ms(thousand, "group0/metric_0"),
        ),
    ):
        rows.append(
            Row(
                f"{name}, warm, median (best)",
                "–",
                f"{statistics.median(times):.1f} ms ({min(times):.1f})",
                "–",
                "–",
                True,
            )
        )
    zoom = sorted(queries.zoom_ms(make_logdirs.scalars(1, 1, 1_000_000), "group0/metric_0", 1_000_000))
    p95 = zoom[int(len(zoom) * 0.95)]
    return [
        *rows,
        Row(
            "a run of 1 M points, random stretches of 100 to all steps, 95th percentile (median)",
            "–",
            f"{p95:.1f} ms ({statistics.median(zoom):.1f})",
            "–",
            "≤ 10 ms",
            p95 <= 10,
        ),
    ]


def keeping_up() -> list[Row]:
    """What following costs when nothing or little happens."""
    print("following", file=sys.stderr)
    quiet = following.idle(make_logdirs.scalars(1_000, 5, 200), seconds=20)
    large = make_logdirs.scalars(1, 1, 20_000_000)
    size = make_logdirs.event_bytes(large)
    grown = following.growing(large, seconds=10)
    return [
        Row(
            "1,000 live files, nothing new: share of a core",
            "–",
            f"{quiet.core:.1%}",
            "–",
            "≤ 3 %",
            quiet.core <= 0.03,
        ),
        Row(
            f"a file of {size / 2**30:.2f} GiB grows by 100 records in 10 s: bytes read",
            "–",
            f"{grown.bytes_read / 1e6:.2f} MB",
            "–",
            "never read again",
            grown.bytes_read < 10e6,
        ),
    ]


def examining() -> list[Row]:
    """The doctor's pass over a file, every checksum verified, and reading its bytes without looking at them."""
    print("examining", file=sys.stderr)
    rows = []
    for name, directory in (
        ("of records of 200 kB", make_logdirs.tensors(5_369, 200_000)),
        ("of scalars only", make_logdirs.scalars(1, 1, 20_000_000)),
    ):
        (path,) = directory.rglob("*tfevents*")

        def measure(what: str, path: Path = path) -> float:
            return pass_over.measure(what, path)

        seconds = {what: min(taken) for what, taken in rounds(["reading", "audit"], measure).items()}
        factor = seconds["audit"] / seconds["reading"]
        rows.append(
            Row(
                f"doctor's pass over a file {name}, {path.stat().st_size / 2**30:.2f} GiB",
                f"reading it {seconds['reading']:.2f} s",
                f"{seconds['audit']:.2f} s",
                f"{factor:.1f} × as long",
                "≤ 2 × reading",
                factor <= 2,
            )
        )
    return rows


def first_answer() -> list[Row]:
    """Command to first HTTP answer on the same directory."""
    print("starting servers", file=sys.stderr)
    directory = make_logdirs.scalars(runs=100, tags=10, steps=2_000)
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
- Images: `python benches/images.py WRITER DIRECTORY`, a process a writer: 100 calls `add_image("image", image, step)`
  of a smooth picture with noise, each timed by itself, then `close()`.
- Loading: Lightboard's `Index` in a fresh process until everything is read, without a cache and then with the one
  that it saved (`--max-memory` 1 GiB), and the data server that TensorBoard starts, `server --logdir DIRECTORY
  --reload once` (then with `--checksum --samples-per-plugin scalars=all`), by the load cycle that its log states. The
  files are in the page cache for all. `scale.svg` shows the same figures.
- Questions: `Index.scalars` in Python, the frame's bytes included, after one load.
- Following: processor time of a process that has loaded the directory and waits; bytes that it reads (`rchar`).
- Doctor: `audit_file` on one file that is in the page cache, and reading it in windows of 256 KiB, in turns.
  Reading takes one thread; the doctor reads ahead in a second one.
- First answer: `lightboard DIRECTORY --no-open --port PORT` and `tensorboard --logdir DIRECTORY --port PORT`, from
  starting the process to the complete list of runs over HTTP.
- Page: Debian's Chromium, headless, without a GPU, 1280 × 800; every server and browser started anew. A picture counts
  when the pixels on the canvas have changed. To next paint: the browser's own Event Timing (nothing below 16 ms is
  told). Charts right: from the touch to the first frame of the compositor after which the charts' pixels change no
  more. Hover: the page's script time for one move of the pointer.
- Drawing: the gallery's page `bench.html`, both ways of drawing in turns.
"""


def table(rows: list[Row]) -> list[str]:
    """Lines of Markdown."""
    marks = {True: "yes", False: "**no**"}
    return [
        "| what | peers | Lightboard | ratio | goal | met |",
        "|---|---|---|---|---|---|",
        *(
            f"| {row.what} | {row.peers} | {row.lightboard} | {row.ratio} | {row.goal} | {marks[row.met]} |"
            for row in rows
        ),
    ]


def report(rows: list[Row]) -> str:
    """The page for benches/RESULTS.md."""
    lines = [
        "# Results",
        "",
        f"{datetime.date.today().isoformat()}, {machine()}.",
        "",
        f"{versions()}. Written by `make bench`; best of {ROUNDS} alternating rounds "
        "or more, peers and Lightboard in one run.",
        "",
        *table(rows),
    ]
    return "\n".join(lines) + f"\n\n![Cost against size](scale.svg)\n\n## How\n{COMMANDS}"


SECTIONS: dict[str, Callable[[], list[Row]]] = {
    "writing": writing,
    "calls": calls,
    "images": writing_images,
    "memory": flooded,
    "graph": logging_a_graph,
    "loading": at_scale,
    "questions": asking,
    "following": keeping_up,
    "doctor": examining,
    "server": first_answer,
    "page": on_the_page,
    "drawing": on_one_canvas,
}


def main(names: list[str]) -> int:
    """Run every bench and write the page; with names of sections, run these and print their lines only."""
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        print(f"expected names of {', '.join(SECTIONS)}, found {', '.join(unknown)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    failed = False
    for name in names or SECTIONS:
        try:
            found = SECTIONS[name]()
        except Exception:  # one bench that fails takes no other's figures with it
            traceback.print_exc()
            failed = True
            found = [Row(f"{name}: could not be measured", "–", "–", "–", "–", False)]
        print("\n".join(table(found)[2:]), flush=True)
        rows += found
    if not names:
        RESULTS.write_text(report(rows), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
