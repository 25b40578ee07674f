"""Logs what the machine is doing, from a thread of its own, as long as a writer is open."""

import os
import threading
import time
import weakref

from lightboard.log.files import UNUSABLE, Files
from lightboard.log.machine import Machine
from lightboard.log.numbers import plain_float, unwrapped

EVERY_SECS = 10.0

# For how long `stop` waits for a reading that hangs, as drivers may.
PATIENCE_SECS = 1.0


def seconds_between(system_metrics: bool | float) -> float | None:
    """Return how many seconds lie between two samples as `SummaryWriter` is told; None for no samples.

    Raises:
        TypeError, ValueError: it is told neither a bool nor a number of at least 1.
    """
    given = None if system_metrics is None else unwrapped(system_metrics, "system_metrics")
    if isinstance(given, bool) or given is None:
        return EVERY_SECS if given else None
    every = plain_float(system_metrics, "system_metrics")
    if not 1 <= every <= threading.TIMEOUT_MAX:
        raise ValueError(f"system_metrics: expected True, False or at least 1 second, found {every}.")
    return every


class SystemMetrics:
    """The thread that logs a writer's samples; a forked child has none.

    It ends with `stop`, and with the files it logs into, which it does not keep alive. It leaves reports to the
    program's own calls.
    """

    def __init__(self, files: Files, every_secs: float) -> None:
        """Log the first sample, and start."""
        self._pid = os.getpid()
        self._stop = threading.Event()
        self._began = time.monotonic()
        self._machine = Machine(files.path)
        self._sample(files)
        self._thread = threading.Thread(
            target=self._run,
            args=(weakref.ref(files), every_secs),
            name="lightboard system metrics",
            daemon=True,
        )
        self._thread.start()
        weakref.finalize(files, self._tell_to_stop).atexit = False

    def stop(self) -> None:
        """Log no more samples."""
        if self._tell_to_stop():
            self._thread.join(PATIENCE_SECS)

    def _tell_to_stop(self) -> bool:
        here = (
            os.getpid() == self._pid
        )  # In a forked child the thread is not there, and may have held the event's lock.
        if here:
            self._stop.set()
        return here

    def _run(self, files: weakref.ref[Files], every_secs: float) -> None:
        due = self._began
        while True:
            due += every_secs
            if due <= (now := time.monotonic()):
                due = now + every_secs  # Not at once: rates over next to no time say nothing.
            if self._stop.wait(due - time.monotonic()):
                return
            written_to = files()
            if written_to is None or not self._sample(written_to):
                return
            del written_to

    def _sample(self, files: Files) -> bool:
        values = list(self._machine.sample().items())
        return files.core.add_scalars(0, values, round(time.monotonic() - self._began), None) != UNUSABLE
