"""What the doctor reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Any

from lightboard.doctor.codes import CODES, Code

MAX_PLACES = 100
"""As JSON a finding lists no more places than this; `count` counts all."""

MAX_RUNS = 10_000
"""And no more runs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was seen; members that do not apply are None.

    `path` is absolute. `run` is the run's name below the log directory called `logdir`. `record` counts the
    file's whole records from 0, `offset` and `length` are bytes in the file. `seen` says what is special
    about this place.
    """

    path: str | None = None
    logdir: str | None = None
    run: str | None = None
    tag: str | None = None
    step: int | None = None
    record: int | None = None
    offset: int | None = None
    length: int | None = None
    seen: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the members that apply."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class Finding:
    """One cause, with all the places where it shows.

    `code` is a key of `lightboard.doctor.CODES`, which says what it means, what follows and what to do. `seen` is the
    evidence, a sentence or two with the figures of this case. `remedy` replaces the code's where this case allows
    something more exact: a command, a path. `elsewhere`: it is of other pages than the one at the address.
    """

    code: str
    seen: str
    places: Sequence[Place] = ()
    remedy: str | None = None
    elsewhere: bool = False

    @classmethod
    def of_runs(
        cls, code: str, seen: str, runs: Iterable[str], *, tag: str | None = None, elsewhere: bool = False
    ) -> Finding:
        """Return a finding about runs by the names that a board has for them."""
        return cls(code, seen, [Place(run=run, tag=tag) for run in runs], elsewhere=elsewhere)

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.places)

    @property
    def kind(self) -> Code:
        """What the catalogue says of the code."""
        return CODES[self.code]

    def about(self, run: str, logdir: str | None, on_board: Collection[str] = ()) -> Finding | None:
        """Return what of it concerns one run: places that name no run concern each; None if nothing does.

        `logdir` is the name of the run's log directory, None for any. `on_board` are names that a board has for the
        run: by these it is called in places without a log directory.
        """
        if self.kind.of_all or not any(place.run for place in self.places):
            return self
        places = [
            place
            for place in self.places
            if place.run is None
            or (place.run == run and (place.logdir is None or logdir in (None, place.logdir)))
            or (place.run in on_board and place.logdir is None)
        ]
        return replace(self, places=places) if places else None

    def to_json(self) -> dict[str, Any]:
        """Return the finding as spec/doctor.md describes it."""
        kind = self.kind
        runs = dict.fromkeys(Place(logdir=place.logdir, run=place.run) for place in self.places if place.run)
        return {
            "code": self.code,
            "stage": kind.stage,
            "severity": kind.severity,
            "title": kind.title,
            "seen": self.seen,
            "meaning": kind.meaning,
            "consequence": kind.consequence,
            "remedy": self.remedy or kind.remedy,
            "count": self.count,
            "places": [place.to_json() for place in self.places[:MAX_PLACES]],
            "runs": [run.to_json() for run in islice(runs, MAX_RUNS)],
        }
