"""Four processes of one program, each with a curve of its own; `torchrun --nproc-per-node 4` starts such ones too.

Group by folder on the board to see their mean and how far they are apart.
"""

import multiprocessing

from lightboard import SummaryWriter


def train(rank: int) -> None:
    """Log as one process of several."""
    with SummaryWriter("runs/ranks", rank=rank) as writer:  # under torchrun: ranks="all"
        for step in range(100):
            writer.add_scalar("loss", 1 / (1 + step) + 0.01 * rank, step)


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(train, range(4))
