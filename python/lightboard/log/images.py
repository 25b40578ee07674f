"""Images: one, a batch, one with boxes drawn into it."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from lightboard._core import check_picture
from lightboard.log.arrays import plain_array
from lightboard.log.notices import warn
from lightboard.log.numbers import plain_float, plain_list, plain_tag
from lightboard.log.pixels import plain_pixels
from lightboard.log.recorder import Recorder

if TYPE_CHECKING:
    from lightboard.log.arrays import Array

IMAGE = ("CHW", "HW", "NCHW")
BATCH = ("NCHW", "NHW")

Format = Literal["png", "jpeg"]

# A corner of a box and its label, as the native writer takes them.
Box = tuple[int, int, int, int, str | None]

INT32 = 2**31 - 1
MOST_PIXELS = 2**28  # of a picture that is enlarged


class Images(Recorder):
    """Logs images."""

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
        *,
        format: Format = "png",
    ) -> None:
        """Log an image. It is encoded in a thread of its own: the call takes a copy of the pixels.

        Written as an image value (spec/events.md, Writing). One channel is stored as three that are equal.
        Of a large one the copy is a file, as for `add_video`.

        Args:
            tag: The series.
            img_tensor: An array or tensor of any library, a nested list, or a picture of Pillow, whose axes are known.
                Floats are from 0 to 1, integers from 0 to 255, booleans black or white; what lies beyond is clipped,
                NaN is 0. 1 channel is grey, 2 are grey and alpha, 3 RGB, 4 RGB and alpha.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`.
            dataformats: What each axis of `img_tensor` is: `CHW`, `HW` or `NCHW` in any order. A batch (N) becomes one
                picture with eight images in a row.
            format: `png` keeps every pixel. `jpeg` is for photographs, in a tenth of the bytes, without alpha.

        Raises:
            TypeError: The elements are no real numbers; the tag is no str.
            ValueError: `dataformats` is something else or does not fit the shape; no pixels; more than 4 channels;
                the format is unknown, or has no room for the picture or its alpha.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        pixels = plain_pixels(img_tensor, "img_tensor", dataformats, IMAGE)
        self._add_image(tag, pixels, format, global_step, walltime)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
        *,
        format: Format = "png",
    ) -> None:
        """Log a batch of images as one picture, eight in a row. Otherwise as `add_image`.

        Args:
            tag: The series.
            img_tensor: As for `add_image`; or a list of images of one size, where `dataformats` is that of each.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`.
            dataformats: `NCHW` in any order; of a list's images `CHW` or `HW` in any order.
            format: As for `add_image`.

        Raises:
            TypeError, ValueError, OverflowError, OSError: As for `add_image`.
        """
        if isinstance(img_tensor, list | tuple) and isinstance(dataformats, str) and len(dataformats) < 4:
            dataformats = "N" + dataformats
        pixels = plain_pixels(img_tensor, "img_tensor", dataformats, BATCH)
        self._add_image(tag, pixels, format, global_step, walltime)

    def add_image_with_boxes(
        self,
        tag: str,
        img_tensor: Any,
        box_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        rescale: float = 1,
        dataformats: str = "CHW",
        labels: str | Sequence[str] | None = None,
        *,
        format: Format = "png",
    ) -> None:
        """Log an image with boxes drawn into it, red and two pixels wide. Otherwise as `add_image`.

        Args:
            tag: The series.
            img_tensor: As for `add_image`.
            box_tensor: N x 4: left, top, right and bottom of each box in pixels; fractions are cut off.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`.
            rescale: Times which the picture is enlarged, boxes included, to at most 2**28 pixels.
            dataformats: As for `add_image`.
            labels: A text for each box, or one text for one box. Other characters than Latin ones are shown as U+FFFD.
                If there are not as many as boxes, none is drawn, and a warning says so.
            format: As for `add_image`.

        Raises:
            TypeError, ValueError, OverflowError, OSError: As for `add_image`; also for boxes, labels and `rescale` that
                are not as above.
        """
        if isinstance(rescale, str):  # tensorboardX has dataformats and labels here.
            labels = labels if isinstance(dataformats, str) else dataformats
            rescale, dataformats = 1, rescale
        pixels = plain_pixels(img_tensor, "img_tensor", dataformats, IMAGE)
        factor = plain_float(rescale, "rescale")
        width, height = _size(pixels)
        size = (0, 0) if not math.isfinite(factor) else (int(width * factor), int(height * factor))
        if min(size) < 1 or max(size) > INT32:
            raise ValueError(
                f"rescale: expected a factor that leaves pixels of {width} x {height}, found {rescale!r}."
            )
        if size != (width, height) and math.prod(size) > MOST_PIXELS:
            raise ValueError(
                f"rescale: expected a factor that leaves at most {MOST_PIXELS:,} pixels, found {rescale!r}, which "
                f"makes {size[0]} x {size[1]} pixels of {width} x {height}. Give a smaller one."
            )
        self._add_image(tag, pixels, format, global_step, walltime, _boxes(box_tensor, labels), size)

    def _add_image(
        self,
        tag: object,
        pixels: "Array",
        format: Format,
        global_step: object,
        walltime: object,
        boxes: Sequence[Box] = (),
        size: tuple[int, int] | None = None,
    ) -> None:
        tag = plain_tag(tag)
        check_picture(plain_tag(format, "format"), *(size or _size(pixels)), channels=pixels.shape[2])
        step, wall_time = self._moment("image", tag, global_step, walltime)
        self._record(
            None,
            lambda core, file: core.add_image(file, tag, pixels, boxes, size, format, step, wall_time),
        )


def _size(pixels: "Array") -> tuple[int, int]:
    """Width and height of the picture that the batch becomes."""
    batch, _, _, height, width = pixels.shape
    columns = min(batch, 8)
    return width * columns, height * math.ceil(batch / columns)


def _boxes(box_tensor: object, labels: str | Sequence[str] | None) -> list[Box]:
    import numpy as np

    array = plain_array(box_tensor, "box_tensor")
    if array.size == 0:
        array = array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(f"box_tensor: expected shape (N, 4), found {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError("box_tensor: expected pixels, found NaN or infinite numbers.")
    corners = np.clip(np.trunc(array.astype(np.float64)), -INT32, INT32).astype(np.int64).tolist()
    given = [] if labels is None else [labels] if isinstance(labels, str) else labels
    texts = [plain_tag(label, "labels") for label in plain_list(given, "labels", "texts, one for each box")]
    if texts and len(texts) != len(corners):
        warn(f"labels: expected one for each of {len(corners)} boxes, found {len(texts)}; none is drawn.")
        texts = []
    return [(*corner, texts[index] if texts else None) for index, corner in enumerate(corners)]
