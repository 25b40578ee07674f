"""A run beside whose curves stands what the machine was doing."""

from lightboard import SummaryWriter

with SummaryWriter("runs/system_metrics", system_metrics=True) as writer:
    for step in range(100):
        writer.add_scalar("loss", 1 / (1 + step), step)
