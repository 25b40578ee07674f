"""Several numbers in one chart: each key becomes a sub-run of its own."""

import math

from lightboard import SummaryWriter

with SummaryWriter("runs/add_scalars") as writer:
    for epoch in range(50):
        train, test = math.exp(-epoch / 15), math.exp(-epoch / 20) + 0.1
        writer.add_scalars("loss", {"train": train, "test": test}, epoch)
