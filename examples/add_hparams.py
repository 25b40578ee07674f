"""Hyper-parameters of several runs, and the metrics by which they are compared."""

from lightboard import SummaryWriter

for number, (rate, augment) in enumerate([(0.1, True), (0.01, True), (0.01, False)]):
    with SummaryWriter(f"runs/add_hparams/trial_{number}") as writer:
        writer.add_hparams(
            {"learning rate": rate, "optimizer": "adam", "augment": augment},
            {"best/accuracy": 0.9 - rate + 0.05 * augment},
        )
