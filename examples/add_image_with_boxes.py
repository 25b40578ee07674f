"""What a detector found: boxes in pixels (left, top, right, bottom), with labels."""

import numpy as np

from lightboard import SummaryWriter

with SummaryWriter("runs/add_image_with_boxes") as writer:
    image = np.full((3, 120, 200), 0.8)
    image[:, 30:90, 20:80] = 0.2
    image[1:, 40:110, 120:180] = 0.3
    boxes = np.array([[20, 30, 80, 90], [120, 40, 180, 110]])
    writer.add_image_with_boxes("detections", image, boxes, 0, labels=["cat 0.97", "dog 0.88"])
