"""Figures: the same pixels as torch's. matplotlib is in torch's environment only."""

from pathlib import Path
from typing import Any

import pytest

from lightboard import SummaryWriter
from log.peers import peer_named
from log.pictures import assert_equal, images_of

pytestmark = pytest.mark.torch


def plot(figure: Any) -> Any:
    axes = figure.add_subplot(title="loss", xlabel="step")
    axes.plot([0, 1, 2], [3, 1, 2], marker="o")
    figure.patch.set_alpha(0.5)
    return figure


def test_pixels_equal_torchs(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="run by make test-torch")
    from matplotlib import pyplot
    from matplotlib.figure import Figure
    from torch.utils.tensorboard import SummaryWriter as theirs

    def log(writer: Any) -> None:
        writer.add_figure("alone", plot(Figure(figsize=(3, 2))), 1, walltime=5.0)
        writer.add_figure("list", [plot(Figure(figsize=(2, 2))) for _ in range(3)], 2, walltime=5.0)
        kept, closed = plot(pyplot.figure()), plot(pyplot.figure(dpi=50))
        canvas = kept.canvas
        writer.add_figure("kept", kept, 3, close=False, walltime=5.0)
        writer.add_figure("closed", closed, 4, walltime=5.0)
        assert pyplot.fignum_exists(kept.number)
        assert isinstance(writer, theirs) or kept.canvas is canvas
        assert not pyplot.fignum_exists(closed.number)
        pyplot.close(kept)

    both = peer_named("torch").both(tmp_path, log)
    assert_equal(images_of(both.ours), images_of(both.theirs))


def test_what_is_refused(tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(TypeError, match=r"figure: expected a matplotlib\.figure\.Figure"):
            writer.add_figure("figure", "loss.png")
        with pytest.raises(
            ValueError, match="figure: expected figures of one size in pixels, found 200 x 100 and 200 x 200"
        ):
            writer.add_figure("figure", [Figure(figsize=(2, 2), dpi=100), Figure(figsize=(2, 1), dpi=100)])
        with pytest.raises(ValueError, match="found none"):
            writer.add_figure("figure", [])
