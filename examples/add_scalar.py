"""One number a step: the loss of a training loop."""

import math

from lightboard import SummaryWriter

with SummaryWriter("runs/add_scalar") as writer:
    for step in range(1000):
        loss = math.exp(-step / 300) + 0.02 * math.sin(step / 5)
        writer.add_scalar("loss/train", loss, step)
        writer.add_scalar("learning_rate", 1e-3 * 0.5 ** (step // 250), step)
