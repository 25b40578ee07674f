"""An attention matrix as it is, to be read back with `lightboard.open`."""

import numpy as np

import lightboard
from lightboard import SummaryWriter

attention = np.random.default_rng(1).random((4, 16, 16), np.float32)
with SummaryWriter("runs/add_tensor") as writer:
    writer.add_tensor("attention", attention, 0)

with lightboard.open("runs") as index:
    (series,) = index.series(tag="attention", run="add_tensor", kind="tensor")
    print("as it was logged:", np.array_equal(series.values[0], attention))
