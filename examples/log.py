"""Many numbers of one step in one call, which is cheaper than a call for each."""

from lightboard import SummaryWriter

with SummaryWriter("runs/log") as writer:
    for step in range(100):
        writer.log({"loss": 1 / (1 + step), "accuracy": 1 - 1 / (2 + step), "learning_rate": 0.1}, step)
