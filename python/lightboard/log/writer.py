"""`SummaryWriter`: the face that training programs know."""

import os
from types import TracebackType
from typing import NoReturn, Self

from lightboard.log import directory
from lightboard.log.audio import Sounds
from lightboard.log.conflict import live_writers
from lightboard.log.figures import Figures
from lightboard.log.files import Files, OnError
from lightboard.log.graphs import Graphs
from lightboard.log.histograms import Histograms
from lightboard.log.meshes import Meshes
from lightboard.log.notices import announce, warn
from lightboard.log.numbers import plain_float, plain_step, plain_tag
from lightboard.log.pr_curves import PrCurves
from lightboard.log.scalars import Scalars
from lightboard.log.steps import Steps
from lightboard.log.tensors import Tensors
from lightboard.log.texts import Texts
from lightboard.log.video import Videos


class SummaryWriter(Scalars, Histograms, Texts, Tensors, PrCurves, Meshes, Graphs, Figures, Videos, Sounds):
    """Logs one run into a directory, as TensorBoard event files (spec/events.md, Writing).

    A drop-in for `torch.utils.tensorboard.SummaryWriter`. Records are encoded in the calling thread and handed over to
    the operating system by a background thread within 200 ms. Normal exit, exceptions, SIGTERM and fork lose nothing;
    SIGKILL at most the last 200 ms. All methods may be called from several threads.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
        *,
        on_error: OnError = "warn",
    ) -> None:
        """Make the directory and an event file in it, whose header is on disk on return; announce the absolute path.

        Args:
            log_dir: The run's directory; made if it is not there. `None` or `""` is a new
                `runs/<time>_<host><comment>` that no other writer has.
            comment: Ends the name of the default directory; ignored, with a warning, if `log_dir` is given.
            purge_step: What was logged before at this step and above is superseded.
            max_queue: Accepted and without effect: what is pending is bounded by bytes, not by records.
            flush_secs: Seconds after which records are handed over, if that is below 0.1; it never takes longer
                than 0.2 seconds.
            filename_suffix: Ends the name of every event file.
            on_error: What happens when records cannot be written later on, for example because the disk is full.
                `"warn"` warns and goes on trying, `"raise"` also goes on trying and raises OSError from the next call.

        Raises:
            OSError: The directory or the event file cannot be made or written. The subclass, `errno` and `filename`
                are the natural ones; the message says what stands in the way and what to do.
            TypeError, ValueError, OverflowError: An argument is not what is described above.
        """
        if on_error not in ("warn", "raise"):
            raise ValueError(f'on_error: expected "warn" or "raise", found {on_error!r}.')
        filename_suffix = plain_tag(filename_suffix, "filename_suffix")
        comment = plain_tag("" if comment is None else comment, "comment")
        if "/" in filename_suffix or "\0" in filename_suffix:
            raise ValueError(f"filename_suffix: expected the end of a file name, found {filename_suffix!r}.")
        step = None if purge_step is None else plain_step(purge_step, "purge_step")[0]
        delay_secs = max(0.0, plain_float(flush_secs, "flush_secs"))
        self.purge_step = purge_step
        self.max_queue = max_queue
        self.flush_secs = flush_secs
        self.filename_suffix = filename_suffix
        if log_dir is None or log_dir == "":
            path = log_dir = directory.make_default(comment)
        else:
            path = directory.resolve(log_dir)
            if comment:
                warn(f"comment={comment!r} is ignored, since log_dir is given; put it into log_dir.")
        self.log_dir = os.fsdecode(log_dir)
        path = os.path.abspath(path)
        self._steps = Steps()
        self._untraceable = set()
        self._files = Files(
            path, suffix=filename_suffix, purge_step=step, flush_secs=delay_secs, on_error=on_error
        )
        announce(f"logging to {path}")
        self._warn_of_others()

    def _warn_of_others(self) -> None:
        path = self._files.path
        others = live_writers(path, own=os.path.basename(self._files.core.path))
        if others:
            warn(
                f"expected no other writer in {path}, found {', '.join(str(other) for other in others)}. "
                "Curves of two writers in one run get mixed up: give each writer (each process, each rank) a log_dir "
                "of its own."
            )

    def flush(self) -> None:
        """Return when everything logged before, from any thread, is with the operating system.

        If it cannot be written, warns, or with `on_error="raise"` raises OSError. Waits for a file system that makes
        no progress for 5 seconds at most.
        """
        self._files.core.flush()
        self._files.tell()

    def close(self) -> None:
        """Flush and close the event files. Repeatable; logging after it opens new files in the same directories."""
        self._files.core.close()
        self._files.tell()

    def get_logdir(self) -> str:
        """Return `log_dir`."""
        return self.log_dir

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SummaryWriter({self.log_dir!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} cannot be pickled or copied: its files belong to this process. "
            "Make a writer in the process that logs, with a log_dir of its own."
        )
