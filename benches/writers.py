"""What a scalar costs the training thread, and how many a second reach the disk: Lightboard, torch, tensorboardX."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

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


def measure(writer: str, *, timed_calls: int, loop_calls: int) -> WriterCost:
    """Measure `writer` in a process of its own, so that no peer's threads or imports disturb another's."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, __file__, writer, directory, str(timed_calls), str(loop_calls)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return WriterCost(**json.loads(done.stdout))


def _child(writer: str, directory: str, timed_calls: int, loop_calls: int) -> None:
    module = __import__(WRITERS[writer], fromlist=["SummaryWriter"])

    log = module.SummaryWriter(f"{directory}/timed")
    clock = time.perf_counter_ns
    samples = []
    for step in range(timed_calls):
        start = clock()
        log.add_scalar("loss", 0.5, step)
        samples.append(clock() - start)
    log.close()
    samples.sort()

    log = module.SummaryWriter(f"{directory}/loop")
    start = clock()
    for step in range(loop_calls):
        log.add_scalar("loss", 0.5, step)
    log.close()
    seconds = (clock() - start) / 1e9

    cost = WriterCost(
        median_us=statistics.median(samples) / 1e3,
        p99_us=samples[int(len(samples) * 0.99)] / 1e3,
        per_second=loop_calls / seconds,
    )
    print(json.dumps(cost.__dict__))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
