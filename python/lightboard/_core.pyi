"""The native module: typed face of crates/py. Private; import from the package instead."""

from collections.abc import Iterator, Sequence
from os import PathLike
from typing import Any, Literal, Self, final

from numpy.typing import NDArray
from typing_extensions import Buffer

from lightboard.log.models.nodes import Node

__version__: str

def arrow_table(columns: Sequence[tuple[str, Literal["text", "int", "float"], Sequence[object]]]) -> object:
    """Capsule of an Arrow C stream of one table: name, type and items of each column, None for null."""

def audit_file(path: str | bytes | PathLike[str], budget: float) -> str:
    """Read an event file for the doctor; tell what it holds as JSON (`spec/doctor.md`, Facts).

    Reading stops after `budget` seconds. Raises OSError if the file cannot be read or is no regular file.
    """

def recover_file(path: str | bytes | PathLike[str], to: str | bytes | PathLike[str]) -> str:
    """Write what can be read of an event file to the new file `to`; account for it in JSON (`spec/doctor.md`).

    Raises OSError if a file cannot be read or written, or if `to` exists; then nothing is left of it.
    """

def kinds() -> list[str]:
    """List the words for all kinds of series."""

def check_picture(format: str, width: int, height: int, channels: int) -> None:
    """Raise ValueError if the format ("png", "jpeg") is unknown or has no room for such a picture."""

def check_video(format: str, shape: Sequence[int]) -> None:
    """Raise ValueError likewise, for videos ("gif", "webp") of this shape (see `Writer.add_image`)."""

def check_sound(format: str, frames: int, sample_rate: int) -> None:
    """Raise ValueError likewise, for sounds ("wav", "flac")."""

class UnavailableError(OSError):
    """A value cannot be had now: `code` is the one that POST /api/values/read has for it."""

    code: str

@final
class Column(Buffer):
    """Items of Rust's in the machine's byte order, for `numpy.frombuffer`: nothing is copied. Read-only."""

@final
class EventReader:
    """Reads one event file into columns, window by window. Reads no file itself; safe to use from any thread."""

    def __new__(cls) -> Self: ...
    @property
    def offset(self) -> int:
        """Where in the file the next window must start."""

    def feed(self, window: bytes, at_end: bool) -> int:
        """Read the file's bytes from `offset` on; `at_end` says that they reach its end.

        Returns the bytes that the next window must have at least if it does not reach the file's end; 0 when the end
        was reached. Then more may be fed when the file has grown.
        """

    @property
    def records(self) -> int:
        """Whole records with right checksums."""

    @property
    def file_version(self) -> str | None:
        """The first version that an event states."""

    @property
    def source_writer(self) -> str | None:
        """The first program that an event names."""

    def series(self) -> list[tuple[str, str, str, int, bytes, bytes, bytes]]:
        """Per series: tag, kind, plugin name, values left out; steps (int64), wall times and values (float64)."""

    def damage(self) -> list[tuple[str, int, int, str]]:
        """Per range that holds no readable record: code, offset, length, message."""

    def tail(self) -> tuple[str, int, int, str] | None:
        """Describe the file's end likewise, where data may still come. None if it ends after a whole record."""

@final
class Index:
    """Finds the runs below some log directories, follows their event files and answers queries.

    A thread of its own polls the file system; every method may be called from any thread and releases the
    interpreter while it works. Answers are complete bodies as specified in spec/api.md and spec/columns.md.
    """

    def __new__(
        cls,
        logdirs: Sequence[tuple[str, str]],
        *,
        poll_secs: float = 0.1,
        cache_dir: str | None = None,
        max_memory: int = 1 << 30,
    ) -> Self:
        """Start to follow `logdirs`, pairs of (name, absolute path). A path need not exist yet.

        What is read is kept below `cache_dir` for the next time (spec/index.md), unless it is None. Points leave memory
        for segments there, or else in the folder for temporary files, long before the process takes `max_memory` bytes.
        Of equal names the later ones get a number: `runs`, `runs (2)`. Raises OSError when no threads can be started.
        """

    @property
    def version(self) -> int:
        """Grows by one with every published change; 0 until the first walk has been published."""

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""

    def refresh(self, timeout_secs: float | None = None) -> bool:
        """Block until everything was read that is on disk now; whether the time sufficed.

        Also ends when the index fails (the log directories' states say so) or is closed (False), and by a signal whose
        handler raises.
        """

    def wait(self, version: int, timeout_secs: float) -> int:
        """Block until the version is above `version`, the time is over or the index closed; return the version then.

        A signal does not end it: call it in a thread that is not the main one, or with short times.
        """

    def changes(self, since: int) -> tuple[int, bytes]:
        """Tell what changed after version `since`: the version now, JSON body of one `change` event (spec/api.md)."""

    def runs(self) -> bytes:
        """JSON body of GET /api/runs."""

    def tags(self) -> bytes:
        """JSON body of GET /api/tags."""

    def hparams(self) -> bytes:
        """JSON body of GET /api/hparams."""

    def run_hparams(self, run: str) -> dict[str, float | str | bool]:
        """Give the hyper-parameters of the run with this id, as GET /api/hparams has them, numbers as numbers.

        Empty if it has none. Raises UnavailableError if they cannot be read.
        """

    def series(self, *, tag: str | None = None, runs: Sequence[str] | None = None) -> bytes:
        """JSON that lists the series of one tag or all, of the runs with these ids or all.

        `{"version": 17, "series": [{"run", "tag", "kind", "count", "last_step", "last_wall_time", "last_value"}],
        "incomplete": [run]}`; `last_value` of scalars only. Numbers that JSON has not are text, as in spec/api.md.
        Waits for files whose cache is damaged, half a minute at most; `incomplete` names the runs that still lack some.
        """

    def columns(
        self, run: str, tag: str, *, attempts: Literal["latest", "all"] = "all"
    ) -> tuple[Column, Column, Column, Column]:
        """Give the points of a scalar series: attempts (int32), steps (int64), wall times and values (float64).

        With "latest" those are left out that a later attempt superseded (spec/api.md).

        Raises KeyError if there is no such series, OSError if its cache is damaged and its files are not read anew yet.
        """

    def arrow_points(
        self, series: Sequence[tuple[str, str, str]], *, attempts: Literal["latest", "all"] = "all"
    ) -> object:
        """Capsule of an Arrow C stream of the points of some scalar series: run id, name to show, tag of each."""

    def scalars(
        self,
        tags: Sequence[str],
        *,
        runs: Sequence[str] | None,
        axis: Literal["step", "relative", "wall"],
        x_min: float | None,
        x_max: float | None,
        width: int,
        smoothing: tuple[Literal["ema", "gaussian", "mean"], float] | None,
        attempts: Literal["latest", "all"] = "latest",
        baseline: tuple[str, Literal["difference", "ratio"]] | None = None,
        quantiles: bool = False,
    ) -> bytes:
        """Column frame of POST /api/scalars. `runs=None` means every run; unknown ids are left out.

        Of runs that its header calls `incomplete` points are missing until their files are read anew: the cache is
        damaged. So with `groups` and `table`.
        `smoothing` is a kind with its weight, sigma or window; `baseline` the id of a run that curves are compared
        with, and how. Raises ValueError for a width of 0, an amount of
        smoothing out of range, or edges that are not finite or not in order.
        """

    def groups(
        self,
        tags: Sequence[str],
        groups: Sequence[tuple[str, Sequence[str]]],
        *,
        axis: Literal["step", "relative", "wall"],
        x_min: float | None,
        x_max: float | None,
        width: int,
        smoothing: tuple[Literal["ema", "gaussian", "mean"], float] | None,
        alignment: Literal["exact", "interpolate"] | None,
        baseline: tuple[str, Literal["difference", "ratio"]] | None = None,
    ) -> bytes:
        """Column frame of POST /api/groups. A group is a name and the ids of its runs; unknown ones are left out.

        Raises ValueError as `scalars` does, and for groups with more points than can be brought together.
        """

    def table(self, tags: Sequence[str], *, runs: Sequence[str] | None, at_step: int | None) -> bytes:
        """Column frame of POST /api/table. `runs=None` means every run; unknown ids are left out."""

    def values(
        self, tag: str, kind: str, *, runs: Sequence[str] | None, attempts: Literal["latest", "all"] = "all"
    ) -> bytes:
        """Column frame of POST /api/values. `runs=None` means every run; unknown ids are left out.

        Raises ValueError for a kind that is none or is `scalar`, UnavailableError when there are too many values.
        """

    def reduce(self, run: str, tag: str) -> str | None:
        """Tell how the scalars of this tag are to be brought together with those of other ranks, if it is said."""

    def described(self, run: str, tag: str, kind: str) -> tuple[str, str, str]:
        """Plugin name, display name and description of a series of any kind, as its event file has them now.

        Each is empty if nothing is said, or the file is gone. Raises ValueError for a kind that is none.
        """

    def read_values(
        self, run: str, tag: str, kind: str, values: Sequence[tuple[str, int, int]], *, with_files: bool
    ) -> bytes:
        """Column frame of POST /api/values/read: a file's id, offset and index for each value.

        `with_files` puts images, sounds and graphs into the column `byte`; each of their items then has `start`. Raises
        UnavailableError when there is no such run.
        """

    def value_file(
        self, run: str, tag: str, kind: str, value: tuple[str, int, int], item: int
    ) -> tuple[str | None, bytes]:
        """Media type, if browsers may be shown it, and bytes of one file out of a value. Raises UnavailableError."""

    def close(self) -> None:
        """Stop polling and release the files. Queries go on answering from what was read."""

def list_caches(cache_dir: str) -> bytes:
    """List what indexes keep below `cache_dir`, as JSON; the cache that was used last comes first.

    Returns `{"caches": [{"logdir", "folder", "bytes", "last_used", "in_use"}]}`: `logdir` is null if it cannot be told,
    `last_used` is in seconds since 1970.
    """

def clear_caches(cache_dir: str, logdir: str | None = None) -> bytes:
    """Remove all caches below `cache_dir`, or that of `logdir`. Those that a board has open stay.

    Returns `{"removed": […], "in_use": […]}` as JSON, each cache as it was listed. Raises OSError if one cannot be
    removed.
    """

_Setting = bool | float | str

def watch_forks() -> None:
    """Notice forks from here on: writers of the parent become unusable in a child, and its own write through."""

def frame(payload: bytes) -> bytes:
    """Make a record of `payload`: its length, the payload, and a checksum of each (spec/events.md, Records)."""

def default_edges() -> list[float]:
    """List the edges between which `add_histogram` counts unless it is told otherwise."""

def to_float32(array: NDArray[Any]) -> bytes:
    """Convert the numbers of an array as `lightboard.log.arrays.lent_array` returns to float32."""

@final
class Writer:
    """Writes the event files of one run and its sub-runs; file 0 is the run's own.

    Safe to use from any thread. A writer that was made before a fork is unusable in the child and does nothing there.

    The methods `add_…` but `add_file` add one record to what is pending. They return 0: taken; 1: taken, and there are
    reports; 3: not taken, since the writer is unusable. The two `add_plain_…` take anything, and return 2 if they did
    nothing, since an argument is no plain str, number or bool, or too large.
    """

    def __new__(
        cls,
        directory: str,
        suffix: str,
        purge_step: int | None,
        delay_secs: float,
        counters: dict[str, Iterator[int]],
    ) -> Self:
        """Make an event file in `directory`, which must exist. OSError, with errno and path, if that fails.

        `counters` is where `add_plain_scalar` finds the step of a tag that is given none.
        """

    @property
    def path(self) -> str:
        """Path of file 0 when it was made."""

    @property
    def is_usable(self) -> bool:
        """Not closed, and made by this process."""

    @property
    def is_closed(self) -> bool:
        """Closed by this process."""

    @property
    def is_write_through(self) -> bool:
        """Whether each record is handed over at once, since this process may end without another word."""

    def add_file(self, directory: str) -> int:
        """Make another event file in `directory` and return its id. OSError as above; EBADF if unusable."""

    def add_plain_scalar(
        self,
        tag: object,
        value: object,
        step: object,
        wall_time: object,
        new_style: object,
        double_precision: object,
        display_name: object,
        description: object,
    ) -> int:
        """Add to file 0 what `SummaryWriter.add_scalar` is given, if there are no words among it.

        The first scalar of a tag without a step is not taken.
        """

    def add_plain_scalars(
        self, values: object, step: object, wall_time: object, counter: Iterator[int]
    ) -> int:
        """Add to file 0 several scalars in one record; `values` is to be a plain dict.

        Without a step it is the next one of `counter`, which is asked when nothing is refused any more.
        """

    def add_scalar(
        self,
        file: int,
        tag: str,
        value: float,
        step: int,
        wall_time: float | None,
        new_style: bool,
        double_precision: bool,
    ) -> int:
        """Add a scalar. The `wall_time` of None is now, here and below."""

    def add_graph(self, file: int, nodes: Sequence[Node], wall_time: float | None) -> int:
        """Add the graph of the run, with step 0."""

    def add_run_metadata(self, file: int, tag: str, device: str, wall_time: float | None) -> int:
        """Add what a run of the graph took on `device`: nothing that is known. With step 0."""

    def add_described_scalar(
        self,
        file: int,
        tag: str,
        value: float,
        display_name: str,
        description: str,
        reduce: str | None,
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add a scalar with what to show for its tag, and a description, either of which may be empty.

        `reduce` says how series of several ranks are to be brought together; ValueError if it is no word for that.
        """

    def add_scalars(
        self, file: int, values: Sequence[tuple[str, float]], step: int, wall_time: float | None
    ) -> int:
        """Add several scalars in one record: tag and value of each."""

    def add_text(self, file: int, tag: str, text: str, step: int, wall_time: float | None) -> int:
        """Add a text."""

    def add_histogram(
        self,
        file: int,
        tag: str,
        values: NDArray[Any],
        counted: tuple[NDArray[Any], NDArray[Any]] | None,
        max_bins: int | None,
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add a histogram of `values`, an array as `lightboard.log.arrays.lent_array` returns.

        `counted` are edges and counts (float64) in place of those that this finds; neighbours are added up to come near
        `max_bins` buckets.
        """

    def add_histogram_raw(
        self,
        file: int,
        tag: str,
        moments: Sequence[float],
        limits: NDArray[Any],
        counts: NDArray[Any],
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add a histogram as it is: smallest, largest, number, sum and sum of squares; limits and counts (float64)."""

    def add_tensor(
        self,
        file: int,
        tag: str,
        data_type: int,
        shape: Sequence[int],
        elements: NDArray[Any],
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add a tensor of the type with this number (spec/events.md, Tensors); `elements` lie anywhere in memory."""

    def add_pr_curve(
        self, file: int, tag: str, thresholds: int, rows: NDArray[Any], step: int, wall_time: float | None
    ) -> int:
        """Add a precision-recall curve; `rows` (float32) are its six rows one behind the other."""

    def add_mesh(
        self,
        file: int,
        tag: str,
        parts: tuple[NDArray[Any], NDArray[Any] | None, NDArray[Any] | None],
        config: str,
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add meshes: vertices, faces and colours (real numbers, of three dimensions), which are written as float32."""

    def add_image(
        self,
        file: int,
        tag: str,
        pixels: NDArray[Any],
        boxes: Sequence[tuple[int, int, int, int, str | None]],
        size: tuple[int, int] | None,
        format: str,
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add a picture with boxes (left, top, right, bottom, label) drawn into it, then brought to `size`.

        `pixels` are an array as `lightboard.log.arrays.lent_array` returns, of five dimensions: batch, frames (one),
        channels, height and width. They are copied, and encoded in a thread of their own, as those of videos and sounds
        are. What `check_picture` does not raise for can be encoded.
        """

    def add_video(
        self,
        file: int,
        tag: str,
        pixels: NDArray[Any],
        fps: float,
        format: str,
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add a batch of videos side by side; `pixels` as for `add_image`, with any number of frames."""

    def add_audio(
        self,
        file: int,
        tag: str,
        samples: NDArray[Any],
        sample_rate: int,
        format: str,
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add a sound: an array as `lightboard.log.arrays.lent_array` returns, of frames and 1 or 2 channels.

        Integers of 16 bits are samples as they are; of other numbers, -1 to 1 are.
        """

    def add_embedding(
        self,
        file: int,
        tag: str,
        directory: str,
        folder: str,
        name: str,
        points: NDArray[Any],
        labels: str | None,
        pictures: NDArray[Any] | None,
    ) -> int:
        """Have the files of an embedding written into `folder` in the run's `directory`, and their configuration.

        `points` are an array as `lightboard.log.arrays.lent_array` returns, of two dimensions; `labels` are the lines
        of a file, and `pictures` as for `add_image`, one for each point.
        """

    def add_experiment(
        self,
        file: int,
        hparams: Sequence[tuple[str, _Setting, Sequence[_Setting] | None]],
        metrics: Sequence[str],
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add what is tried (name, a setting that tells the type, perhaps all settings) and the tags to judge it by."""

    def add_session_start(
        self,
        file: int,
        hparams: Sequence[tuple[str, _Setting]],
        start_time: float,
        step: int,
        wall_time: float | None,
    ) -> int:
        """Add the settings that the run tries, and when it began in seconds since 1970, 0 if that is not to be told."""

    def add_known(self, file: int, hparams: Sequence[tuple[str, _Setting]]) -> int:
        """Add what is known of a session before its start is added."""

    def add_session_end(
        self, file: int, succeeded: bool, end_time: float, step: int, wall_time: float | None
    ) -> int:
        """Add how the run went, and when it ended, as for its start."""

    def add_layout(
        self,
        file: int,
        categories: Sequence[tuple[str, Sequence[tuple[str, bool, Sequence[str]]]]],
        wall_time: float | None,
    ) -> int:
        """Add a layout of custom charts: each category's title and charts; a chart's title, if it is a margin, tags."""

    def add_event(self, file: int, event: bytes) -> int:
        """Add an event that is encoded already."""

    def add_summary(self, file: int, summary: bytes, step: int, wall_time: float | None) -> int:
        """Add a summary that is encoded already."""

    def add_encoded_graph(self, file: int, graph: bytes, wall_time: float | None) -> int:
        """Add a graph that is encoded already, with step 0."""

    def add_encoded_run_metadata(
        self, file: int, tag: str, run_metadata: bytes, wall_time: float | None
    ) -> int:
        """Add what a run of the graph took, which is encoded already, with step 0."""

    def flush(self) -> None:
        """Return when all that was added is with the operating system, or could not be written: see `reports`."""

    def write_through(self) -> None:
        """Flush, and flush after every record from now on."""

    def close(self) -> None:
        """Flush, end the background thread, close the files. Repeatable."""

    def reports(self) -> list[tuple[int | None, str, str]]:
        """Take what there is to tell: errno (None for a notice), path, message."""
