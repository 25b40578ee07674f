"""Generated log directories of stated sizes, written once and kept in a cache directory."""

from __future__ import annotations

import math
import os
import random
from pathlib import Path

import numpy as np

from lightboard import SummaryWriter


def cache() -> Path:
    """Where generated log directories are kept: outside the checkout, deletable at any time."""
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "lightboard-benches"


def scalars(runs: int, tags: int, steps: int) -> Path:
    """A log directory of `runs` × `tags` × `steps` scalars, as a training loop would interleave them."""
    target = cache() / f"scalars-{runs}x{tags}x{steps}"
    if (target / "complete").exists():
        return target
    names = [f"group{tag % 3}/metric_{tag}" for tag in range(tags)]
    for run in range(runs):
        noise = random.Random(run)
        with SummaryWriter(target / f"run_{run:04d}") as writer:
            for step in range(steps):
                base = math.exp(-step / (200 + run))
                for tag, name in enumerate(names):
                    writer.add_scalar(name, base * (1 + tag) + noise.gauss(0, 0.02), step)
    (target / "complete").touch()
    return target


def tensors(steps: int, elements: int) -> Path:
    """A log directory of one run of `steps` tensors of bytes, which stand for images, histograms and the like."""
    target = cache() / f"tensors-{steps}x{elements}"
    if (target / "complete").exists():
        return target
    content = np.frombuffer(random.Random(0).randbytes(elements), np.uint8)
    with SummaryWriter(target / "run") as writer:
        for step in range(steps):
            writer.add_tensor("content", content, step)
    (target / "complete").touch()
    return target


def event_bytes(directory: Path) -> int:
    """Bytes of all event files below `directory`."""
    return sum(path.stat().st_size for path in directory.rglob("*tfevents*"))
