"""One image a step: what a filter looks like while it is learned."""

import numpy as np

from lightboard import SummaryWriter

with SummaryWriter("runs/add_image") as writer:
    y, x = np.mgrid[0:64, 0:64] / 63
    for step in range(10):
        wave = 0.5 + 0.5 * np.sin(10 * (x * np.cos(step / 3) + y * np.sin(step / 3)))
        writer.add_image("filter", np.stack([wave, x, y]), step)  # channels first; floats from 0 to 1
        writer.add_image("filter/grey", (255 * wave).astype("uint8"), step, dataformats="HW")
