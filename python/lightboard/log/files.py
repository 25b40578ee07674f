"""The event files of one writer, in the process that logs: opened, reopened, and handed over when the process ends."""

import atexit
import errno
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Literal, Never, cast

from lightboard._core import Writer, watch_forks
from lightboard.log import directory
from lightboard.log.awaited import Awaited, Numbers, NumbersToCome
from lightboard.log.last_steps import last_steps
from lightboard.log.locks import ProcessLock
from lightboard.log.notices import warn, warn_of_all

OnError = Literal["warn", "raise"]

# What adding a record returns (_core.pyi); 0 is all well.
TAKEN_WITH_REPORTS, NOT_PLAIN, UNUSABLE = 1, 2, 3

# Adds a record to the file with this id of a native writer, and returns one of these.
Call = Callable[[Writer, int], int]

# Adds a record of numbers likewise.
NumbersCall = Callable[[Numbers, Writer, int], int]

_live: weakref.WeakSet["Files"] = weakref.WeakSet()


class Held:
    """What adds a record that is to stand before the next one. It is for the process to add that it was put in by."""

    def __init__(self) -> None:
        # At most one, with its process; a list, since only one of several threads can pop it.
        self._calls: list[tuple[Call, int]] = []

    @property
    def is_any(self) -> bool:
        """Whether there is one, in whatever process it is to be added."""
        return bool(self._calls)

    @property
    def is_here(self) -> bool:
        """Whether there is one to add in this process."""
        return any(process == os.getpid() for _, process in self._calls)

    def put(self, call: Call) -> None:
        """Hold `call` in place of the one before."""
        self._calls[:] = [(call, os.getpid())]

    def take(self) -> Call | None:
        """Return what adds the record, if this process is to, and hold none."""
        try:
            call, process = self._calls.pop()
        except IndexError:
            return None
        return call if process == os.getpid() else None


class Files:
    """One event file for the run and one for each sub-run, all served by one background thread.

    `core` is the native writer. It becomes unusable when it is closed, and in a forked child; `record` then opens
    another, with files of its own. `direct` is what scalars are tried on first, as they are given: `core`, or `ASIDE`
    while they need more than that (`divert`).
    """

    are_written = True

    def __init__(
        self,
        path: str,
        *,
        suffix: str,
        purge_step: int | None,
        flush_secs: float,
        on_error: OnError,
        counters: dict[str, Iterator[int]],
    ) -> None:
        self.path = path
        self.suffix = suffix
        self.delay_secs = flush_secs
        self.on_error = on_error
        self.counters = counters
        self.diversions: set[str] = set()
        self.awaited = Awaited()
        self.held = Held()
        self.paths: list[str] = []
        self.warned_of_reopening = False
        self.forget: list[Callable[[], object]] = []
        self._lock = ProcessLock()
        self.open(purge_step)

    def open(self, purge_step: int | None) -> None:
        """Make the directory and an event file in it; its header is on disk on return."""
        directory.make(self.path)
        try:
            core = Writer(self.path, self.suffix, purge_step, self.delay_secs, self.counters)
        except OSError as error:
            raise directory.explain(error, self.path) from None
        self.core = core
        self.direct = ASIDE if self.diversions else core
        self.paths.append(core.path)
        # One assignment, since the ids of one native writer are none of another's.
        self.opened: tuple[Writer, dict[str, int]] = core, {}
        _live.add(self)
        # What is to be done for the native writer before, which this one takes the place of.
        for forget in self.forget:
            forget()
        # Garbage collection; the end of the interpreter is seen to by _at_exit.
        collected = weakref.finalize(self, _finish, core, self.awaited, self.held)
        collected.atexit = False
        self.forget = [collected.detach]
        # A child of multiprocessing ends without the interpreter's exit hooks, but runs its own.
        util, process = sys.modules.get("multiprocessing.util"), sys.modules.get("multiprocessing.process")
        if util is not None and process is not None and process.parent_process() is not None:
            args = (core, self.awaited, self.held)
            self.forget.append(util.Finalize(self, _finish, args=args, exitpriority=0).cancel)

    def record(self, sub_run: str | None, *calls: Call) -> None:
        """Have each of `calls` add a record to the run's file, or to that of the sub-run: see `Recorder._record`."""
        # Its own loop, as `record_numbers` has: a list of callables for a common one takes as long as a small record.
        self.release()
        failures: dict[str, OSError] = {}
        has_reports = False
        for call in calls:
            try:
                has_reports |= self._add(sub_run, call) == TAKEN_WITH_REPORTS
            except OSError as error:
                failures[sub_run or self.path] = error
        if has_reports or failures or self.awaited.has_reports:
            self.tell(failures)

    def record_numbers(
        self, records: Sequence[tuple[str | None, NumbersToCome, NumbersCall]], size: int = 0
    ) -> None:
        """As `record`, each to the file of its sub-run, of numbers that may be still to come: their order is kept.

        `size` is how many bytes each of them holds besides.
        """
        self.release()
        failures: dict[str, OSError] = {}
        has_reports = False
        for sub_run, numbers, call in records:
            write = partial(self._add_numbers, sub_run, call)
            try:
                has_reports |= self.awaited.record(numbers, write, self._wait, size) == TAKEN_WITH_REPORTS
            except OSError as error:
                failures[sub_run or self.path] = error
        if has_reports or failures or self.awaited.has_reports:
            self.tell(failures)

    def _add_numbers(self, sub_run: str | None, call: NumbersCall, numbers: Numbers) -> int:
        return self._add(sub_run, partial(call, numbers))

    def _add(self, sub_run: str | None, call: Call) -> int:
        while True:
            try:
                if not self.core.is_usable:
                    self.reopen()
                core, sub_runs = self.opened
                file = 0 if sub_run is None else self.sub_run(core, sub_runs, sub_run)
            except OSError as error:
                if error.errno == errno.EBADF:
                    continue  # Another thread has closed the native writer meanwhile.
                raise
            code = call(core, file)
            if code != UNUSABLE:
                return code

    def sub_run(self, core: Writer, sub_runs: dict[str, int], path: str) -> int:
        """Return the id of the event file in the directory `path`, which is made on first use."""
        if path not in sub_runs:
            with self.lock():
                if path not in sub_runs:
                    directory.make(path)
                    try:
                        sub_runs[path] = core.add_file(path)
                    except OSError as error:
                        raise directory.explain(error, path) from None
        return sub_runs[path]

    def lock(self) -> threading.RLock:
        """Return the lock of these files in this process."""
        return self._lock.here()

    def reopen(self) -> None:
        """Open new files, since `core` is unusable."""
        with self.lock():
            if self.core.is_usable:
                return  # Another thread was faster.
            closed = self.core.is_closed
            self.open(None)
        if closed and not self.warned_of_reopening:
            self.warned_of_reopening = True
            warn(
                f"logging after close(): a new event file was opened, {self.core.path}. "
                "Close the writer only after the last record."
            )

    def divert(self, reason: str, is_needed: bool) -> None:
        """Have scalars take the way on which everything is looked at, or need that no longer for this `reason`."""
        with self.lock():
            if is_needed:
                self.diversions.add(reason)
            else:
                self.diversions.discard(reason)
            self.direct = ASIDE if self.diversions else self.core

    def _wait(self) -> None:
        """Have scalars queue behind those that a device is computing, if there are such."""
        with self.lock():
            self.divert("device", self.awaited.is_waiting)

    def flush(self) -> None:
        """Return when everything logged before is with the operating system: see `SummaryWriter.flush`."""
        self.release()
        self.awaited.settle(is_last=False)
        self.core.flush()
        self.tell()

    def close(self) -> None:
        """Flush and close the files."""
        self.release()
        self.awaited.settle(is_last=True)
        self.core.close()
        self.tell()

    def hold(self, call: Call) -> None:
        """Have `call` add a record to the run's file before the next one, or when the files are flushed or closed."""
        self.held.put(call)
        self.divert("held", True)

    @property
    def is_holding(self) -> bool:
        """Whether a record is held back in this process."""
        return self.held.is_here

    def unhold(self) -> Call | None:
        """Hold no record back; return what adds the one that was, if that is for this process to do."""
        if not self.held.is_any:
            return None
        with self.lock():
            call = self.held.take()
            self.divert("held", False)
        return call

    def release(self) -> None:
        """Add the record that is held back, if the files are open. What there is to tell is left to `tell`."""
        call = self.unhold()
        if call is not None and self.core.is_usable:
            call(self.core, 0)

    def last_steps(self, tags: Set[str]) -> dict[str, int]:
        """Return the highest step at which each of these scalars was written into the run itself, by this writer."""
        self.core.flush()
        return last_steps(self.paths, tags) if self.paths else {}

    def tell(self, unopened: Mapping[str, OSError] | None = None) -> None:
        """Warn of what the native writer and the device report, and of files that cannot be opened, by directory.

        Raises:
            OSError: with on_error="raise", one of these, or records could not be written.
        """
        failure: OSError | None = None
        messages = []
        for path, error in (unopened or {}).items():
            if self.on_error == "warn":
                # Training is under way: a disk that just filled up must not end it.
                messages.append(f"{path}: {error.strerror} What is logged there meanwhile is lost.")
            elif failure is None:
                failure = error
            else:
                failure.add_note(str(error.strerror))
        for number, path, message in self.awaited.reports() + self.core.reports():
            if number is None or self.on_error == "warn":
                messages.append(message)
            elif failure is None:
                failure = OSError(number, message, path)
            else:
                failure.add_note(message)
        try:
            warn_of_all(messages)
        finally:
            if failure is not None:
                raise failure


class Nowhere:
    """Stands in for the native writer of a `SummaryWriter` that writes nothing."""

    path = ""
    is_usable = True
    is_closed = False
    is_write_through = False

    def add_plain_scalar(self, *_: object) -> int:
        """Have what is given looked at, as the native writer does with what is not plain."""
        return NOT_PLAIN

    add_plain_scalars = add_plain_scalar

    def flush(self) -> None:
        """Do nothing."""

    close = write_through = flush

    def reports(self) -> list[Never]:
        """Return that there are none."""
        return []


ASIDE = cast(Writer, Nowhere())


class NoFiles(Files):
    """The files of a writer that writes nothing: none."""

    are_written = False

    def open(self, purge_step: int | None) -> None:
        """Do nothing."""
        self.core = self.direct = ASIDE
        self.opened = self.core, {}

    def record(self, sub_run: str | None, *calls: Call) -> None:
        """Do nothing."""

    def record_numbers(
        self, records: Sequence[tuple[str | None, NumbersToCome, NumbersCall]], size: int = 0
    ) -> None:
        """Do nothing."""


def _finish(core: Writer, awaited: Awaited, held: Held) -> None:
    call = held.take()
    if call is not None and core.is_usable:
        call(core, 0)
    awaited.settle(is_last=True)
    core.close()
    warn_of_all(message for _, _, message in awaited.reports() + core.reports())


def _at_exit() -> None:
    # Not closed, since other exit hooks may still log: from here on each record is written through.
    live = list(_live)
    for files in live:
        files.release()
        files.awaited.settle(is_last=True)
        files.core.write_through()
    # Warned of when all is handed over, since a warning may be an error.
    messages = []
    for files in live:
        core = files.core
        reports = files.awaited.reports() + core.reports()
        if any(number is not None for number, _, _ in reports):
            core.close()
            reports += core.reports()
        messages += [message for _, _, message in reports]
    warn_of_all(messages)


watch_forks()
atexit.register(_at_exit)
