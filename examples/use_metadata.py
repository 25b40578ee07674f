"""One step for everything that is logged in a block."""

from lightboard import SummaryWriter

with SummaryWriter("runs/use_metadata") as writer:
    for epoch in range(3):
        with writer.use_metadata(global_step=epoch):
            writer.add_scalar("loss", 1 / (1 + epoch))
            writer.add_text("note", f"epoch {epoch}")
