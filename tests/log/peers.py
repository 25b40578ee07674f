"""The same calls to a peer's writer and to ours, and what both leave on disk."""

import importlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lightboard import SummaryWriter
from log.records import event_files, events


class Both(NamedTuple):
    """Events, without the headers, which name their writers."""

    ours: list[Any]
    theirs: list[Any]


class Peer(NamedTuple):
    """A library whose writer is ours to match."""

    name: str
    writer: Callable[[str], Any]

    def both(self, directory: Path, log: Callable[[Any], object]) -> Both:
        """Have `log` write with a writer of the peer and with one of ours."""
        for writer in (SummaryWriter(directory / "ours"), self.writer(str(directory / "theirs"))):
            log(writer)
            writer.close()
        ours, theirs = (events(event_files(directory / name)[0])[1:] for name in ("ours", "theirs"))
        assert len(ours) == len(theirs) > 0
        return Both(ours, theirs)


def import_moviepy() -> None:
    """Import what the peers write videos with, so that it looks for no ffmpeg, which GIFs do not need."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("FFMPEG_BINARY", "auto-detect")
        warnings.simplefilter("ignore")  # Its source has escape sequences that Python warns of.
        importlib.import_module("moviepy.editor")


def peer_named(name: str) -> Peer:
    """Import the peer, or skip the test where it is not installed."""
    if name == "torch":
        pytest.importorskip("torch", reason="run by make test-torch")
        from torch.utils.tensorboard import SummaryWriter as TorchWriter

        return Peer(name, TorchWriter)
    from tensorboardX import SummaryWriter as TensorboardXWriter

    return Peer(name, TensorboardXWriter)


# To parametrise a test with both peers.
PEERS = ["tensorboardX", pytest.param("torch", marks=pytest.mark.torch)]
