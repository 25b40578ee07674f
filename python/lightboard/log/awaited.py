"""Scalars that wait for a device, or behind others that do: logged by a thread, in the order of the calls."""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, cast

from lightboard.log.device import Coming, Number
from lightboard.log.notices import warn

# Bytes that a writer's calls may take while they wait for the device; the next one waits, as it would for the number.
CAPACITY = 8 << 20

# About as many does a call take, a number in it, and one that is still to come: its tensor and event, and what the
# driver pins for it.
CALL_BYTES, NUMBER_BYTES, COMING_BYTES = 300, 100, 2048

# After how long without a number a call that waits for room says so.
SAID_AFTER_SECS = 5.0

# How long `settle` waits for a device from which no number comes.
PATIENCE_SECS = 60.0

# How long the thread waits for another call before it ends.
IDLE_SECS = 10.0

# What a forked child inherits is kept for ever: to free it would take the driver, which does not survive a fork.
_inherited: list[object] = []


# errno, path and message, as the native writer reports.
Report = tuple[int | None, str, str]

# By their tags.
Numbers = Sequence[tuple[str, float]]
NumbersToCome = Sequence[tuple[str, Number]]

# Writes numbers, and returns what became of them, as the native writer does.
Write = Callable[[Numbers], int]


class _Call(NamedTuple):
    numbers: NumbersToCome
    write: Write
    bytes: int


def _bytes_of(numbers: NumbersToCome) -> int:
    return CALL_BYTES + sum(
        sys.getsizeof(tag) + (COMING_BYTES if isinstance(number, Coming) else NUMBER_BYTES)
        for tag, number in numbers
    )


class Awaited:
    """The scalars of one writer from the first on that is still to come, in the order of the calls.

    A thread waits for the numbers and writes them; it leaves what there is to say to the program's next call. Where no
    thread can be had, as in an exit hook, the call waits itself. A forked child has none: they are its parent's.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._changed = threading.Condition()
        self._finishing = threading.RLock()
        self._thread: threading.Thread | None = None
        self._calls: deque[_Call] = deque()
        self._taken = self._done = self._bytes = 0
        self._has_waited = self._has_lost = self._are_others_reported = False
        self._reports: list[Report] = []

    @property
    def has_reports(self) -> bool:
        """Whether there is something to say, here or by the native writer."""
        is_any = bool(self._reports) or self._are_others_reported
        return is_any and self._pid == os.getpid()  # A forked child leaves its parent's to that.

    @property
    def is_waiting(self) -> bool:
        """Whether a number is still to be written."""
        return bool(self._calls)

    def record(self, numbers: NumbersToCome, write: Write, divert: Callable[[], None], size: int = 0) -> int:
        """Call `write` with the numbers when they are there and all calls before are written; at once, if they are.

        `size` is how many bytes `write` holds besides.
        Returns what `write` did if it was called. `divert` is to see to it that scalars which follow come here too, if
        `is_waiting`. It is called by the program's threads only, and without a lock: it takes one under which a signal
        handler of the program may come here.
        """
        is_coming = any(isinstance(number, Coming) for _, number in numbers)
        if (is_coming or self._calls) and self._pid != os.getpid():
            _inherited.append(self.__dict__.copy())
            self._begin()
        if not is_coming and not self._calls:
            divert()
            return write(cast(Numbers, numbers))
        call = _Call(numbers, write, size + _bytes_of(numbers))
        while not self._has_room(call.bytes):
            if not self._has_waited:
                self._has_waited = True
                warn(
                    f"{len(self._calls)} calls wait for numbers that the device has not computed yet; no more are "
                    "taken until it has. Log less often, or see what keeps the device."
                )
        with self._changed:
            has_thread = self._has_thread()
            self._calls.append(call)
            self._taken += 1
            self._bytes += call.bytes
            self._changed.notify_all()
        divert()
        if not has_thread:
            self._finish_all()
        return 0

    def _has_thread(self) -> bool:
        """Whether a thread finishes the calls; it is started if need be."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="lightboard device", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # None can be had.
                self._thread = None
        return self._thread is not None

    def _has_room(self, wanted: int) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._calls or self._bytes + wanted <= CAPACITY, SAID_AFTER_SECS
            )

    def settle(self, *, is_last: bool) -> None:
        """Return when all that was recorded is written; bounded. With `is_last`, drop what is not by then.

        Where no thread can be had, waits as long as the device takes.
        """
        if self._pid != os.getpid():
            return
        with self._changed:
            until = self._taken
            is_served = self._done == until or self._has_thread()
        if not is_served:
            self._finish_all()
        with self._changed:
            while (done := self._done) < until:
                if not self._changed.wait_for(partial(self._is_past, done), PATIENCE_SECS):
                    self._say_waited(is_last)
                    return

    def _say_waited(self, is_last: bool) -> None:
        after = f"the device has computed nothing for {PATIENCE_SECS:.0f} s"
        if is_last:
            self._say(f"{len(self._calls)} calls are lost: {after}.")
            self._done += len(self._calls)
            self._calls.clear()
            self._bytes = 0
            self._changed.notify_all()
        else:
            self._say(f"{len(self._calls)} calls are not logged yet: {after}. They are when it has.")

    def _say(self, message: str, number: int | None = None, path: str = "") -> None:
        with self._changed:
            self._reports.append((number, path, message))

    def _is_past(self, done: int) -> bool:
        return self._done > done

    def reports(self) -> list[Report]:
        """Take what there is to say here: errno, path and message of each."""
        if self._pid != os.getpid():
            return []
        with self._changed:
            self._are_others_reported = False
            reports, self._reports = self._reports, []
        return reports

    def _run(self) -> None:
        while self._is_called():
            try:
                self._finish_next()
            except BaseException as error:  # Not even that may end what all later calls wait for.
                self._say(f"a call is lost: expected a number of the device, found {error!r:.300}.")

    def _is_called(self) -> bool:
        """Wait for a call; False if none comes, or another thread has taken the place of this one."""
        with self._changed:
            is_called = bool(self._changed.wait_for(lambda: self._calls, IDLE_SECS))
            is_current = self._thread is threading.current_thread()
            if is_current and not is_called:
                self._thread = None
            return is_called and is_current

    def _finish_all(self) -> None:
        while self._calls:
            self._finish_next()

    def _finish_next(self) -> None:
        with self._finishing:
            with self._changed:
                call = self._calls[0] if self._calls else None
            if call is not None:
                self._finish(call)

    def _finish(self, call: _Call) -> None:
        numbers = []
        try:
            for tag, number in call.numbers:
                try:
                    numbers.append((tag, number.wait() if isinstance(number, Coming) else number))
                except Exception as error:  # Whatever a driver raises.
                    self._lose(tag, error)
            if self._is_next(call) and (numbers or not call.numbers) and call.write(numbers):
                self._are_others_reported = True
        except OSError as error:
            path = os.fsdecode(error.filename or "")
            message = f"{path}: {error.strerror} What is logged there meanwhile is lost."
            self._say(message, error.errno, path)
        except Exception as error:  # A warning, where those are errors.
            self._say(str(error))
        finally:
            with self._changed:
                if self._is_next(call):
                    self._bytes -= self._calls.popleft().bytes
                    self._done += 1
                self._changed.notify_all()

    def _is_next(self, call: _Call) -> bool:
        """Whether it is still to be written."""
        with self._changed:
            return bool(self._calls) and self._calls[0] is call

    def _lose(self, tag: str, error: Exception) -> None:
        if not self._has_lost:
            self._has_lost = True
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            self._say(
                f"the number of tag {tag!r:.200} is lost, since the device failed: {reason:.300} Others that it "
                "fails to compute are left out without another warning."
            )
