"""`SummaryWriter`: the face that training programs know."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NoReturn, Self

from lightboard.log import directory
from lightboard.log.audio import Sounds
from lightboard.log.checks import check
from lightboard.log.embeddings import Embeddings
from lightboard.log.figures import Figures
from lightboard.log.file_writer import FileWriter
from lightboard.log.files import Files, NoFiles, OnError
from lightboard.log.graphs import Graphs
from lightboard.log.histograms import Histograms
from lightboard.log.hparams import Hparams
from lightboard.log.layouts import Layouts
from lightboard.log.meshes import Meshes
from lightboard.log.notices import announce, warn
from lightboard.log.numbers import describe, plain_float, plain_step, plain_tag, plain_wall_time
from lightboard.log.pr_curves import PrCurves
from lightboard.log.ranks import Ranks, role
from lightboard.log.scalars import Scalars
from lightboard.log.settings import flat_settings
from lightboard.log.steps import Steps
from lightboard.log.system_metrics import SystemMetrics, seconds_between
from lightboard.log.tensors import Tensors
from lightboard.log.texts import Texts
from lightboard.log.video import Videos


class SummaryWriter(
    Scalars,
    Histograms,
    Texts,
    Tensors,
    PrCurves,
    Meshes,
    Graphs,
    Figures,
    Videos,
    Sounds,
    Hparams,
    Layouts,
    Embeddings,
):
    """Logs one run into a directory, as TensorBoard event files (spec/events.md, Writing).

    A drop-in for `torch.utils.tensorboard.SummaryWriter`. Records are encoded in the calling thread and handed over to
    the operating system by a background thread within 200 ms. Normal exit, exceptions, SIGTERM and fork lose nothing;
    SIGKILL at most the last 200 ms. Of scalars on a GPU, SIGTERM and SIGKILL lose those that have not come yet, with
    the scalars behind them. All methods may be called from several threads.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
        write_to_disk: bool = True,
        *,
        logdir: str | os.PathLike[str] | None = None,
        comet_config: Mapping[str, Any] | None = None,
        on_error: OnError = "warn",
        rank: int | None = None,
        ranks: Ranks | None = None,
        config: Mapping[str, Any] | None = None,
        capture: bool = False,
        system_metrics: bool | float = False,
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
            write_to_disk: False makes no directory and no file: calls check what they are given and log nothing.
            logdir: As `log_dir`, which is its name in torch.
            comet_config: Accepted for tensorboardX's sake; nothing is sent to Comet, with a warning if that is asked
                for.
            on_error: What happens when records cannot be written later on, for example because the disk is full.
                `"warn"` warns and goes on trying, `"raise"` also goes on trying and raises OSError from the next call.
            rank: This process's number among those that run the program; `None` is what torchrun, Open MPI or Slurm
                has told it (`RANK`, `OMPI_COMM_WORLD_RANK`, `SLURM_PROCID`), if `ranks` is given.
            ranks: Which ranks log. `"all"`: each into the run `<log_dir>/rank_<rank>`, with its rank as hyper-parameter
                `process.rank`. `"zero"`: rank 0 into `log_dir`, others as with `write_to_disk=False`. `"auto"`: as
                `"zero"` if the environment tells a rank, else as `"all"`. A process without one logs into `log_dir`,
                whatever this says. `None` is `"all"` if `rank` is given; else ranks are of no concern.
            config: What the run is set to, as for `config()`: logged in one record with `rank` and with what `capture`
                tells, since TensorBoard's HPARAMS page shows the first such record only.
            capture: Log once what the run is made from, which takes a moment: git commit, branch, and whether files
                were changed since; command line, host, Python, packages, and of the environment what is known to hold
                no secret. As text under the tag `capture`; the first of it also as settings `capture.…` of `config`.
            system_metrics: Log what the machine is doing, every 10 seconds or as many as this says (1 or more), under
                tags `system/…`, with the seconds since now as steps, until `close()`. From a thread of its own.

        Raises:
            OSError: The directory or the event file cannot be made or written. The subclass, `errno` and `filename`
                are the natural ones; the message says what stands in the way and what to do.
            TypeError, ValueError, OverflowError: An argument is not what is described above.
        """
        if on_error not in ("warn", "raise"):
            raise ValueError(f'on_error: expected "warn" or "raise", found {on_error!r}.')
        filename_suffix = plain_tag(filename_suffix, "filename_suffix")
        comment = plain_tag("" if comment is None else comment, "comment")
        filename_suffix = directory.file_name_end(filename_suffix, "filename_suffix")
        step = None if purge_step is None else plain_step(purge_step, "purge_step")[0]
        delay_secs = max(0.0, plain_float(flush_secs, "flush_secs"))
        sampled_every = seconds_between(system_metrics)
        settings: dict[str, Any] = {} if config is None else dict(flat_settings(config, "config"))
        self.purge_step = purge_step
        self.max_queue = max_queue
        self.flush_secs = flush_secs
        self.filename_suffix = filename_suffix
        if comet_config is not None:
            _decline_comet(comet_config)
        log_dir = log_dir or logdir or None
        takes_comment = log_dir is None
        logs, rank = role(rank, ranks)
        write_to_disk = write_to_disk and logs
        if log_dir is None:
            if rank is not None:
                raise ValueError(
                    "log_dir: expected a directory that all ranks share, found none: a default one is new for each. "
                    'Give log_dir, or ranks="zero".'
                )
            path = log_dir = (
                directory.make_default(comment) if write_to_disk else directory.default_stem(comment)
            )
        else:
            path = directory.resolve(log_dir)
            if rank is not None:
                path, log_dir = (os.path.join(it, f"rank_{rank}") for it in (path, os.fsdecode(log_dir)))
        self.log_dir = os.fsdecode(log_dir)
        path = os.path.abspath(path)
        self._steps = Steps()
        self._untraceable = set()
        self._reduces, self._words = {}, {}
        self._log_steps = self._steps.counter("log", "")
        self._settings = {}
        self._told = self._session_began = None
        self._system_metrics: SystemMetrics | None = None
        self._files = (Files if write_to_disk else NoFiles)(
            path,
            suffix=filename_suffix,
            purge_step=step,
            flush_secs=delay_secs,
            on_error=on_error,
            counters=self._steps.counters("scalar"),
        )
        if write_to_disk:
            announce(f"logging to {path}")
            check(
                path,
                os.path.basename(self._files.core.path),
                comment="" if takes_comment else comment,
                resumes=purge_step is not None,
                ranks_are_ruled=takes_comment or rank is not None or ranks is not None,
            )
        elif logs:
            announce("logging nothing, since write_to_disk=False")
        self._begin(settings, rank, capture and write_to_disk)
        if sampled_every is not None and write_to_disk:
            self._system_metrics = SystemMetrics(self._files, sampled_every)

    def _begin(self, settings: dict[str, Any], rank: int | None, capture: bool) -> None:
        """Log what is known of the run when it begins, its settings in one record."""
        known: dict[str, Any] = {} if rank is None else {"process": {"rank": rank}}
        if capture:
            from lightboard.log.capture import captured

            known["capture"], text = captured()
            self.add_text("capture", text, 0)
        if settings:
            self.config({**known, **settings})
        elif known:
            self._config_first(known)

    def flush(self) -> None:
        """Return when everything logged before, from any thread, is with the operating system.

        Waits for a file system that makes no progress for 5 seconds at most, and for a GPU from which no number comes
        for a minute. What cannot be written costs a warning.

        Raises:
            OSError: With `on_error="raise"`, something could not be written.
        """
        self._files.flush()

    def close(self) -> None:
        """Flush and close the event files. Repeatable; logging after it opens new files in the same directories.

        Logs the end of the session, if `config`, `rank` or `capture` began one.

        Raises:
            OSError: With `on_error="raise"`, something could not be written.
        """
        self._close(succeeded=True)

    def _close(self, succeeded: bool) -> None:
        try:
            if self._system_metrics is not None:
                self._system_metrics.stop()
            self._end_session(succeeded)
        finally:
            self._files.close()

    def get_logdir(self) -> str:
        """Return `log_dir`."""
        return self.log_dir

    @property
    def logdir(self) -> str:
        """`log_dir`, as tensorboardX calls it."""
        return self.log_dir

    @property
    def file_writer(self) -> FileWriter | None:
        """A writer of events and summaries into the run's event file; None after `close()`."""
        return None if self._files.core.is_closed else FileWriter.of(self._files, None)

    @property
    def all_writers(self) -> dict[str, FileWriter] | None:
        """Such a writer for each directory that is logged to: the run's and its sub-runs'; None after `close()`."""
        if self._files.core.is_closed:
            return None
        _, sub_runs = self._files.opened
        return {self.log_dir: FileWriter.of(self._files, None)} | {
            path: FileWriter.of(self._files, path) for path in list(sub_runs)
        }

    def _get_file_writer(self) -> FileWriter:
        # Lightning, Fabric and RL libraries call this one of torch's; after close() it opens a new file.
        return FileWriter.of(self._files, None)

    @contextmanager
    def use_metadata(self, *, global_step: Any = None, walltime: float | None = None) -> Iterator[Self]:
        """Give step and wall time to everything that is logged without in the `with` block, from any thread.

        What has no step gets none (graphs, layouts), nor has `add_embedding` a wall time. `config`, which is told when
        the session began, and events and summaries through `file_writer` stay as they are.

        Args:
            global_step: As for `add_scalar`; `None` counts up as ever.
            walltime: As for `add_scalar`; `None` is now, as ever.

        Raises:
            ValueError: Both are None, or this is inside of another such block.
            TypeError, OverflowError: As for `add_scalar`.
        """
        if global_step is None and walltime is None:
            raise ValueError("use_metadata: expected global_step or walltime, found neither.")
        if self._steps.step is not None or self._steps.wall_time is not None:
            raise ValueError("use_metadata: expected no other block of it around this one, found one.")
        step = None if global_step is None else self._steps.of("", "", global_step)
        wall_time = plain_wall_time(walltime)
        self._steps.step, self._steps.wall_time = step, wall_time
        self._files.divert("metadata", True)
        try:
            yield self
        finally:
            self._steps.step = self._steps.wall_time = None
            self._files.divert("metadata", False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Who leaves early, or has no more to ask of a generator, has not failed.
        succeeded = (
            error is None
            or isinstance(error, GeneratorExit)
            or (isinstance(error, SystemExit) and error.code in (None, 0))
        )
        self._close(succeeded)

    def __repr__(self) -> str:
        return f"SummaryWriter({self.log_dir!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} cannot be pickled or copied: its files belong to this process. "
            "Make a writer in the process that logs, with a log_dir of its own."
        )


def _decline_comet(config: object) -> None:
    if not isinstance(config, Mapping):
        raise TypeError(f"comet_config: expected a dict, found {describe(config)}.")
    if not config.get("disabled", False):
        warn("comet_config: nothing is sent to Comet; event files can be uploaded to it afterwards.")
