"""Logs what the machine is doing, from a thread of its own, as long as a writer is open."""

import os
import threading
import time
import weakref
from itertools import chain, repeat

from lightboard.log.files import UNUSABLE, Files
from lightboard.log.machine import Machine
from lightboard.log.numbers import plain_float, unwrapped

EVERY_SECS = 10.0

# When rates are there for the first time: a run may be over before the next sample.
SOON_SECS = 1.0

# For how long `stop` waits for a reading that hangs, as drivers may.
PATIENCE_SECS = 5.0


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
        """Start: with a sample at once, and one more soon."""
        self._pid = os.getpid()
        self._stop = threading.Event()
        self._began = time.monotonic()
        self._last_step = -1
        self._thread = threading.Thread(
            target=self._run,
            args=(weakref.ref(files), files.path, every_secs),
            name="lightboard system metrics",
            daemon=True,
        )
        self._thread.start()
        weakref.finalize(files, self._tell_to_stop).atexit = False

    def stop(self) -> None:
        """Log a last sample, if some time has passed since the one before."""
        if self._tell_to_stop():
            self._thread.join(PATIENCE_SECS)

    def _tell_to_stop(self) -> bool:
        # In a forked child the thread is not there, and may have held the event's lock.
        here = os.getpid() == self._pid
        if here:
            self._stop.set()
        return here

    def _run(self, files: weakref.ref[Files], path: str, every_secs: float) -> None:
        self._machine = Machine(path)
        soon = [SOON_SECS, every_secs - SOON_SECS] if every_secs > SOON_SECS else []
        due = self._began
        for gap in chain([0.0], soon, repeat(every_secs)):
            due += gap
            if gap and due <= (now := time.monotonic()):
                due = now + gap  # Not at once: rates over next to no time say nothing.
            is_last = self._stop.wait(max(0.0, due - time.monotonic())) and gap > 0
            written_to = files()
            if written_to is None or not self._sample(written_to) or is_last:
                return
            del written_to

    def _sample(self, files: Files) -> bool:
        step = round(time.monotonic() - self._began)
        if step == self._last_step:
            return True
        self._last_step = step
        values = list(self._machine.sample().items())
        # Straight to the core: settings that are held back wait for those of `config`, however late it is called.
        return files.core.add_scalars(0, values, step, None) != UNUSABLE
