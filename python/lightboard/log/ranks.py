"""The ranks of a program that runs as several processes: which of them log, and where."""

import os
from collections.abc import Mapping
from typing import Any, Literal

from lightboard.log.numbers import plain_step

Ranks = Literal["all", "zero", "auto"]

# The innermost launcher first: what mpirun starts inside of a Slurm job inherits SLURM_PROCID of its first task.
VARIABLES = ("RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID")


def rank_of(environment: Mapping[str, str]) -> int | None:
    """Return the rank that torchrun, Open MPI or Slurm has told this process; None if none has.

    Raises:
        ValueError: what stands there is no rank.
    """
    for name in VARIABLES:
        text = environment.get(name, "").strip()
        if text:
            if not (text.isascii() and text.isdigit()):
                raise ValueError(
                    f"the environment variable {name}: expected a rank (0, 1, …), found {text!r:.80}. "
                    "Unset it, or give rank."
                )
            return int(text)
    return None


def role(rank: Any, ranks: Ranks | None) -> tuple[bool, int | None]:
    """Return whether this process logs, and the rank by which its run is called, if it is called by one.

    Raises:
        TypeError, ValueError, OverflowError: `rank` or `ranks` is not what `SummaryWriter` takes, or the rank that the
            environment tells is none.
    """
    if ranks not in (None, "all", "zero", "auto"):
        raise ValueError(f'ranks: expected "all", "zero" or "auto", found {ranks!r:.80}.')
    if rank is not None:
        rank, is_cut = plain_step(rank, "rank")
        if rank < 0 or is_cut:
            raise ValueError(f"rank: expected 0, 1, …, found {rank}{' and a fraction' * is_cut}.")
    told = rank_of(os.environ) if ranks == "auto" or (ranks is not None and rank is None) else None
    rank = told if rank is None else rank
    if ranks == "zero" or (ranks == "auto" and told is not None):
        return not rank, None
    return True, rank
