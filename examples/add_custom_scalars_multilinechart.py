"""One chart of several curves, chosen by the beginnings of their tags."""

from lightboard import SummaryWriter

with SummaryWriter("runs/add_custom_scalars_multilinechart") as writer:
    for step in range(100):
        writer.log({"loss/train": 1 / (1 + step), "loss/test": 1.2 / (1 + step)}, step)
    writer.add_custom_scalars_multilinechart(["loss/.*"], category="Losses", title="train and test")
