"""Sound: floats from -1 to 1, mono or stereo."""

import numpy as np

from lightboard import SummaryWriter

with SummaryWriter("runs/add_audio") as writer:
    seconds = np.arange(44_100) / 44_100
    left = 0.5 * np.sin(2 * np.pi * 440 * seconds)
    right = 0.5 * np.sin(2 * np.pi * 660 * seconds)
    writer.add_audio("tone", left, 0)
    writer.add_audio("chord", np.stack([left, right], axis=1), 0, sample_rate=44_100)
