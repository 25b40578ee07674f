"""The steps of a writer's records: given ones as ints, omitted ones counted."""

from collections.abc import Iterator
from itertools import count

from lightboard.log.notices import warn
from lightboard.log.numbers import INT64, plain_step


class Steps:
    """Tells each record of a writer its step."""

    def __init__(self) -> None:
        self._counters: dict[str, dict[str, Iterator[int]]] = {}
        self._warned_of_fraction = False
        # What records are given that come without: see SummaryWriter.use_metadata.
        self.step: int | None = None
        self.wall_time: float | None = None

    def next(self, kind: str, tag: str) -> int:
        """Return the step of a record that is given none: how often this was asked of the series before."""
        if self.step is not None:
            return self.step
        return next(self.counter(kind, tag))

    def counters(self, kind: str) -> dict[str, Iterator[int]]:
        """Return what counts the steps of series of this kind, by tag."""
        return self._counters.setdefault(kind, {})

    def counter(self, kind: str, tag: str) -> Iterator[int]:
        """Return what counts the steps of this series."""
        # A call that no other thread can come between, as to ask for the next: no step is told twice.
        return self.counters(kind).setdefault(tag, count())

    def of(self, kind: str, tag: str, global_step: object) -> int:
        """Return `global_step` as an int, or the next step of the series if it is None.

        A fraction is cut off, with one warning per writer. Errors are those of `plain_step`.
        """
        if global_step is None:
            return self.next(kind, tag)
        if type(global_step) is int and global_step in INT64:
            return global_step
        step, truncated = plain_step(global_step, "global_step")
        if truncated and not self._warned_of_fraction:
            self._warned_of_fraction = True
            warn(
                f"global_step: expected a whole number, found {global_step}; logged at step {step}. Event files hold "
                "whole steps only, so fractions are cut off, here and in later calls. Multiply to keep them apart."
            )
        return step
