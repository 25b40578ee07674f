"""What an image costs the training thread, and in all: Lightboard, torch, tensorboardX."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import writers

# Few enough that none waits for the encoder: 100 images of 150 kB are below the bound of the queue.
IMAGES = 100


@dataclass(frozen=True)
class ImageCost:
    """`median_ms`: one add_image of 3 × 224 × 224 float32 in the caller; `total_ms`: with its share of close."""

    median_ms: float
    total_ms: float


def measure(writer: str) -> ImageCost:
    """Measure `writer` in a process of its own."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, __file__, writer, directory]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return ImageCost(**json.loads(done.stdout))


def _child(writer: str, directory: str) -> None:
    import numpy as np

    module = __import__(writers.WRITERS[writer], fromlist=["SummaryWriter"])
    # A photograph: smooth, with some noise.
    y, x = np.mgrid[0:224, 0:224] / 224
    noise = np.random.default_rng(0).normal(0, 0.02, (3, 224, 224))
    image = np.clip(np.stack([x, y, 1 - x * y]) + noise, 0, 1).astype(np.float32)
    log = module.SummaryWriter(directory)
    log.add_image("warm-up", image, 0)
    log.flush()
    clock = time.perf_counter_ns
    samples = []
    begin = clock()
    for step in range(IMAGES):
        start = clock()
        log.add_image("image", image, step)
        samples.append(clock() - start)
    log.close()
    cost = ImageCost(median_ms=statistics.median(samples) / 1e6, total_ms=(clock() - begin) / 1e6 / IMAGES)
    print(json.dumps(cost.__dict__))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2])
