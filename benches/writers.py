"""What logging costs the training thread, and how many scalars a second reach the disk: Lightboard and its peers.

Each writer is measured in a process of its own, so that no peer's threads or imports disturb another's.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

WRITERS = {
    "lightboard": "lightboard",
    "torch": "torch.utils.tensorboard",
    "tensorboardX": "tensorboardX",
}


@dataclass(frozen=True)
class WriterCost:
    """`median_us`: one add_scalar in the calling thread; `per_second`: a tight loop with close included."""

    median_us: float
    p99_us: float
    per_second: float


_RANDOM = np.random.default_rng(1)
TEXT = "0123456789" * 10
WEIGHTS = _RANDOM.normal(size=10_000).astype(np.float32)
SCORES = _RANDOM.random(10_000).astype(np.float32)
LABELS = _RANDOM.random(10_000) < SCORES
POINTS = _RANDOM.normal(size=(1, 1000, 3)).astype(np.float32)
COLORS = _RANDOM.integers(0, 256, (1, 1000, 3))

METRICS = {f"train/metric_{number}": 0.5 for number in range(20)}

# A call of each kind; add_scalar is measured by itself.
CALLS: dict[str, Callable[[Any, int], object]] = {
    "add_text, 100 characters": lambda log, step: log.add_text("note", TEXT, step),
    "add_histogram, 10,000 float32": lambda log, step: log.add_histogram("weights", WEIGHTS, step),
    "add_pr_curve, 10,000 predictions": lambda log, step: log.add_pr_curve("curve", LABELS, SCORES, step),
    "add_mesh, 1,000 points and colours": lambda log, step: log.add_mesh(
        "cloud", POINTS, COLORS, None, None, step
    ),
}

# What the peers do not have.
OWN_CALLS: dict[str, Callable[[Any, int], object]] = {
    "log, 20 scalars": lambda log, step: log.log(METRICS, step),
}


def measure(writer: str, *, timed_calls: int, loop_calls: int) -> WriterCost:
    """Measure `add_scalar`."""
    return WriterCost(**_in_a_process("scalar", writer, str(timed_calls), str(loop_calls)))


def call_us(writer: str, call: str, *, times: int) -> float:
    """Median of one of `CALLS` or `OWN_CALLS` in the calling thread, in µs."""
    return float(_in_a_process("call", writer, call, str(times))["median_us"])


def training_share(writer: str, *, steps: int = 1000, scalars: int = 20, step_secs: float = 0.01) -> float:
    """What a training loop spends in the calls of `scalars` scalars a step, as a share of its time."""
    return float(_in_a_process("training", writer, str(steps), str(scalars), str(step_secs))["share"])


def flood_mb(writer: str) -> float:
    """What the process takes more, at most, while six threads log what all writers know, in MiB."""
    return float(_in_a_process("flood", writer)["mb"])


def import_ms() -> float:
    """How long `import lightboard` takes in a new interpreter."""
    program = (
        "import time; s = time.perf_counter(); import lightboard; print((time.perf_counter() - s) * 1e3)"
    )
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)


def _in_a_process(what: str, *arguments: str) -> Any:
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, __file__, what, directory, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _open(writer: str, directory: str) -> Any:
    return __import__(WRITERS[writer], fromlist=["SummaryWriter"]).SummaryWriter(directory)


def _call(directory: str, writer: str, name: str, times: str) -> dict[str, float]:
    log, call, clock = _open(writer, directory), (CALLS | OWN_CALLS)[name], time.perf_counter_ns
    samples = []
    for step in range(int(times)):
        start = clock()
        call(log, step)
        samples.append(clock() - start)
    log.close()
    return {"median_us": statistics.median(samples) / 1e3}


def _training(directory: str, writer: str, steps: str, scalars: str, step_secs: str) -> dict[str, float]:
    log, clock = _open(writer, directory), time.perf_counter
    tags = [f"train/metric_{number}" for number in range(int(scalars))]
    logging, begin = 0.0, clock()
    for step in range(int(steps)):
        until = clock() + float(step_secs)
        while clock() < until:  # A model that computes.
            pass
        start = clock()
        for tag in tags:
            log.add_scalar(tag, 0.5, step)
        logging += clock() - start
    share = logging / (clock() - begin)
    log.close()
    return {"share": share}


def _flood(directory: str, writer: str) -> dict[str, float]:
    log = _open(writer, directory)
    picture = _RANDOM.integers(0, 256, (3, 1500, 1500), dtype=np.uint8)
    numbers, text = _RANDOM.random(1_000_000), "x" * 1_000_000

    def everything(step: int, part: slice) -> None:
        log.add_image("picture", picture[:, part, part], step)
        log.add_histogram("numbers", numbers[part], step)
        log.add_pr_curve("curve", numbers[part] > 0.5, numbers[part], step)
        log.add_text("text", text[part], step)
        for number in range(1000):
            log.add_scalar("scalar", 0.5, 1000 * step + number)

    def memory_kb(which: str) -> int:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(f"Vm{which}:"))

    everything(0, slice(100))  # What is imported and made once.
    log.flush()
    with open("/proc/self/clear_refs", "w") as clear_refs:
        clear_refs.write("5")  # Forget the most so far.
    before = memory_kb("RSS")

    def log_all() -> None:
        for step in range(1, 4):
            everything(step, slice(None))

    threads = [threading.Thread(target=log_all) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    return {"mb": (memory_kb("HWM") - before) / 1024}


def _scalar(directory: str, writer: str, timed_calls: str, loop_calls: str) -> dict[str, float]:
    log = _open(writer, f"{directory}/timed")
    clock = time.perf_counter_ns
    samples = []
    for step in range(int(timed_calls)):
        start = clock()
        log.add_scalar("loss", 0.5, step)
        samples.append(clock() - start)
    log.close()
    samples.sort()

    log = _open(writer, f"{directory}/loop")
    start = clock()
    for step in range(int(loop_calls)):
        log.add_scalar("loss", 0.5, step)
    log.close()
    seconds = (clock() - start) / 1e9

    return {
        "median_us": statistics.median(samples) / 1e3,
        "p99_us": samples[int(len(samples) * 0.99)] / 1e3,
        "per_second": int(loop_calls) / seconds,
    }


if __name__ == "__main__":
    _MEASURES: dict[str, Callable[..., dict[str, float]]] = {
        "scalar": _scalar,
        "call": _call,
        "training": _training,
        "flood": _flood,
    }
    print(json.dumps(_MEASURES[sys.argv[1]](*sys.argv[2:])))
