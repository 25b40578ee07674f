"""Models of torch that graphs are logged of, each with what it is called with."""

import warnings
from typing import Any

import torch
from torch import nn


class Residual(nn.Module):  # type: ignore[misc]
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Any) -> Any:
        return torch.relu(x + self.second(torch.relu(self.norm(self.first(x)))))


class Shared(nn.Module):  # type: ignore[misc]
    """One layer at two places, called three times."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.again = self.layer

    def forward(self, x: Any) -> Any:
        return self.again(self.layer(torch.tanh(self.layer(x))))


class Lists(nn.Module):  # type: ignore[misc]
    """Two lists, whose modules have the same names."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])
        self.up = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])
        self.heads = nn.ModuleDict({"a/b": nn.Linear(4, 1), "c": nn.Linear(4, 2)})

    def forward(self, x: Any) -> Any:
        for layer in (*self.down, *self.up):
            x = layer(x)
        return self.heads["a/b"](x), self.heads["c"](x)


class Several(nn.Module):  # type: ignore[misc]
    def forward(self, first: Any, pair: Any, scale: Any) -> Any:
        return first * scale + pair[0] - pair[1], first.split(1)


class Named(nn.Module):  # type: ignore[misc]
    """Takes a dict."""

    def forward(self, batch: Any) -> Any:
        return batch["x"] @ batch["w"]


class Keywords(nn.Module):  # type: ignore[misc]
    """Takes what may be given as a dict of arguments only."""

    def forward(self, x: Any, w: Any) -> Any:
        return x @ w


class Times(nn.Module):  # type: ignore[misc]
    """Takes a number that is no tensor."""

    def forward(self, x: Any, times: int) -> Any:
        return torch.cat([x] * times)


class Answers(nn.Module):  # type: ignore[misc]
    """Returns a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(4, 3)

    def forward(self, x: Any) -> Any:
        return {"logits": (logits := self.body(x)), "chosen": logits.argmax(-1)}


class Branching(nn.Module):  # type: ignore[misc]
    """Takes another way by what the shape is, as often as it is large."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        for _ in range(x.shape[0]):
            x = self.layer(x) if x.shape[1] == 4 else x
        return x


class Tied(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x: Any) -> Any:
        return self.head(self.embedding(x))


class Recurrent(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 5, num_layers=2, batch_first=True)
        self.head = nn.Linear(5, 2)

    def forward(self, x: Any) -> Any:
        found, (hidden, _) = self.lstm(x)
        return self.head(found[:, -1]), hidden


class InPlace(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(4))

    def forward(self, x: Any) -> Any:
        x = x.clone()
        x[:, 0] = 0
        return x.mul_(self.scale)


class Loops(nn.Module):  # type: ignore[misc]
    """To be scripted: its ways depend on the data."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.other = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor, times: int) -> torch.Tensor:
        for _ in range(times):
            x = self.layer(x) if bool(x.sum() > 0) else self.other(x)
        return x


def mlp() -> Any:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2))


def cnn() -> Any:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())


class Frozen(nn.Module):  # type: ignore[misc]
    """Its normalisation stays in evaluation, whatever `train` says."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.drop = nn.Dropout()

    def forward(self, x: Any) -> Any:
        assert not self.training
        return self.drop(self.norm(x))


class Untraceable(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Dropout()

    def forward(self, x: Any) -> Any:
        raise RuntimeError("the sensor is not connected")


def transformer() -> Any:
    with warnings.catch_warnings():
        # Of torch, that a batch in front would be faster.
        warnings.simplefilter("ignore", UserWarning)
        return nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2)


def scripted(model: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(model)


X = torch.ones(2, 4)
MODELS: dict[str, tuple[Any, Any]] = {
    "mlp": (mlp(), X),
    "cnn": (cnn(), torch.ones(1, 3, 8, 8)),
    "residual": (nn.Sequential(Residual(3), Residual(3)), torch.ones(1, 3, 8, 8)),
    "transformer": (transformer(), torch.ones(3, 1, 8)),
    "attention": (nn.MultiheadAttention(8, 2), (torch.ones(3, 1, 8),) * 3),
    "lstm": (Recurrent(), torch.ones(2, 3, 4)),
    "gru": (nn.GRU(4, 5, bidirectional=True), torch.ones(2, 3, 4)),
    "shared": (Shared(), X),
    "lists": (Lists(), X),
    "several inputs": (Several(), (X, (X, X), torch.tensor(2.0))),
    "dict input": (Named(), {"x": X, "w": X.T}),
    "branching": (Branching(), X),
    "tied": (Tied(), torch.tensor([[1, 2]])),
    "in place": (InPlace(), X),
    "unused input": (nn.Bilinear(4, 4, 3), (X, X)),
    "identity": (nn.Identity(), X),
    "scripted": (scripted(mlp()), X),
}
