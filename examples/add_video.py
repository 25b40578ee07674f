"""Video: a batch of clips (batch, frame, channel, height, width) side by side, played for ever."""

import numpy as np

from lightboard import SummaryWriter

with SummaryWriter("runs/add_video") as writer:
    clips = np.zeros((2, 24, 3, 64, 64), dtype=np.uint8)
    for frame in range(24):
        clips[0, frame, 0, 20:40, 2 * frame : 2 * frame + 16] = 255
        clips[1, frame, 2, 2 * frame : 2 * frame + 16, 20:40] = 255
    writer.add_video("agent", clips, 0, fps=12)
