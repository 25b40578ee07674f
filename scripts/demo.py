"""Write demo runs into ./demo-runs with Lightboard's own SummaryWriter, and open a board on them.

What is there already is kept. Options are passed on to `lightboard`, for example `--port 6010`.
"""

import logging
import math
import os
import random
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from lightboard import SummaryWriter
from lightboard.cli import main

DIRECTORY = Path("demo-runs")
STEPS = 2000
STEP_SECS = 1.5
LEARNING_RATES = (0.1, 0.03, 0.01, 0.003)
BATCH_SIZES = (32, 64, 128)
LIVE_STEP_SECS = 0.25


class Training:
    """A training that never was: curves as one knows them, the same for the same seed."""

    def __init__(self, seed: str, learning_rate: float = 0.03, batch_size: int = 64) -> None:
        self.random = random.Random(seed)
        self.learning_rate = learning_rate
        self.noise = 0.6 / math.sqrt(batch_size)
        # Too high a rate stops early on a bad plateau, too low a rate gets nowhere in time.
        off = math.log10(learning_rate / 0.02)
        self.floor = 0.18 + 0.25 * off**2 if off > 0 else 0.18 + 0.06 * off**2
        self.pace = learning_rate**0.7 * 0.12
        self.drift = 0.0

    def scalars(self, step: int) -> Iterator[tuple[str, float]]:
        """Yield what is logged at this step."""
        warm_up = min(1.0, (step + 1) / 100)
        rate = (
            self.learning_rate * warm_up * (0.02 + 0.98 * (1 + math.cos(math.pi * min(1, step / STEPS))) / 2)
        )
        self.drift = 0.98 * self.drift + self.random.gauss(0, 0.01)
        loss = self.floor + (2.3 - self.floor) / (1 + self.pace * step) ** 0.9 + self.drift * self.noise * 10
        yield "loss/train", max(0.01, loss + abs(loss) * self.random.gauss(0, self.noise))
        yield "learning_rate", rate
        if step % 20 == 0 or step == STEPS - 1:
            overfit = 0.00004 * step * self.learning_rate**0.3
            validation = max(0.01, loss * 1.08 + overfit + self.random.gauss(0, self.noise * 0.2))
            yield "loss/validation", validation
            yield "accuracy", min(0.995, max(0.1, 1.02 * math.exp(-0.42 * validation)))


def write_run(name: str, training: Training, ended: float, stretches: list[range]) -> None:
    """Write a finished run, one event file a stretch of steps, as if its last step had been at `ended`."""
    directory = DIRECTORY / name
    if directory.exists():
        return
    # Written aside and moved: a demo that was interrupted leaves no half run.
    aside = DIRECTORY / ".being-written"
    shutil.rmtree(aside, ignore_errors=True)
    wall_time = ended - STEP_SECS * sum(map(len, stretches))
    for stretch in stretches:
        before = set(aside.glob("*"))
        with SummaryWriter(aside) as writer:
            for step in stretch:
                wall_time += STEP_SECS
                for tag, value in training.scalars(step):
                    writer.add_scalar(tag, value, step, wall_time)
        for path in set(aside.glob("*")) - before:
            os.utime(path, (wall_time, wall_time))
    directory.parent.mkdir(parents=True, exist_ok=True)
    aside.rename(directory)


def write_runs() -> None:
    """Write all finished runs that are not there yet."""
    sweep = [(rate, size) for rate in LEARNING_RATES for size in BATCH_SIZES]
    now = time.time()
    for number, (rate, size) in enumerate(sweep):
        name = f"sweep/lr={rate},batch={size}"
        print(f"\r· writing demo runs: {number + 1} of {len(sweep) + 2}", end="", flush=True)
        write_run(name, Training(name, rate, size), now - 3600 * (len(sweep) - number), [range(STEPS)])
    print(f"\r· writing demo runs: {len(sweep) + 1} of {len(sweep) + 2}", end="", flush=True)
    write_run("restarted", Training("restarted"), now - 1200, [range(1200), range(1000, STEPS)])
    print(f"\r· writing demo runs: {len(sweep) + 2} of {len(sweep) + 2}", flush=True)
    write_run("実験-1", Training("実験-1", 0.02, 256), now - 600, [range(STEPS)])


def train(directory: Path) -> None:
    """Log a few points a second until standard input ends, which it does when the demo does, however that ends."""
    training = Training(str(directory), 0.02, 32)
    with SummaryWriter(directory) as writer:
        step = 0
        while not select.select([sys.stdin], [], [], LIVE_STEP_SECS)[0]:
            for tag, value in training.scalars(step):
                writer.add_scalar(tag, value, step)
            step += 1


def live_directory() -> Path:
    """Name the next run that trains while one watches; each demo has one of its own."""
    number = 1
    while (DIRECTORY / f"training-{number}").exists():
        number += 1
    return DIRECTORY / f"training-{number}"


def run_demo(options: list[str]) -> None:
    """Write what is missing, train, and serve until stopped."""
    write_runs()
    directory = live_directory()
    print(f"· training into {directory} until you stop the demo\n", flush=True)
    command = [sys.executable, __file__, "--train", str(directory)]
    # In a session of its own it gets no Ctrl-C: it ends in order when its input does.
    trainer = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        main([str(DIRECTORY), *options])
    finally:
        trainer.communicate()


if __name__ == "__main__":
    logging.getLogger("lightboard").setLevel(logging.WARNING)  # Not a line for each run that is written.
    if sys.argv[1:2] == ["--train"]:
        train(Path(sys.argv[2]))
    else:
        run_demo(sys.argv[1:])
