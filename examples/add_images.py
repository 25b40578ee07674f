"""A batch of images as one picture, eight to a row."""

import numpy as np

from lightboard import SummaryWriter

with SummaryWriter("runs/add_images") as writer:
    brightness = np.linspace(0, 1, 16).reshape(16, 1, 1, 1)
    batch = np.broadcast_to(brightness, (16, 3, 32, 32)) * np.random.default_rng(0).random((16, 3, 32, 32))
    writer.add_images("batch", batch, 0)
    writer.add_images("batch/channels_last", batch.transpose(0, 2, 3, 1), 0, dataformats="NHWC")
