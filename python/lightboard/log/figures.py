"""Figures of matplotlib."""

import sys
from typing import TYPE_CHECKING, Any

from lightboard.log.images import Images
from lightboard.log.numbers import describe
from lightboard.log.pixels import plain_pixels

if TYPE_CHECKING:
    from lightboard.log.arrays import Array


class Figures(Images):
    """Logs figures."""

    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: Any = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """Log a figure of matplotlib as an image, without its alpha.

        It is drawn by matplotlib's Agg in this call, and encoded in a thread of its own. Written as by `add_image`, as
        PNG.

        Args:
            tag: The series.
            figure: A `matplotlib.figure.Figure`, or a list of some of one size in pixels, which become one picture.
            global_step: As for `add_scalar`.
            close: Whether pyplot is to forget the figures.
            walltime: As for `add_scalar`.

        Raises:
            TypeError: Something is no figure; the tag is no str.
            ValueError: No figures, or figures of different sizes.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        import numpy as np

        figures = list(figure) if isinstance(figure, list | tuple) else [figure]
        pictures = [_drawn(each) for each in figures]
        sizes = sorted({f"{picture.shape[1]} x {picture.shape[0]}" for picture in pictures})
        if len(sizes) != 1:
            raise ValueError(
                f"figure: expected figures of one size in pixels, found {' and '.join(sizes) or 'none'}."
            )
        pixels = pictures[0][None] if len(pictures) == 1 else np.stack(pictures)
        self._add_image(tag, plain_pixels(pixels, "figure", "NHWC", ("NCHW",)), "png", global_step, walltime)
        pyplot = sys.modules.get("matplotlib.pyplot")
        if close and pyplot is not None:
            for each in figures:
                pyplot.close(each)


def _drawn(figure: Any) -> "Array":
    """Rows of RGB pixels, in matplotlib's own memory."""
    import numpy as np

    if not callable(getattr(figure, "savefig", None)) or not hasattr(figure, "canvas"):
        raise TypeError(
            f"figure: expected a matplotlib.figure.Figure or a list of some, found {describe(figure)}."
        )
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    own = figure.canvas
    canvas = FigureCanvasAgg(figure)
    try:
        canvas.draw()
    finally:
        figure.set_canvas(own)  # A figure on a screen goes on being drawn there.
    return np.asarray(canvas.buffer_rgba())[:, :, :3]
