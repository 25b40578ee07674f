"""How the weights of a layer spread while it learns."""

import numpy as np

from lightboard import SummaryWriter

random = np.random.default_rng(1)
with SummaryWriter("runs/add_histogram") as writer:
    for step in range(30):
        weights = random.normal(loc=step / 30, scale=1 - step / 60, size=10_000)
        writer.add_histogram("layer1/weights", weights.astype(np.float32), step)
        writer.add_histogram("layer1/weights, 40 buckets", weights, step, bins=40)
