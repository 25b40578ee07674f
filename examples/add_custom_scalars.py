"""A page of TensorBoard's with charts of its own: several curves in one, and one between two others."""

from lightboard import SummaryWriter

with SummaryWriter("runs/add_custom_scalars") as writer:
    for step in range(100):
        loss = 1 / (1 + step)
        writer.log({"loss/train": loss, "loss/test": 1.2 * loss, "low": 0.8 * loss, "high": 1.5 * loss}, step)
    writer.add_custom_scalars(
        {
            "Losses": {
                "both": ["Multiline", ["loss/.*"]],
                "band": ["Margin", ["loss/train", "low", "high"]],
            }
        }
    )
