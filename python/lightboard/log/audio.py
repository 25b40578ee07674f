"""Sounds."""

import math
from typing import TYPE_CHECKING, Any, Literal

from lightboard._core import check_sound
from lightboard.log.arrays import lent_array, pieces
from lightboard.log.notices import warn
from lightboard.log.numbers import plain_float, plain_tag
from lightboard.log.recorder import Recorder

if TYPE_CHECKING:
    from lightboard.log.arrays import Array


class Sounds(Recorder):
    """Logs sounds."""

    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: Any = None,
        sample_rate: Any = 44100,
        walltime: float | None = None,
        *,
        format: Literal["wav", "flac"] = "wav",
    ) -> None:
        """Log a sound, mono or stereo, of 16 bits. It is encoded in a thread of its own.

        Written as an audio value of content type `audio/wav` or `audio/flac` (spec/events.md, Writing).
        Of a large one the copy is a file, as for `add_video`.

        Args:
            tag: The series.
            snd_tensor: Samples of shape (L), (L, 1) or (1, L) for one channel, (L, 2) or (2, L) for two; further axes
                of length 1 do not matter. From -1 to 1: what lies beyond is clipped, with a warning; NaN is silence.
                Integers of 16 bits are samples as they are.
            global_step: As for `add_scalar`.
            sample_rate: Samples a second and channel, in Hertz.
            walltime: As for `add_scalar`.
            format: `flac` takes about half of the bytes, without loss.

        Raises:
            TypeError: The samples or their rate are no real numbers; the tag is no str.
            ValueError: The shape is another one; no samples; the rate is not from 1 to 2**32 - 1;
                FLAC takes no more than 96,000, and at least 16 samples a channel.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        tag = plain_tag(tag)
        samples = _frames(lent_array(snd_tensor, "snd_tensor"))
        _warn_of_clipped(samples)
        rate = plain_float(sample_rate, "sample_rate")
        hertz = round(rate) if math.isfinite(rate) else 0
        if not 1 <= hertz < 2**32:
            raise ValueError(f"sample_rate: expected Hertz from 1 to 2**32 - 1, found {sample_rate!r}.")
        check_sound(plain_tag(format, "format"), len(samples), hertz)
        step, wall_time = self._moment("audio", tag, global_step, walltime)
        self._record(
            None, lambda core, file: core.add_audio(file, tag, samples, hertz, format, step, wall_time)
        )


def _frames(array: "Array") -> "Array":
    """Bring the samples to one row a frame, one column a channel."""
    frames = array.squeeze()
    if frames.ndim < 2:
        frames = frames.reshape(-1, 1)
    elif frames.shape[-1] != 2:
        frames = frames.T
    if frames.ndim != 2 or frames.shape[1] not in (1, 2) or frames.size == 0:
        raise ValueError(
            f"snd_tensor: expected samples of shape (L), (L, 1), (1, L), (L, 2) or (2, L), found {array.shape}."
        )
    return frames


def _warn_of_clipped(samples: "Array") -> None:
    import numpy as np

    if samples.dtype == np.int16:
        return
    peak = 0.0
    for piece in pieces(samples if samples.flags.c_contiguous else samples.T):
        numbers = piece if piece.dtype.kind == "f" else piece.astype(np.float64)
        peak = max(peak, np.fmax.reduce(np.abs(numbers), axis=None))  # NaN is not above.
    if peak > 1:
        warn(f"snd_tensor: expected samples from -1 to 1, found up to {peak:g}; what lies beyond is clipped.")
