"""The same videos by the peers, which need moviepy for it, and by us; both decoded by Pillow."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from log.peers import import_moviepy, peer_named
from log.pictures import frames

pytestmark = pytest.mark.torch

PEERS = ["tensorboardX", "torch"]

RANDOM = np.random.default_rng(0)


def levels(shape: tuple[int, ...]) -> Any:
    """Pixels of 64 colours at most, which a GIF holds exactly; no two frames are equal."""
    return RANDOM.choice(np.array([0, 60, 200, 255], dtype=np.uint8), shape)


def blurred(noise: Any) -> Any:
    """Colours that run into each other, as in a photograph: far more than the 256 of a GIF."""
    soft = np.asarray(Image.fromarray(noise).filter(ImageFilter.GaussianBlur(6)), float)
    return ((soft - soft.min()) / np.ptp(soft) * 255).astype(np.uint8)


def both(directory: Path, peer: str, *videos: tuple[Any, float]) -> list[tuple[Any, Any]]:
    """What is in the file for each of the videos and its frames a second, ours and the peer's."""
    import_moviepy()

    def log(writer: Any) -> None:
        for number, (video, fps) in enumerate(videos):
            writer.add_video(f"video/{number}", video, number, fps, 1.5)

    found = peer_named(peer).both(directory, log)
    pairs = []
    for own, their in zip(found.ours, found.theirs, strict=True):
        (ours,), (theirs,) = own.summary.value, their.summary.value
        assert (own.step, own.wall_time, ours.tag) == (their.step, their.wall_time, theirs.tag)
        assert not ours.HasField("metadata")
        assert not theirs.HasField("metadata")
        for name in ("height", "width", "colorspace"):
            assert getattr(ours.image, name) == getattr(theirs.image, name)
        pairs.append((ours, theirs))
    assert len(pairs) == len(videos)
    return pairs


@pytest.mark.parametrize("peer", PEERS)
def test_frames_are_those_of_the_peers(tmp_path: Path, peer: str) -> None:
    videos = []
    for count in (1, 2, 3, 5, 8):
        for dtype in ("uint8", "float32", "float64", "float16"):
            video = levels((count, 4, 3, 6, 10))
            videos.append(video if dtype == "uint8" else (video / 255).astype(dtype))
    for video, (ours, theirs) in zip(videos, both(tmp_path, peer, *((it, 4) for it in videos)), strict=True):
        own, their = (np.array(frames(value)[0], int) for value in (ours, theirs))
        # The peers cut fractions off where we round.
        np.testing.assert_allclose(own, their, atol=1, err_msg=f"{video.shape} of {video.dtype}")


@pytest.mark.parametrize("peer", PEERS)
def test_many_colours_are_as_close_as_those_of_the_peers(tmp_path: Path, peer: str) -> None:
    soft = [blurred(RANDOM.integers(0, 256, (224, 224, 3), dtype=np.uint8)) for _ in range(2)]
    ((ours, theirs),) = both(tmp_path, peer, (np.stack(soft).transpose(0, 3, 1, 2)[None], 4))
    own, their = (np.abs(np.array(frames(value)[0], int) - np.stack(soft)).mean() for value in (ours, theirs))
    assert own <= 1.1 * their


@pytest.mark.parametrize("peer", PEERS)
def test_frames_last_as_long_as_the_peers_mean(tmp_path: Path, peer: str) -> None:
    # moviepy 1 tells imageio seconds, which takes them for milliseconds: so frames are slow enough to be told apart.
    rates = (0.1, 0.05, 0.02)
    for ours, theirs in both(tmp_path, peer, *((levels((1, 3, 3, 6, 10)), fps) for fps in rates)):
        assert frames(ours)[1] == [1000 * duration for duration in frames(theirs)[1]]
        assert frames(theirs)[1][0] > 0


def test_grey_is_that_of_tensorboardx(tmp_path: Path) -> None:
    video = np.arange(2 * 3 * 48, dtype=np.uint8).reshape(2, 3, 1, 6, 8)
    import_moviepy()
    writer = peer_named("tensorboardX")
    found = writer.both(tmp_path, lambda log: log.add_video("grey", video, 0))
    ((own,), (their,)) = (events[0].summary.value for events in found)
    np.testing.assert_allclose(np.array(frames(own)[0], int), np.array(frames(their)[0], int), atol=1)
