"""A histogram that the program has counted itself, such as one of data that never are in memory at once."""

import numpy as np

from lightboard import SummaryWriter

edges = np.linspace(0, 256, 65)
random = np.random.default_rng(1)
counts, total, squares = np.zeros(64), 0.0, 0.0
for _ in range(100):
    pixels = random.integers(0, 256, 10_000)
    counts += np.histogram(pixels, edges)[0]
    total, squares = total + float(pixels.sum()), squares + float((pixels**2).sum())

with SummaryWriter("runs/add_histogram_raw") as writer:
    writer.add_histogram_raw(
        "pixels",
        min=0,
        max=255,
        num=counts.sum(),
        sum=total,
        sum_squares=squares,
        bucket_limits=edges[1:],  # Upper limits: one less than edges.
        bucket_counts=counts,
        global_step=0,
    )
