"""How long things take: a block, and each call of a function."""

import time

from lightboard import SummaryWriter

with SummaryWriter("runs/timed") as writer:

    @writer.timed("seconds/step")
    def train_step() -> None:
        """Pretend to train."""
        time.sleep(0.001)

    with writer.timed("seconds/epoch"):
        for _ in range(10):
            train_step()
