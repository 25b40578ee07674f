"""What a log directory's size costs: seconds to load it, cold and again, and memory, from 1 M to 100 M points."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import loading
import make_logdirs

PLOT = Path(__file__).parent / "scale.svg"


@dataclass(frozen=True)
class Size:
    """A log directory of `runs` × `tags` × `steps` scalars, and how often each candidate loads it."""

    runs: int
    tags: int
    steps: int
    rounds: int

    @property
    def points(self) -> int:
        """Scalars in all."""
        return self.runs * self.tags * self.steps

    def __str__(self) -> str:
        return (
            f"{self.runs:,} runs × {self.tags} tags × {self.steps:,} steps ({self.points // 10**6} M points)"
        )


# A second start of these takes 7 ms: it takes many to find one that nothing disturbs. The peer gets as many.
WIDE = Size(1_000, 5, 200, rounds=20)
TWO_MILLION = Size(100, 10, 2_000, rounds=3)
TWENTY_MILLION = Size(1_000, 10, 2_000, rounds=2)
HUNDRED_MILLION = Size(1_000, 10, 10_000, rounds=1)
SIZES = [WIDE, TWO_MILLION, TWENTY_MILLION, HUNDRED_MILLION]


@dataclass(frozen=True)
class Cost:
    """Loads of one size, the best of its rounds each."""

    size: Size
    rustboard: loading.Load
    complete: loading.Load
    """The data server keeping all points and verifying checksums."""
    cold: loading.Load
    second: loading.Load


def measure() -> list[Cost]:
    """Load every size with every candidate, alternating, and draw the plot."""
    costs = [_measure(size) for size in SIZES]
    _plot(costs)
    return costs


def _measure(size: Size) -> Cost:
    print(f"loading {size}", file=sys.stderr)
    directory = make_logdirs.scalars(size.runs, size.tags, size.steps)
    rounds = []
    for number in range(size.rounds):
        print(f"  round {number + 1} of {size.rounds}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(dir=make_logdirs.cache()) as cache:
            rounds.append(
                (
                    loading.rustboard(directory),
                    loading.rustboard(directory, checksum=True, keep_all=True),
                    loading.lightboard(directory, Path(cache)),
                    loading.lightboard(directory, Path(cache)),
                )
            )
    best = [min(loads, key=lambda load: load.seconds) for loads in zip(*rounds, strict=True)]
    for load in best[2:]:
        if load.points != size.points:
            raise RuntimeError(
                f"expected {size.points:,} points from {directory}, the index has {load.points:,}"
            )
    return Cost(size, *best)


def _plot(costs: list[Cost]) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    # The same figures give the same bytes.
    matplotlib.rcParams["svg.hashsalt"] = "lightboard"
    costs = sorted(costs, key=lambda cost: cost.size.points)
    millions = [cost.size.points / 1e6 for cost in costs]
    figure, (seconds, memory) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    candidates = [
        ("rustboard, sampled", "#9aa0a6", [cost.rustboard for cost in costs]),
        ("rustboard, all points", "#5f6368", [cost.complete for cost in costs]),
        ("Lightboard, cold", "#c2410c", [cost.cold for cost in costs]),
        ("Lightboard, second start", "#1d4ed8", [cost.second for cost in costs]),
    ]
    for name, colour, loads in candidates:
        seconds.plot(millions, [load.seconds for load in loads], "o-", color=colour, label=name)
        memory.plot(millions, [load.resident_mb for load in loads], "o-", color=colour, label=name)
    memory.axhline(loading.MAX_MEMORY / 2**20, color="#c2410c", linestyle=":", label="--max-memory")
    for axes, title in ((seconds, "seconds until everything is read"), (memory, "resident memory then, MiB")):
        axes.set(xscale="log", yscale="log", xlabel="million points", title=title)
        axes.grid(color="#e5e7eb", which="major")
        axes.set_axisbelow(True)
        axes.set_xticks(millions, [f"{value:g}" for value in millions])
        axes.minorticks_off()
    seconds.legend(frameon=False)
    figure.savefig(PLOT, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    for cost in measure():
        print(cost)
