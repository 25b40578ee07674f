"""A writer that counts the steps of each tag itself; `GlobalSummaryWriter.getSummaryWriter()` has one for a process."""

from lightboard.log import GlobalSummaryWriter

writer = GlobalSummaryWriter("runs/global_summary_writer")
for epoch in range(100):
    writer.add_scalar("loss", 1 / (1 + epoch))
    if epoch % 10 == 0:
        writer.add_text("note", f"epoch {epoch}")
writer.close()
