"""Videos."""

import math
from typing import Any, Literal

from lightboard._core import check_video
from lightboard.log.numbers import plain_float, plain_tag
from lightboard.log.pixels import plain_pixels
from lightboard.log.recorder import Recorder


class Videos(Recorder):
    """Logs videos."""

    def add_video(
        self,
        tag: str,
        vid_tensor: Any,
        global_step: Any = None,
        fps: float = 4,
        walltime: float | None = None,
        dataformats: str = "NTCHW",
        *,
        format: Literal["gif", "webp"] = "gif",
    ) -> None:
        """Log a batch of videos side by side as one animation, which is encoded in a thread of its own.

        Written as an image value (spec/events.md, Writing). Of frames that take more than 8 MiB with their encoding,
        some 3 MiB by themselves, the copy is a file without a name in the directory for temporary files (`TMPDIR`;
        beside the event file where that is in RAM or full), and this call waits for its turn when there are many;
        without room for such a file, this call encodes them.

        Args:
            tag: The series.
            vid_tensor: Batch, frames, channels, height and width; elements and channels as for `add_image`. In a GIF,
                alpha above 0 is opaque.
            global_step: As for `add_scalar`.
            fps: Frames a second, above 0. GIF counts hundredths of a second, of which browsers play two at least: more
                than 50 are stored as 50.
            walltime: As for `add_scalar`.
            dataformats: `NTCHW` in any order.
            format: `gif` is shown by TensorBoard as well; a frame with at most 256 colours keeps them exactly. `webp`
                keeps all colours and all transparency.

        Raises:
            TypeError: The elements or `fps` are no real numbers; the tag is no str.
            ValueError: `dataformats` is something else or does not fit the shape; no pixels; more than 4 channels;
                `fps` is not above 0; the animation has more than 65,535 pixels each way (WebP: 16,384).
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        tag = plain_tag(tag)
        pixels = plain_pixels(vid_tensor, "vid_tensor", dataformats, ("NTCHW",))
        rate = plain_float(fps, "fps")
        if not 0 < rate < math.inf:
            raise ValueError(f"fps: expected frames a second above 0, found {fps!r}.")
        check_video(plain_tag(format, "format"), pixels.shape)
        step, wall_time = self._moment("video", tag, global_step, walltime)
        self._record(
            None, lambda core, file: core.add_video(file, tag, pixels, rate, format, step, wall_time)
        )
