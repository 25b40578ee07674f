"""`FileWriter`: for programs that make events and summaries themselves, by protobuf's classes."""

import os
import time
from typing import Any, Protocol

from lightboard.log import directory
from lightboard.log.files import Files, NumbersCall
from lightboard.log.numbers import describe, plain_float, plain_step, plain_tag, plain_wall_time


class Message(Protocol):
    """A message of protobuf, whoever made its class."""

    def SerializeToString(self) -> bytes:
        """Return the message's bytes."""


class FileWriter:
    """Writes events into one event file of a run: that of a `SummaryWriter`, or one of its own.

    A drop-in for `torch.utils.tensorboard.FileWriter`. What it writes joins what the writer logs, in the order of the
    calls.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
        *,
        logdir: str | os.PathLike[str] | None = None,
    ) -> None:
        """Make the directory and an event file in it; the arguments are those of `SummaryWriter`.

        `log_dir`, or tensorboardX's name for it, is to be given.

        Raises:
            OSError, TypeError, ValueError: As for `SummaryWriter`.
        """
        del max_queue  # What is pending is bounded by bytes.
        suffix = directory.file_name_end(plain_tag(filename_suffix, "filename_suffix"), "filename_suffix")
        delay = max(0.0, plain_float(flush_secs, "flush_secs"))
        if not (log_dir or logdir):
            raise ValueError(
                "log_dir: expected the directory that the event file goes into, found none. Give one."
            )
        path = directory.resolve(log_dir or logdir or "")
        self._files = Files(
            path, suffix=suffix, purge_step=None, flush_secs=delay, on_error="warn", counters={}
        )
        self._sub_run: str | None = None

    @classmethod
    def of(cls, files: Files, sub_run: str | None) -> "FileWriter":
        """Return a writer of the run's file, or of that of the sub-run in the directory `sub_run`."""
        self = cls.__new__(cls)
        self._files, self._sub_run = files, sub_run
        return self

    def get_logdir(self) -> str:
        """Return the absolute path of the directory that the event file is in."""
        return self._files.path if self._sub_run is None else self._sub_run

    def add_event(self, event: Any, step: Any = None, walltime: float | None = None) -> None:
        """Write an event. Its wall time is set, and its step if one is given, in the caller's own message.

        Args:
            event: An `Event` of TensorBoard's, TensorFlow's or tensorboardX's classes.
            step: As for `SummaryWriter.add_scalar`; `None` leaves the step that the event has.
            walltime: Seconds since 1970; `None` is now.

        Raises:
            TypeError: It is no event; step or wall time is no number.
            OSError: The event file cannot be opened.
        """
        _encoded(event, "event")
        if not (hasattr(event, "wall_time") and hasattr(event, "step")):
            raise TypeError(f"event: expected an Event, found {describe(event)}.")
        event.wall_time = time.time() if walltime is None else plain_float(walltime, "walltime")
        if step is not None:
            event.step = plain_step(step, "step")[0]
        encoded = event.SerializeToString()
        self._record_in_order(encoded, lambda _, core, file: core.add_event(file, encoded))

    def add_summary(self, summary: Message, global_step: Any = None, walltime: float | None = None) -> None:
        """Write an event that holds a summary.

        Args:
            summary: A `Summary` of TensorBoard's, TensorFlow's or tensorboardX's classes.
            global_step: As for `SummaryWriter.add_scalar`; `None` reads as 0.
            walltime: Seconds since 1970; `None` is now.

        Raises:
            TypeError: It is no message; step or wall time is no number.
            OSError: The event file cannot be opened.
        """
        encoded = _encoded(summary, "summary")
        step = 0 if global_step is None else plain_step(global_step, "global_step")[0]
        wall_time = plain_wall_time(walltime)
        if wall_time is None:
            wall_time = time.time()
        self._record_in_order(encoded, lambda _, core, file: core.add_summary(file, encoded, step, wall_time))

    def add_graph(self, graph_profile: tuple[Message, Message], walltime: float | None = None) -> None:
        """Write a graph, and what a run of it took under the tag `step1`.

        Args:
            graph_profile: A `GraphDef` and a `RunMetadata`, of any library's classes.
            walltime: Seconds since 1970; `None` is now.

        Raises:
            TypeError: They are no messages; the wall time is no number.
            OSError: The event file cannot be opened.
        """
        graph, run_metadata = (_encoded(message, "graph_profile") for message in graph_profile)
        wall_time = plain_wall_time(walltime)
        self._files.record(
            self._sub_run,
            lambda core, file: core.add_encoded_graph(file, graph, wall_time),
            lambda core, file: core.add_encoded_run_metadata(file, "step1", run_metadata, wall_time),
        )

    def add_onnx_graph(self, graph: Message, walltime: float | None = None) -> None:
        """Write a graph.

        Args:
            graph: A `GraphDef`, of any library's class.
            walltime: Seconds since 1970; `None` is now.

        Raises:
            TypeError: It is no message; the wall time is no number.
            OSError: The event file cannot be opened.
        """
        encoded, wall_time = _encoded(graph, "graph"), plain_wall_time(walltime)
        self._files.record(self._sub_run, lambda core, file: core.add_encoded_graph(file, encoded, wall_time))

    add_openvino_graph = add_onnx_graph

    def _record_in_order(self, encoded: bytes, call: NumbersCall) -> None:
        # Behind scalars that a device is computing: they may be of the same tags.
        self._files.record_numbers([(self._sub_run, [], call)], len(encoded))

    def flush(self) -> None:
        """Return when everything written before is with the operating system: see `SummaryWriter.flush`."""
        self._files.flush()

    def close(self) -> None:
        """Flush and close the event files, those of sub-runs too. Repeatable; writing after it opens new files."""
        self._files.close()

    def reopen(self) -> None:
        """Open a new event file if this one is closed; else do nothing."""
        with self._files.lock():
            if not self._files.core.is_usable:
                self._files.open(None)


def _encoded(message: object, what: str) -> bytes:
    encode = getattr(message, "SerializeToString", None)
    if not callable(encode):
        raise TypeError(f"{what}: expected a message of protobuf, found {describe(message)}.")
    encoded: bytes = encode()
    return encoded
