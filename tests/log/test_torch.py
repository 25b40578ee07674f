"""The same calls to torch's writer and to ours leave the same events."""

import math
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lightboard import SummaryWriter
from log.records import event_files, events, points

torch = pytest.importorskip("torch", reason="run by make test-torch")

pytestmark = pytest.mark.torch


@pytest.fixture
def writers(tmp_path: Path) -> tuple[Any, Any]:
    from torch.utils.tensorboard import SummaryWriter as Peer

    return SummaryWriter(tmp_path / "ours"), Peer(str(tmp_path / "theirs"))


def written(directory: Path) -> list[bytes]:
    """All events but the headers, which name their writers."""
    return [event.SerializeToString() for event in events(event_files(directory)[0])[1:]]


VALUES = [
    0.1,
    1,
    True,
    "1.5",
    1e300,
    math.nan,
    -math.inf,
    np.float16(0.1),
    np.int64(2**40 + 1),
    np.array([[0.5]]),
    torch.tensor(0.1),
    torch.tensor([[3]]),
    torch.tensor(0.1, dtype=torch.float64),
    torch.tensor(0.5, dtype=torch.bfloat16),
    torch.tensor(0.1, dtype=torch.float16),
    torch.tensor(True),
    torch.tensor(0.1, requires_grad=True),
    torch.nn.Parameter(torch.tensor([0.25])),
]
STEPS = [None, 0, -3, 2**40, "7", 2.0, np.int32(5), np.array(5), torch.tensor(9)]  # None: a tag's first is 0


@pytest.mark.parametrize("style", [(False, False), (True, False), (True, True), (False, True)])
def test_add_scalar(tmp_path: Path, writers: tuple[Any, Any], style: tuple[bool, bool]) -> None:
    for writer in writers:
        for number, value in enumerate(VALUES):
            for step in STEPS:
                writer.add_scalar(f"train/loss (%) {number}", value, step, 1763800000.25, *style)
        writer.close()
    ours, theirs = written(tmp_path / "ours"), written(tmp_path / "theirs")
    assert len(ours) == len(VALUES) * len(STEPS)
    assert ours == theirs


def test_add_scalars(tmp_path: Path, writers: tuple[Any, Any]) -> None:
    for writer in writers:
        for step in range(3):
            writer.add_scalars(
                "loss/epoch", {"train": torch.tensor(0.1), "test/a": 2, "実験": 0.5}, step, 5.0
            )
        writer.close()
    trees = [
        {path.parent.relative_to(root): written(path.parent) for path in root.rglob("*tfevents*")}
        for root in (tmp_path / "ours", tmp_path / "theirs")
    ]
    assert len(trees[0]) == 4
    assert trees[0] == trees[1]


def test_purge_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torch.utils.tensorboard import SummaryWriter as Peer

    monkeypatch.setattr(time, "time", lambda: 1763800000.0)
    for writer in (
        SummaryWriter(tmp_path / "ours", purge_step=7),
        Peer(str(tmp_path / "theirs"), purge_step=7),
    ):
        writer.add_scalar("loss", 1.0, 7, 5.0)
        writer.close()
    found = [events(event_files(tmp_path / name)[0])[1:] for name in ("ours", "theirs")]
    for event in (*found[0], *found[1]):
        event.wall_time = 0
    assert found[0] == found[1]


def test_names(tmp_path: Path, writers: tuple[Any, Any]) -> None:
    ours, theirs = writers
    for name in ("log_dir", "purge_step", "max_queue", "flush_secs", "filename_suffix"):
        assert str(getattr(ours, name)).replace("ours", "theirs") == str(getattr(theirs, name))
    assert ours.get_logdir() == str(tmp_path / "ours")
    assert os.path.dirname(event_files(tmp_path / "ours")[0]) == ours.get_logdir()


def test_more_than_one_element(tmp_path: Path, writers: tuple[Any, Any]) -> None:
    ours, theirs = writers
    with pytest.raises(AssertionError):
        theirs.add_scalar("loss", torch.zeros(2, 3), 1)
    with pytest.raises(
        ValueError, match=r"tag 'loss': expected one number, found torch\.Tensor of shape \(2, 3\)"
    ):
        ours.add_scalar("loss", torch.zeros(2, 3), 1)


def test_fork_with_torchs_data_loader(tmp_path: Path) -> None:
    from log.program import succeed
    from log.records import steps

    text = """
import torch
writer = SummaryWriter("run")

class Data(torch.utils.data.Dataset):
    def __len__(self):
        return 64
    def __getitem__(self, index):
        writer.add_scalar("loss", 0.0, index)
        return index

for batch in torch.utils.data.DataLoader(Data(), num_workers=2, batch_size=8):
    writer.add_scalar("batch", 0.0, int(batch[0]))
"""
    succeed(text, tmp_path)
    assert sorted(steps(tmp_path / "run")) == list(range(64))
    assert len(steps(tmp_path / "run", "batch")) == 8


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_number_on_a_gpu_is_not_waited_for(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        loss = torch.zeros((), device="cuda", requires_grad=True)
        writer.add_scalar("loss", loss, 0)  # What is made with the first: pinned memory, the thread.
        torch.cuda.synchronize()
        torch.cuda._sleep(1_000_000_000)
        computed = torch.cuda.Event()
        value = loss.detach() + 0.5
        computed.record()
        for step, dtype in enumerate((torch.float32, torch.float16, torch.bfloat16, torch.float64), 1):
            writer.add_scalar("loss", value.to(dtype), step)
        writer.log({"loss": value.reshape(1, 1), "lr": 0.25}, 5)
        value.fill_(99)
        writer.add_scalar("loss", 0.75, 6)
        assert not computed.query(), "a call has waited for the device"
    assert [(step, number) for tag, step, number in points(tmp_path) if tag == "loss"] == [
        (0, 0), *((step, 0.5) for step in range(1, 6)), (6, 0.75),
    ]  # fmt: skip
