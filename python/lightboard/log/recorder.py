"""What the classes that log a kind of value have in common."""

import time

from lightboard.log.device import Number, coming
from lightboard.log.files import Call, Files
from lightboard.log.numbers import plain_float, plain_wall_time
from lightboard.log.steps import Steps


class Recorder:
    """Logs values into the files of one writer. Each kind has a class of its own; `SummaryWriter` is all of them."""

    _files: Files
    _steps: Steps

    def _moment(self, kind: str, tag: str, global_step: object, walltime: object) -> tuple[int, float | None]:
        """Return step and wall time of a record of the series, as the native writer takes them.

        To be called when nothing else can be refused any more: an omitted step is counted here.

        Raises:
            TypeError, ValueError, OverflowError: one of them is none (see `plain_step` and `plain_wall_time`).
        """
        wall_time = self._steps.wall_time if walltime is None else plain_wall_time(walltime)
        return self._steps.of(kind, tag, global_step), wall_time

    def _number(self, value: object, what: str) -> Number:
        """Return the number, for `Files.record_numbers`. Errors are those of `plain_float`."""
        number = None
        # Where each record is handed over at once, there may be no later.
        if getattr(value, "is_cuda", False) and not self._files.core.is_write_through:
            number = coming(value, what)
        return plain_float(value, what) if number is None else number

    def _number_moment(self, kind: str, tag: str, global_step: object, walltime: object) -> tuple[int, float]:
        """As `_moment`, but the present one is that of the call, whenever the number comes."""
        step, wall_time = self._moment(kind, tag, global_step, walltime)
        return step, time.time() if wall_time is None else wall_time

    def _record(self, sub_run: str | None, *calls: Call) -> None:
        """Have each of `calls` add a record to the run's file, or to that of the sub-run in the directory `sub_run`.

        A call is given the native writer and the id of the file, and returns what the native writer did. It is called
        again if that was closed meanwhile. What there is to tell is told after the last, so that none is left out.

        Raises:
            OSError: with on_error="raise", files that are needed now cannot be opened, or earlier records could not
                be written.
        """
        self._files.record(sub_run, *calls)
