"""`GlobalSummaryWriter`: one writer for a whole process, that counts the steps."""

import os
from typing import Any

from lightboard.log.file_writer import FileWriter
from lightboard.log.locks import ProcessLock
from lightboard.log.writer import SummaryWriter


class GlobalSummaryWriter:
    """Logs into one run from everywhere in a program, without steps: each tag counts its own from 0.

    A drop-in for tensorboardX's class of this name. Each process counts for itself: a child that is forked goes on from
    its parent's steps, in an event file of its own.
    """

    _shared: "GlobalSummaryWriter | None" = None
    _lock = ProcessLock()

    def __init__(
        self,
        logdir: str | os.PathLike[str] | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
        write_to_disk: bool = True,
        log_dir: str | os.PathLike[str] | None = None,
        coalesce_process: bool = True,
        **arguments: Any,
    ) -> None:
        """Make the writer; the arguments are those of `SummaryWriter`, in tensorboardX's order.

        `coalesce_process` is accepted and without effect, as it is in tensorboardX.
        """
        del coalesce_process
        self._writer = SummaryWriter(
            logdir,
            comment,
            purge_step,
            max_queue,
            flush_secs,
            filename_suffix,
            write_to_disk,
            logdir=log_dir,
            **arguments,
        )

    @staticmethod
    def getSummaryWriter() -> "GlobalSummaryWriter":
        """Return the one writer of this process; the first call makes it, in a new directory under `runs/`."""
        with GlobalSummaryWriter._lock.here():
            if GlobalSummaryWriter._shared is None:
                made = GlobalSummaryWriter()
                # A signal handler may have been here meanwhile.
                GlobalSummaryWriter._shared = GlobalSummaryWriter._shared or made
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
