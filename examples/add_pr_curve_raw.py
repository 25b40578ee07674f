"""A precision-recall curve from counts, such as those of a metrics library."""

import numpy as np

from lightboard import SummaryWriter

# For each of 50 thresholds from 0 to 1: how much was found, rightly and wrongly.
found = np.linspace(300, 5, 50)
wrongly = np.linspace(700, 0, 50)
with SummaryWriter("runs/add_pr_curve_raw") as writer:
    writer.add_pr_curve_raw(
        "validation",
        true_positive_counts=found,
        false_positive_counts=wrongly,
        true_negative_counts=700 - wrongly,
        false_negative_counts=300 - found,
        precision=found / (found + wrongly),
        recall=found / 300,
        global_step=0,
        num_thresholds=50,
    )
