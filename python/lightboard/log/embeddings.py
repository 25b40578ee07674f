"""Embeddings, for TensorBoard's PROJECTOR page: files beside the event file, and no records."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lightboard.log import directory
from lightboard.log.arrays import lent_array
from lightboard.log.numbers import describe, plain_list, plain_step, plain_tag
from lightboard.log.recorder import Recorder

if TYPE_CHECKING:
    from lightboard.log.arrays import Array


class Embeddings(Recorder):
    """Logs points of many dimensions, with labels and pictures."""

    def add_embedding(
        self,
        mat: Any,
        metadata: Sequence[Any] | None = None,
        label_img: Any = None,
        global_step: Any = None,
        tag: str = "default",
        metadata_header: Sequence[str] | None = None,
    ) -> None:
        """Write points for TensorBoard's PROJECTOR page.

        Written are `<log_dir>/<step, at least 5 digits>/<tag>/tensors.tsv`, `metadata.tsv` and `sprite.png`, and what
        `<log_dir>/projector_config.pbtxt` says of them: an embedding of the same tag and step is replaced, all others
        in that file stay. A thread of the writer writes them, from a copy: they are there when `flush()` or `close()`
        returns, unless a warning says otherwise. They are TensorBoard's own formats; the event file gets nothing. A
        copy of more than 1 MiB is a file without a name in the directory for temporary files (`TMPDIR`; beside the
        event file where that is in RAM). This call waits for its turn when many are on their way.

        Args:
            mat: The points, of shape [points, dimensions]; an array, tensor or list of bools, ints or floats.
            metadata: A label for each point; or, with `metadata_header`, a sequence of values for each. Tabs and line
                breaks in them become spaces.
            label_img: A picture for each point, of shape [points, channels, height, width], floats of 0 to 1 or
                integers of 0 to 255. TensorBoard shows sprites of up to 8192 pixels a side.
            global_step: As for `add_scalar`; `None` is 0.
            tag: The name of the embedding.
            metadata_header: The names of the values that each label is made of.

        Raises:
            TypeError: An argument is of another type.
            ValueError: `mat` has not two dimensions; labels or pictures are not as many as points, or values not as
                many as names.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records or embeddings could not be written.
        """
        tag = plain_tag(tag)
        points = _points(mat)
        labels = None if metadata is None else _labels(metadata, metadata_header, len(points))
        pictures = None if label_img is None else _pictures(label_img, len(points))
        given = self._steps.step if global_step is None else global_step
        step = 0 if given is None else plain_step(given, "global_step")[0]

        encoded = tag.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c")
        folder = f"{str(step).zfill(5)}/{encoded}"
        name = f"{tag}:{str(step).zfill(5)}"
        directory.below(self._files.path, folder, "tag")
        path = self._files.path
        self._record(
            None,
            lambda core, file: core.add_embedding(file, tag, path, folder, name, points, labels, pictures),
        )


def _labels(metadata: Any, header: Sequence[str] | None, count: int) -> str:
    labels = plain_list(metadata, "metadata", "labels, one for each point")
    if len(labels) != count:
        raise ValueError(f"metadata: expected {count} labels, one for each point, found {len(labels)}.")
    names = [] if header is None else plain_list(header, "metadata_header", "names")
    if not names:
        return "".join(_cell(label) + "\n" for label in labels)
    rows = [names]
    for number, label in enumerate(labels):
        row = plain_list(label, f"metadata[{number}]", "values, one for each name in metadata_header")
        if len(row) != len(names):
            raise ValueError(
                f"metadata[{number}]: expected {len(names)} values, as metadata_header has names, found {len(row)}."
            )
        rows.append(row)
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: object) -> str:
    return re.sub(r"[\t\r\n]", " ", plain_tag(str(value), "metadata"))


def _points(mat: Any) -> "Array":
    points = lent_array(mat, "mat")
    if points.ndim != 2:
        raise ValueError(f"mat: expected the shape [points, dimensions], found {describe(mat)}.")
    return points


def _pictures(label_img: Any, count: int) -> "Array":
    from lightboard.log.pixels import plain_pixels

    pictures: Array = plain_pixels(label_img, "label_img", "NCHW", ("NCHW",))
    if len(pictures) != count:
        raise ValueError(f"label_img: expected {count} pictures, one for each point, found {len(pictures)}.")
    return pictures
