"""`SummaryWriter`: the face that training programs know."""

import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NoReturn, Self

from lightboard.log import directory
from lightboard.log.conflict import live_writers
from lightboard.log.files import Files, OnError, wall_time_of
from lightboard.log.notices import announce, warn
from lightboard.log.numbers import plain_float, plain_step, plain_tag


class SummaryWriter:
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
        step, _ = plain_step(purge_step, "purge_step")
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
        self._path = os.path.abspath(path)
        self._files = Files(
            self._path, suffix=filename_suffix, purge_step=step, flush_secs=delay_secs, on_error=on_error
        )
        announce(f"logging to {self._path}")
        self._warn_of_others()

    def _warn_of_others(self) -> None:
        others = live_writers(self._path, own=os.path.basename(self._files.core.path))
        if others:
            warn(
                f"expected no other writer in {self._path}, found {', '.join(str(other) for other in others)}. "
                "Curves of two writers in one run get mixed up: give each writer (each process, each rank) a log_dir "
                "of its own."
            )

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: Any = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """Log one number.

        Args:
            tag: The series; stored as given.
            scalar_value: A number, a numeric string, or an array, tensor or list with exactly one element, of NumPy,
                torch, JAX or TensorFlow. Stored as float32: beyond its range as ±inf. NaN and ±inf are kept.
            global_step: Fits into 64 bits; a fraction is cut off, with one warning. `None` reads as 0.
            walltime: Seconds since 1970; `None` is now.
            new_style: Store a tensor value, as TensorFlow 2 does, in place of a simple one.
            double_precision: With `new_style`, store float64.

        Raises:
            TypeError: Something is no number, or the tag no str.
            ValueError: Not one element; a string that is no number; a tag that is no valid text.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        code = self._files.core.add_scalar(
            0, tag, scalar_value, global_step, walltime, new_style, double_precision
        )
        if code:
            self._files.settle(code, tag, scalar_value, global_step, walltime, new_style, double_precision)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log several numbers, each as the series `main_tag` of a sub-run of its own.

        The sub-run of a key is the directory `<log_dir>/<main_tag with / replaced by _>_<key>`.

        Args:
            main_tag: The series.
            tag_scalar_dict: Key to number, as for `add_scalar`.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`; the same for all.

        Raises:
            TypeError, ValueError, OverflowError: As for `add_scalar`; also for a key that leads out of the log
                directory. Nothing is logged then.
            OSError: With `on_error="raise"`, a sub-run's directory or file cannot be made, or earlier records could not
                be written.
        """
        main_tag = plain_tag(main_tag, "main_tag")
        numbers = {
            self._sub_run(main_tag, key): plain_float(
                value, f"scalar_value of key {key!r:.200} of {main_tag!r:.200}"
            )
            for key, value in tag_scalar_dict.items()
        }
        step = self._files.step(global_step)
        wall_time = time.time() if walltime is None else wall_time_of(walltime)
        for path, number in numbers.items():
            self._files.add_scalar(path, main_tag, number, step, wall_time)

    def _sub_run(self, main_tag: str, key: object) -> str:
        key = plain_tag(key, f"key of {main_tag!r:.200}")
        if key.startswith("/") or ".." in key.split("/") or "\0" in main_tag + key:
            raise ValueError(
                f"key of {main_tag!r:.200}: expected a name inside the log directory, found {key!r:.200}."
            )
        return os.path.normpath(os.path.join(self._path, f"{main_tag.replace('/', '_')}_{key}"))

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
