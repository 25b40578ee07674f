"""Videos: frames, their layout and their times, read back by Pillow."""

import io
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from tensorboardX.utils import _prepare_video, convert_to_NTCHW

import lightboard
from lightboard import SummaryWriter
from log.pictures import frames
from log.records import event_files, events

RANDOM = np.random.default_rng(0)


def logged(directory: Path) -> list[tuple[Any, Any]]:
    """Each value with its event."""
    (path,) = event_files(directory)
    found = [(event.summary.value[0], event) for event in events(path)[1:]]
    assert all(value.WhichOneof("value") == "image" and not value.HasField("metadata") for value, _ in found)
    return found


def few_colours(shape: tuple[int, ...]) -> Any:
    return RANDOM.choice(np.array([0, 60, 200, 255], dtype=np.uint8), shape)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_layout_and_pixels_are_those_of_the_peers(tmp_path: Path, count: int) -> None:
    clips = few_colours((count, 3, 3, 4, 6))
    expected = _prepare_video(clips)
    expected = expected if expected.dtype == np.uint8 else np.round(expected * 255).astype(np.uint8)
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("uint8", clips, 1)
        writer.add_video("float32", ((clips + 0.5) / 256).astype(np.float32), 2, walltime=5.0)
    for (value, event), number in zip(logged(tmp_path), (1, 2), strict=True):
        assert event.step == number
        found, durations = frames(value)
        # Pillow gives frames that are equal one after another as one.
        assert durations == [250] * 3
        assert value.image.colorspace == 3
        if number == 1:
            np.testing.assert_array_equal(found, expected)
        else:
            assert np.abs(np.array(found, int) - expected).max() <= 1


@pytest.mark.parametrize("letters", ["NTCHW", "NTHWC", "TNHCW", "nthwc"])
def test_dataformats(tmp_path: Path, letters: str) -> None:
    clips = few_colours(tuple({"N": 2, "T": 4, "C": 3, "H": 5, "W": 6}[letter] for letter in letters.upper()))
    expected = np.round(_prepare_video(convert_to_NTCHW(clips, letters)) * 255).astype(np.uint8)
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("clips", clips, 0, dataformats=letters)
    ((value, _),) = logged(tmp_path)
    np.testing.assert_array_equal(frames(value)[0], expected)


def test_grey_and_alpha(tmp_path: Path) -> None:
    grey = np.arange(2 * 40, dtype=np.uint8).reshape(1, 2, 1, 5, 8)
    rgba = few_colours((1, 2, 4, 5, 8))
    rgba[:, :, 3] = 255
    rgba[:, :, 3, 0, :4] = 0
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("grey", grey, 0)
        writer.add_video("alpha", rgba, 0)
    (grey_value, _), (alpha_value, _) = logged(tmp_path)
    np.testing.assert_array_equal(frames(grey_value)[0], np.repeat(grey[0].transpose(0, 2, 3, 1), 3, axis=3))
    assert alpha_value.image.colorspace == 4
    picture = Image.open(io.BytesIO(alpha_value.image.encoded_image_string)).convert("RGBA")
    found = np.asarray(picture)
    np.testing.assert_array_equal(found[:, :, 3], rgba[0, 0, 3])
    np.testing.assert_array_equal(found[1:, :, :3], rgba[0, 0, :3, 1:].transpose(1, 2, 0))


def test_many_colours_stay_close(tmp_path: Path) -> None:
    y, x = np.mgrid[0:64, 0:64]
    frame = np.stack([x * 4, y * 4, (x + y) * 2]).astype(np.uint8)
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("gradient", np.stack([frame, frame[::-1]])[None], 0)
    ((value, _),) = logged(tmp_path)
    found = np.array(frames(value)[0], int)
    expected = np.stack([frame, frame[::-1]]).transpose(0, 2, 3, 1)
    assert np.abs(found - expected).mean() < 6


@pytest.mark.parametrize(
    ("fps", "expected"), [(4, [250] * 6), (30, [30, 40, 30, 30, 40, 30]), (1000, [20] * 6), (0.5, [2000] * 6)]
)
def test_times(tmp_path: Path, fps: float, expected: list[int]) -> None:
    clips = np.arange(6, dtype=np.uint8).reshape(1, 6, 1, 1, 1) * np.ones((1, 1, 3, 2, 2), dtype=np.uint8)
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("clips", clips, 0, fps)
    ((value, _),) = logged(tmp_path)
    assert frames(value)[1] == expected


def test_order_among_images_is_kept(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("video", RANDOM.integers(0, 256, (1, 20, 3, 64, 64), dtype=np.uint8), 0)
        for step in range(1, 10):
            writer.add_image("image", few_colours((3, 8, 8)), step)
    assert [event.step for _, event in logged(tmp_path)] == list(range(10))


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((np.zeros((2, 3, 4, 5)),), ValueError, "vid_tensor: expected 5 dimensions"),
        ((np.zeros((1, 2, 5, 4, 4)),), ValueError, "vid_tensor: expected 1 to 4 channels, found 5"),
        ((np.zeros((1, 0, 3, 4, 4)),), ValueError, "vid_tensor: expected pixels"),
        ((np.zeros((1, 2, 3, 4, 4)), 0, 0), ValueError, "fps: expected frames a second above 0, found 0"),
        ((np.zeros((1, 2, 3, 4, 4)), 0, "fast"), ValueError, "fps: expected a number"),
        ((np.zeros((1, 1, 3, 1, 70_000), np.uint8),), ValueError, "at most 65,535 pixels each way"),
        ((np.zeros((1, 2, 3, 4, 4)), 0, 4, None, "CHW"), ValueError, "dataformats: expected NTCHW"),
        ((["no", "video"],), TypeError, "vid_tensor: expected an array"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_refused_costs_only_its_own_call(
    tmp_path: Path, arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(kind, match=message):
            writer.add_video("clip", *arguments)
        writer.add_video("clip", np.zeros((1, 2, 3, 4, 4)))
    assert [(value.tag, event.step) for value, event in logged(tmp_path)][-1][0] == "clip"
    assert len(logged(tmp_path)) == 1


def test_webp_on_request_keeps_every_pixel(tmp_path: Path) -> None:
    clips = RANDOM.integers(0, 256, (2, 5, 4, 6, 7), dtype=np.uint8)
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("clips", clips, 0, 20, format="webp")
        with pytest.raises(ValueError, match="at most 16,384 pixels each way in a WebP"):
            writer.add_video("long", np.zeros((1, 1, 3, 1, 20_000), np.uint8), format="webp")
        with pytest.raises(ValueError, match=r"format: expected gif or webp, found .mp4."):
            writer.add_video("mp4", clips, format="mp4")  # type: ignore[arg-type]
    ((value, _),) = logged(tmp_path)
    picture = Image.open(io.BytesIO(value.image.encoded_image_string))
    assert (picture.format, picture.info["loop"]) == ("WEBP", 0)
    found = []
    for frame in ImageSequence.Iterator(picture):
        found.append(np.asarray(frame.convert("RGBA")))
        assert frame.info["duration"] == 50
    expected = np.concatenate([clips[0], clips[1]], axis=3).transpose(0, 2, 3, 1)
    # Pillow may do as it likes with the colours of what cannot be seen.
    seen = expected[..., 3:] > 0
    np.testing.assert_array_equal(np.array(found) * seen, expected * seen)
    with lightboard.open(tmp_path) as index:
        assert [series.kind for series in index.runs[0].series(kind=None)] == ["video"]


@pytest.mark.parametrize("where", ["on a disk", "in memory"])
def test_a_video_larger_than_the_queue_is_logged_in_its_place(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = few_colours((1, 1, 3, 256, 256))
    with ExitStack() as stack:
        directory = tmp_path
        if where == "in memory":  # Where all is in memory, the call encodes it.
            directory = Path(stack.enter_context(TemporaryDirectory(dir="/dev/shm")))
            monkeypatch.setenv("TMPDIR", str(directory))
        with SummaryWriter(directory) as writer:
            writer.add_image("tag", frame[0, 0], 0)
            writer.add_video("tag", np.broadcast_to(frame, (1, 90, 3, 256, 256)), 1)
            writer.add_image("tag", frame[0, 0], 2)
        found = logged(directory)
    assert [event.step for _, event in found] == [0, 1, 2]
    picture = Image.open(io.BytesIO(found[1][0].image.encoded_image_string))
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), frame[0, 0].transpose(1, 2, 0))
