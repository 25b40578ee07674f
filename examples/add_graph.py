"""The graph of a torch model: operators and parameters in the scopes of its modules."""

import torch
from torch import nn

from lightboard import SummaryWriter


class Net(nn.Module):
    """Some layers, and what they are scaled by."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
        self.head = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """Compute the scores."""
        for layer in self.layers:
            x = torch.relu(layer(x)) * scale
        return self.head(x)


with SummaryWriter("runs/add_graph") as writer:
    writer.add_graph(Net(), (torch.ones(4, 8), torch.tensor(0.5)))
