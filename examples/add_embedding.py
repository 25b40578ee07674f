"""Points of many dimensions with a label and a picture each, for TensorBoard's PROJECTOR page."""

import numpy as np

from lightboard import SummaryWriter

random = np.random.default_rng(0)
kinds = random.integers(0, 3, 60)
points = random.normal(size=(60, 16)) + 4 * kinds[:, None]
pictures = np.zeros((60, 3, 16, 16), np.float32)
pictures[np.arange(60), kinds] = 1

with SummaryWriter("runs/add_embedding") as writer:
    writer.add_embedding(points, [f"kind {kind}" for kind in kinds], pictures, tag="kinds")
    writer.add_scalar("silhouette", 0.8)
