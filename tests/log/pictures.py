"""What stands in image values: decoded, by Pillow."""

import io
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageSequence

from log.records import event_files, events


class Logged(NamedTuple):
    """An image value and its event."""

    tag: str
    step: int
    wall_time: float
    width: int
    height: int
    colorspace: int
    pixels: Any


def decode(encoded: bytes) -> Any:
    picture = Image.open(io.BytesIO(encoded))
    picture.load()
    return np.asarray(picture)


def frames(value: Any) -> tuple[list[Any], list[int]]:
    """Pixels and milliseconds of each frame of an endless GIF."""
    picture = Image.open(io.BytesIO(value.image.encoded_image_string))
    assert picture.format == "GIF"
    assert picture.size == (value.image.width, value.image.height)
    pixels, durations = [], []
    for frame in ImageSequence.Iterator(picture):
        pixels.append(np.asarray(frame.convert("RGB")))
        durations.append(frame.info.get("duration", 0))
    if len(pixels) > 1:
        assert picture.info["loop"] == 0
    return pixels, durations


def images_of(found: list[Any]) -> list[Logged]:
    """The images of events that hold nothing else."""
    images = []
    for event in found:
        (value,) = event.summary.value
        assert value.WhichOneof("value") == "image"
        assert not value.HasField("metadata")
        image = value.image
        pixels = decode(image.encoded_image_string)
        images.append(
            Logged(
                value.tag, event.step, event.wall_time, image.width, image.height, image.colorspace, pixels
            )
        )
    return images


def images(directory: Path) -> list[Logged]:
    (path,) = event_files(directory)
    return images_of(events(path)[1:])


def assert_equal(ours: list[Logged], theirs: list[Logged]) -> None:
    assert [each[:-1] for each in ours] == [each[:-1] for each in theirs]
    for own, their in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(own.pixels, their.pixels, err_msg=own.tag)
