"""`GlobalSummaryWriter`: one writer for a whole process, that counts the steps."""

import threading
from typing import Any

from lightboard.log.file_writer import FileWriter
from lightboard.log.writer import SummaryWriter


class GlobalSummaryWriter:
    """Logs into one run from everywhere in a program, without steps: each tag counts its own from 0.

    A drop-in for tensorboardX's class of this name. Each process counts for itself: a child that is forked goes on from
    its parent's steps, in an event file of its own.
    """

    _shared: "GlobalSummaryWriter | None" = None
    _lock = threading.Lock()

    def __init__(self, logdir: Any = None, comment: str = "", **arguments: Any) -> None:
        """Make the writer; the arguments are those of `SummaryWriter`.

        `coalesce_process` is accepted and without effect, as it is in tensorboardX.
        """
        arguments.pop("coalesce_process", None)
        self._writer = SummaryWriter(logdir, comment, **arguments)

    @staticmethod
    def getSummaryWriter() -> "GlobalSummaryWriter":
        """Return the one writer of this process; the first call makes it, in a new directory under `runs/`."""
        with GlobalSummaryWriter._lock:
            if GlobalSummaryWriter._shared is None:
                GlobalSummaryWriter._shared = GlobalSummaryWriter()
            return GlobalSummaryWriter._shared

    @property
    def file_writer(self) -> FileWriter | None:
        """The writer of the run's event file: see `SummaryWriter.file_writer`."""
        return self._writer.file_writer

    def add_scalar(self, tag: str, scalar_value: Any, walltime: float | None = None) -> None:
        """Log a number at the tag's next step: see `SummaryWriter.add_scalar`."""
        self._writer.add_scalar(tag, scalar_value, None, walltime)

    def add_image(
        self, tag: str, img_tensor: Any, walltime: float | None = None, dataformats: str = "CHW"
    ) -> None:
        """Log an image at the tag's next step: see `SummaryWriter.add_image`."""
        self._writer.add_image(tag, img_tensor, None, walltime, dataformats)

    def add_text(self, tag: str, text_string: str, walltime: float | None = None) -> None:
        """Log a text at the tag's next step: see `SummaryWriter.add_text`."""
        self._writer.add_text(tag, text_string, None, walltime)

    def close(self) -> None:
        """Flush and close: see `SummaryWriter.close`."""
        self._writer.close()
