"""A figure of matplotlib."""

from matplotlib.figure import Figure

from lightboard import SummaryWriter

with SummaryWriter("runs/add_figure") as writer:
    for step in range(3):
        figure = Figure(figsize=(4, 3))
        axes = figure.add_subplot(title=f"step {step}", xlabel="predicted", ylabel="true")
        axes.plot([0, 1, 2], [0, 1 + step, 2], marker="o")
        writer.add_figure("calibration", figure, step)
