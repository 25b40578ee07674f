"""A tetrahedron with coloured corners, and a cloud of points."""

import numpy as np

from lightboard import SummaryWriter

corners = np.array([[1, 1, 1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1]])
colors = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 0, 255]])
faces = np.array([[0, 2, 3], [0, 3, 1], [0, 1, 2], [1, 3, 2]])
cloud = np.random.default_rng(1).normal(size=(1, 500, 3))

with SummaryWriter("runs/add_mesh") as writer:
    # A batch of one.
    writer.add_mesh("tetrahedron", corners[None], colors[None], faces[None], global_step=0)
    writer.add_mesh(
        "cloud", cloud, config_dict={"material": {"cls": "PointsMaterial", "size": 0.05}}, global_step=0
    )
