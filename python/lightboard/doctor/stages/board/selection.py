"""Which runs a Lightboard's address has on (board/src/model/remembered.ts and selection.ts)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from lightboard.doctor.stages.board import retrieval
from lightboard.doctor.stages.board.notation import Json
from lightboard.doctor.stages.board.retrieval import WORD, Bits, fingerprint

LISTED = re.compile(r"(on|off)((?:\.[0-9a-v]{5,13})*)")
"""Runs that differ from the rest, by the beginnings of their ids."""

ONLY = re.compile(r"[0-9a-v]{13}(?:\.[0-9a-v]{13})*")

Run = Mapping[str, Any]
"""As in GET /api/runs."""


@dataclass(frozen=True)
class Selection:
    """Runs that are named are on, or off, and the rest is not; of those that began after `until` the rule tells."""

    named: tuple[str, ...]
    named_are_on: bool
    bits: Bits | None
    """Says it of each run instead."""
    until: float
    newest: float
    """Of all runs so many, the newest, are on by the rule: none, all, or a number."""
    held: bool
    """The rule lets no run on for the time being."""
    only: frozenset[str] | None
    """Nothing else is on, whatever the rest of it says."""

    def off(self, runs: Sequence[Run]) -> list[str]:
        """List the ids of runs that are off; sub-runs follow their parents."""
        ids = {run["id"] for run in runs}
        owners = [run for run in runs if run.get("parent") not in ids]
        on = self.only if self.only is not None else self._on(owners)
        follows = ids - {run["id"] for run in owners}
        return [run["id"] for run in runs if (run["parent"] if run["id"] in follows else run["id"]) not in on]

    def _on(self, owners: Sequence[Run]) -> set[str]:
        saved = {run["id"]: self._saved(run) for run in owners}
        by_the_rule, again = set[str](), set[str]()
        if not self.held:
            by_the_rule = self._newest(owners)
            # On as the newest when the address was made: they may be so no more.
            again = self._newest(run for run in owners if saved[run["id"]] is not None)
        choices = saved | self._wrong(owners)
        return {
            run
            for run, choice in choices.items()
            if (run in by_the_rule if choice is None or (choice and run in again) else choice)
        }

    def _saved(self, run: Run) -> bool | None:
        """Whether the run is on; None if the rule tells."""
        if self.named and run["id"].startswith(self.named):
            return self.named_are_on
        if not self._is_old(run):
            return None
        return not self.named_are_on if self.bits is None else self.bits.bit(run["id"])

    def _is_old(self, run: Run) -> bool:
        begun = _begun(run)
        return begun is None or begun <= self.until

    def _wrong(self, owners: Sequence[Run]) -> dict[str, bool | None]:
        """Find the run, if it is one, that has a bit though it is new by its time, or the other way round."""
        if self.bits is None:
            return {}
        old = {run["id"] for run in owners if self._is_old(run)}
        off = (self.bits.sum - retrieval.sum_of(old)) & WORD
        if off == 0 and len(old) == self.bits.count:
            return {}
        ids = [run["id"] for run in owners]
        odd = [run for run in ids if fingerprint(run) == off] or [
            run for run in ids if -fingerprint(run) & WORD == off
        ]
        if not odd or len(old) + (-1 if odd[0] in old else 1) != self.bits.count:
            return {}
        return {odd[0]: None if odd[0] in old else self.bits.bit(odd[0])}

    def _newest(self, runs: Iterable[Run]) -> set[str]:
        """Return the ids of the newest of these; what has not begun is newer than all others."""

        def age(run: Run) -> tuple[float, str]:
            begun = _begun(run)
            return -math.inf if begun is None else -begun, run["id"]

        ids = [run["id"] for run in sorted(runs, key=age)]
        return set(ids if self.newest == math.inf else ids[: int(self.newest)])


def selection(saved: Json) -> Selection | None:
    """Read the part `runs` of an address; None if it is no selection: the board leaves it out then."""
    members = saved if isinstance(saved, dict) else {"runs": saved}
    runs, new = members.get("runs"), members.get("new")
    newest = _newest(new)
    until = members.get("until")
    if not isinstance(runs, str) or newest is None or not (until is None or _is_number(until)):
        return None
    bits, listed = retrieval.read(runs), LISTED.fullmatch(runs)
    only = members.get("only")
    are_on = listed is not None and listed[1] == "on"
    if bits is not None:
        until, only = bits.until, None
    elif listed is None:
        return None
    return Selection(
        named=tuple(listed[2].split(".")[1:]) if listed else (),
        named_are_on=are_on,
        bits=bits,
        until=math.inf if until is None else until,
        newest=newest,
        # After "none", which a list of runs that are on comes from, new runs stay off.
        held=members["held"] is True if "held" in members else are_on and newest != 0,
        only=frozenset(only.split(".")) if isinstance(only, str) and ONLY.fullmatch(only) else None,
    )


def _newest(rule: Json) -> float | None:
    """Of all runs so many are on by the rule for new ones; None if it is no rule."""
    if rule is None or rule == "on":
        return math.inf
    if rule == "off":
        return 0
    return rule if _is_number(rule) and rule >= 1 and rule == int(rule) else None


def _is_number(value: Json) -> TypeGuard[float]:
    return isinstance(value, float) and math.isfinite(value)


def _begun(run: Run) -> float | None:
    at = run.get("first_wall_time")
    return at if isinstance(at, int | float) else None
