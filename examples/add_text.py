"""Notes in Markdown, one for each epoch."""

from lightboard import SummaryWriter

with SummaryWriter("runs/add_text") as writer:
    writer.add_text("notes", "# Second try\n\nThe learning rate is **half** of what it was.")
    for epoch in range(3):
        writer.add_text("samples", f"| prompt | answer |\n|---|---|\n| epoch | {epoch} |", epoch)
