"""How well a classifier tells two classes apart, better from epoch to epoch."""

import numpy as np

from lightboard import SummaryWriter

random = np.random.default_rng(1)
labels = random.random(1000) < 0.3
with SummaryWriter("runs/add_pr_curve") as writer:
    for epoch in range(10):
        predictions = np.clip(random.normal(0.4 + 0.04 * epoch * labels, 0.15), 0, 1)
        writer.add_pr_curve("validation", labels, predictions, epoch)
