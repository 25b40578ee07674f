"""Our callbacks, called by a stand-in for the trainer of Ultralytics.

Ultralytics itself is under the AGPL, and is not installed for a test. The stand-in has the attributes that the
documentation of its BaseTrainer names (save_dir, args, data, model, epoch, tloss, lr, metrics, label_loss_items), and
calls its callbacks in the order in which that trainer does.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lightboard.integrations.ultralytics import LightboardCallbacks
from log.frameworks import accumulated, hparams, scalars, status

# Torch's own warnings are its own.
pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore", "error::lightboard.LightboardWarning"),
]

torch = pytest.importorskip("torch", reason="run by make test-torch")


class Yolo:
    """A model with callbacks, and its own trainer."""

    def __init__(self, save_dir: Path) -> None:
        self.save_dir = save_dir
        self.args = SimpleNamespace(imgsz=8, lr0=0.1, epochs=2, data="coco8.yaml", batch=4)
        self.data = {"channels": 3}
        self.model = torch.nn.Sequential(torch.nn.Conv2d(3, 1, 3), torch.nn.Flatten(), torch.nn.Linear(36, 1))
        self.metrics: dict[str, float] | None = None
        self.callbacks: dict[str, list[Any]] = {}

    def add_callback(self, event: str, function: Any) -> None:
        self.callbacks.setdefault(event, []).append(function)

    def run_callbacks(self, event: str) -> None:
        for function in self.callbacks.get(event, []):
            function(self)

    def label_loss_items(self, loss_items: Any = None, prefix: str = "train") -> dict[str, float]:
        return {f"{prefix}/box_loss": round(float(loss_items), 5)}

    def train(self) -> None:
        self.run_callbacks("on_pretrain_routine_start")
        optimizer = torch.optim.SGD(self.model.parameters(), lr=self.args.lr0)
        self.run_callbacks("on_train_start")
        for epoch in range(self.args.epochs):
            self.epoch = epoch
            loss = self.model(torch.ones(4, 3, 8, 8)).square().mean()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            self.tloss = loss.detach()
            self.lr = {"lr/pg0": optimizer.param_groups[0]["lr"]}
            self.run_callbacks("on_train_epoch_end")
            self.metrics = {"metrics/mAP50(B)": 0.5 + self.epoch, "val/box_loss": float(loss)}
            self.run_callbacks("on_fit_epoch_end")
        self.run_callbacks("on_train_end")


def test_a_training(tmp_path: Path) -> None:
    model = Yolo(tmp_path / "train")
    LightboardCallbacks().add_to(model)
    model.train()
    run = tmp_path / "train"
    found = scalars(run)
    assert {tag: list(series) for tag, series in found.items()} == {
        "train/box_loss": [1, 2],
        "lr/pg0": [1, 2],
        "metrics/mAP50(B)": [1, 2],
        "val/box_loss": [1, 2],
    }
    assert hparams(run) == {"imgsz": 8.0, "lr0": 0.1, "epochs": 2.0, "data": "coco8.yaml", "batch": 4.0}
    assert status(run) == 1
    assert any("Conv2d" in node.name for node in accumulated(run).Graph().node)


def test_where_it_logs_and_other_ranks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for rank in (0, 1):
        monkeypatch.setenv("RANK", str(rank))
        model = Yolo(tmp_path / "train")
        LightboardCallbacks(tmp_path / f"rank_{rank}").add_to(model)
        model.train()
    assert "val/box_loss" in scalars(tmp_path / "rank_0")
    assert [path.name for path in tmp_path.iterdir()] == ["rank_0"]


def test_callbacks_that_were_added_too_late(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="expected on_pretrain_routine_start to be called first"):
        LightboardCallbacks().on_fit_epoch_end(Yolo(tmp_path))
