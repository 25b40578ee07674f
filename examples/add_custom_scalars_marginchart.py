"""One curve between two others: the value, its lower and its upper bound."""

from lightboard import SummaryWriter

with SummaryWriter("runs/add_custom_scalars_marginchart") as writer:
    for step in range(100):
        writer.log({"loss": 1 / (1 + step), "low": 0.8 / (1 + step), "high": 1.5 / (1 + step)}, step)
    writer.add_custom_scalars_marginchart(["loss", "low", "high"], title="loss")
