"""What logging the graph of a torch model of 5,000 nodes takes: Lightboard, torch, tensorboardX."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import warnings

from writers import WRITERS

BLOCKS, ROUNDS = 50, 31
"""In each block a linear layer with its constants and parameters (6 nodes), and so many rounds of 3 operators."""


def measure(writer: str) -> float:
    """Seconds until `writer` has the graph on disk, in a process of its own; a small model was logged before."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, __file__, writer, directory]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def _child(writer: str, directory: str) -> None:
    import torch
    from torch import nn

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.layer(x)
            for _ in range(ROUNDS):
                x = torch.relu(x * 0.5 + 1)
            return x

    module = __import__(WRITERS[writer], fromlist=["SummaryWriter"])
    warnings.simplefilter("ignore")
    x = torch.ones(4, 8)
    with module.SummaryWriter(f"{directory}/small") as log:
        log.add_graph(nn.Linear(8, 8), x)
    model = nn.Sequential(*[Block() for _ in range(BLOCKS)])
    log = module.SummaryWriter(f"{directory}/large")
    start = time.perf_counter()
    log.add_graph(model, x)
    log.close()
    print(json.dumps(time.perf_counter() - start))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2])
