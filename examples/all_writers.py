"""The directories that a writer logs into: the run's own, and those of its sub-runs."""

from lightboard import SummaryWriter

with SummaryWriter("runs/all_writers") as writer:
    for step in range(100):
        writer.add_scalar("loss", 1 / (1 + step), step)
        writer.add_scalars("accuracy", {"train": step / 100, "test": step / 110}, step)
    for directory in writer.all_writers or {}:
        print(directory)
