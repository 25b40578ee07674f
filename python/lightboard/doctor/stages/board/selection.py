"""Which runs a Lightboard's address has on, where it lists some (board/src/model/remembered.ts and selection.ts)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SELECTION = re.compile(r"(?:^|&)runs=([^&]*)")

MEMBER = re.compile(r"[(,](\w+):([^,()]*)")
"""What else is told of a selection, as `(new:5,runs:on.k3v9q,until:1763800000)`."""

LISTED = re.compile(r"(on|off)((?:\.[0-9a-v]{5,13})*)")
"""Runs that differ from the rest, by the beginnings of their ids."""

NEW = re.compile(r"on|off|[1-9]\d{0,8}")
TIME = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


@dataclass(frozen=True)
class Selection:
    """Runs that are named are on, or off, and the rest is not; of those that began after `until` the rule tells."""

    named: tuple[str, ...]
    named_are_on: bool
    until: float
    newest: float
    """Of all runs so many, the newest, are on by the rule: none, all, or a number."""
    held: bool
    """The rule lets no run on for the time being."""

    def off(self, runs: Sequence[Mapping[str, Any]]) -> list[str]:
        """List the ids of runs (GET /api/runs) that are off; sub-runs follow their parents."""
        ids = {run["id"] for run in runs}
        owners = [run for run in runs if run.get("parent") not in ids]
        saved = {run["id"]: self._saved(run) for run in owners}
        by_the_rule, again = set[str](), set[str]()
        if not self.held:
            by_the_rule = self._newest(owners)
            # On as the newest when the address was made: they may be so no more.
            again = self._newest(run for run in owners if saved[run["id"]] is not None)

        def is_on(run: str) -> bool:
            was_on = saved.get(run, False)
            return run in by_the_rule if was_on is None or (was_on and run in again) else was_on

        return [run["id"] for run in runs if not is_on(run["id"] if run["id"] in saved else run["parent"])]

    def _saved(self, run: Mapping[str, Any]) -> bool | None:
        """Whether the run is on; None if the rule tells."""
        if self.named and run["id"].startswith(self.named):
            return self.named_are_on
        begun = _begun(run)
        return None if begun is not None and begun > self.until else not self.named_are_on

    def _newest(self, runs: Iterable[Mapping[str, Any]]) -> set[str]:
        """Return the ids of the newest of these; what has not begun is newer than all others."""

        def age(run: Mapping[str, Any]) -> tuple[float, str]:
            begun = _begun(run)
            return -math.inf if begun is None else -begun, run["id"]

        ids = [run["id"] for run in sorted(runs, key=age)]
        return set(ids if self.newest == math.inf else ids[: int(self.newest)])


def selection(fragment: str) -> Selection | None:
    """Read what stands behind # in an address; None if it lists no runs, or what is not judged here."""
    found = SELECTION.search(fragment)
    if found is None:
        return None
    members = dict(MEMBER.findall(found[1])) if found[1].startswith("(") else {"runs": found[1]}
    listed = LISTED.fullmatch(members.get("runs", ""))
    new, until = members.get("new", "on"), members.get("until")
    is_read = NEW.fullmatch(new) and (until is None or TIME.fullmatch(until))
    if listed is None or not is_read or "only" in members:
        return None
    are_on = listed[1] == "on"
    return Selection(
        named=tuple(listed[2].split(".")[1:]),
        named_are_on=are_on,
        until=math.inf if until is None else float(until),
        newest=math.inf if new == "on" else 0 if new == "off" else int(new),
        held=members["held"] == "!t" if "held" in members else are_on and new != "off",
    )


def _begun(run: Mapping[str, Any]) -> float | None:
    at = run.get("first_wall_time")
    return at if isinstance(at, int | float) else None
