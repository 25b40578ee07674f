"""A run that tells which commit, command line and packages it was made from."""

from lightboard import SummaryWriter

with SummaryWriter("runs/capture", capture=True) as writer:
    for step in range(100):
        writer.add_scalar("loss", 1 / (1 + step), step)
