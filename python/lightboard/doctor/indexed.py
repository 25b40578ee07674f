"""What Lightboard's own index makes of the log directories."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lightboard._core import Index
from lightboard.cache_dir import cache_dir
from lightboard.doctor.look import Look


@dataclass(frozen=True)
class Indexed:
    """`runs` as in GET /api/runs, `series` as the index lists them; `complete` tells whether all files were read."""

    runs: dict[str, Any]
    series: list[dict[str, Any]]
    complete: bool


def index(look: Look) -> Indexed:
    """Read the log directories through the index and its cache, as long as the budget lasts."""
    core = Index(list(look.logdirs), cache_dir=cache_dir())
    try:
        complete = core.refresh(look.left)
        found = Indexed(json.loads(core.runs()), json.loads(core.series())["series"], complete)
    finally:
        core.close()
    if not complete:
        look.left_out.append("The index has not read all event files: the time was used up.")
    return found
