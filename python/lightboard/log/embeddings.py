"""Embeddings, for TensorBoard's PROJECTOR page: files beside the event file, and no records."""

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lightboard.log import directory
from lightboard.log.arrays import plain_array
from lightboard.log.notices import warn
from lightboard.log.numbers import describe, plain_step, plain_tag
from lightboard.log.recorder import Recorder

if TYPE_CHECKING:
    from lightboard.log.arrays import Array

CONFIG = "projector_config.pbtxt"

# A word of protobuf's text format: a quoted string with escapes, a brace, or anything else up to one of these.
_WORD = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|[{}<>]|[^\"'#{}<>]+|.", re.DOTALL)

# What may be the name of a message that begins with the next word.
_NAME = re.compile(r"\w+\s*:?\s*$")


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
        in that file stay. The files are there on return.

        Args:
            mat: The points, of shape [points, dimensions]; an array, tensor or list.
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
            OSError: With `on_error="raise"`, the files cannot be written; otherwise a warning says so.
        """
        tag = plain_tag(tag)
        points = plain_array(mat, "mat")
        if points.ndim != 2:
            raise ValueError(f"mat: expected the shape [points, dimensions], found {describe(mat)}.")
        labels = None if metadata is None else _labels(metadata, metadata_header, len(points))
        sprite = None if label_img is None else _sprite(label_img, len(points))
        given = self._steps.step if global_step is None else global_step
        step = 0 if given is None else plain_step(given, "global_step")[0]

        encoded = tag.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c")
        folder = f"{str(step).zfill(5)}/{encoded}"
        name = f"{tag}:{str(step).zfill(5)}"
        path = directory.below(self._files.path, folder, "tag")
        if not self._files.are_written:
            return
        lines = [
            "embeddings {",
            f"  tensor_name: {_quoted(name)}",
            f"  tensor_path: {_quoted(folder + '/tensors.tsv')}",
        ]
        rows = ("\t".join(map(str, row)) + "\n" for row in points.tolist())
        files = {"tensors.tsv": "".join(rows).encode()}
        if labels is not None:
            files["metadata.tsv"] = labels.encode()
            lines.append(f"  metadata_path: {_quoted(folder + '/metadata.tsv')}")
        if sprite is not None:
            png, (width, height) = sprite
            files["sprite.png"] = png
            lines += [
                "  sprite {",
                f"    image_path: {_quoted(folder + '/sprite.png')}",
                f"    single_image_dim: {width}",
                f"    single_image_dim: {height}",
                "  }",
            ]
        try:
            directory.make(path)
            for file, content in files.items():
                _write(os.path.join(path, file), content)
            with self._files.lock():
                _add_to_config(os.path.join(self._files.path, CONFIG), name, "\n".join([*lines, "}"]) + "\n")
        except OSError as error:
            if self._files.on_error == "raise":
                raise
            # Training is under way: a full disk must not end it.
            warn(
                f"add_embedding: {error.filename}: {error.strerror} The embedding {tag!r:.200} is not logged."
            )


def _labels(metadata: Any, header: Sequence[str] | None, count: int) -> str:
    labels = list(metadata)
    if len(labels) != count:
        raise ValueError(f"metadata: expected {count} labels, one for each point, found {len(labels)}.")
    if not header:
        return "".join(_cell(label) + "\n" for label in labels)
    rows = [list(header), *map(list, labels)]
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise ValueError(
                f"metadata[{number - 1}]: expected {len(header)} values, as metadata_header has names, "
                f"found {len(row)}."
            )
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: object) -> str:
    return re.sub(r"[\t\r\n]", " ", plain_tag(str(value), "metadata"))


def _sprite(label_img: Any, count: int) -> tuple[bytes, tuple[int, int]]:
    """Return a PNG of all pictures in a square, and the size of each."""
    from lightboard._core import sprite_png
    from lightboard.log.pixels import plain_pixels

    pixels: Array = plain_pixels(label_img, "label_img", "NCHW", ("NCHW",))
    if len(pixels) != count:
        raise ValueError(f"label_img: expected {count} pictures, one for each point, found {len(pixels)}.")
    height, width = pixels.shape[-2:]
    return sprite_png(pixels), (width, height)


def _write(path: str, content: bytes) -> None:
    """Write a file as a whole: whoever reads it finds the old or the new one."""
    beside = f"{path}.{os.getpid()}.new"
    try:
        with open(beside, "wb") as file:
            file.write(content)
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        message = (
            f"expected a file that can be written, found that it cannot ({error.strerror}). See to its cause."
        )
        raise OSError(error.errno, message, path) from None


def _add_to_config(path: str, name: str, block: str) -> None:
    """Put `block` at the end of the configuration, in place of any that is of the embedding `name`."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            present = file.read()
    except FileNotFoundError:
        present = ""
    of_name = re.compile(rf"\btensor_name\s*:\s*{re.escape(_quoted(name))}")
    kept = "".join(part for part in _parts(present) if not of_name.search(part))
    if kept and not kept.endswith("\n"):
        kept += "\n"
    _write(path, (kept + block).encode("utf-8", "surrogateescape"))


def _parts(text: str) -> Iterator[str]:
    """Split the text format of protobuf before and after each message on the outermost level."""
    part, name_at, depth = "", 0, 0
    for word in _WORD.findall(text):
        if depth == 0 and word in ("{", "<"):
            yield part[:name_at]
            part, name_at = part[name_at:], 0
        elif depth == 0 and word[0] not in "#\"'" and (name := _NAME.search(word)):
            name_at = len(part) + name.start()
        part += word
        depth += (word in ("{", "<")) - (word in ("}", ">"))
        if word in ("}", ">") and depth == 0:
            yield part
            part, name_at = "", 0
    yield part


def _quoted(text: str) -> str:
    """Return `text` as a string of protobuf's text format."""
    return '"' + re.sub(r'[\x00-\x1f\x7f"\\]', lambda found: f"\\{ord(found[0]):03o}", text) + '"'
