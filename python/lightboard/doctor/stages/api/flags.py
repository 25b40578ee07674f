"""What a TensorBoard was started with, and what its reader makes of that."""

import os
import time
from collections.abc import Iterator

from lightboard.doctor import processes
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.served import Served
from lightboard.doctor.words import amount

IGNORED_BY_DATA_SERVER = {
    "reload_multifile": (None, False),
    "purge_orphaned_data": (True,),
    "max_reload_threads": (1,),
    "reload_multifile_inactive_secs": (86400,),
}
"""Flags that only the Python reader obeys, with the values that ask for nothing."""

MUCH_MEMORY = 0.25
"""Of the machine's, or its container's: what a server has in use when it is told."""


def ignored_flags(look: Look) -> Iterator[Finding]:
    """Report flags that the fast reader ignores."""
    board = _tensorboard(look)
    if board is None or board.data_server is None:
        return
    ignored = [
        f"--{name}={board.flags[name]}"
        for name, harmless in IGNORED_BY_DATA_SERVER.items()
        if name in board.flags and board.flags[name] not in harmless
    ]
    if ignored:
        yield Finding(
            "flags_ignored",
            f"{board.name} was started with {', '.join(ignored)}, but reads with its data server "
            f"(pid {board.data_server}), which does not know them.",
            [Place(path=board.client.root)],
        )


def reloads_once(look: Look) -> Iterator[Finding]:
    """Report a server that reads the log directory once, or without a pause."""
    board = _tensorboard(look)
    if board is None or "reload_interval" not in board.flags:
        return
    interval = float(board.flags["reload_interval"])
    if board.reads_once:
        yield Finding(
            "reloads_once",
            f"{board.name} was started with --reload_interval=0.",
            [Place(path=board.client.root)],
        )
    elif interval < 1 and board.data_server is not None:
        yield Finding(
            "reloads_without_pause",
            f"{board.name} was started with --reload_interval={interval:g}; its data server takes whole seconds.",
            [Place(path=board.client.root)],
        )


def taken_for_inactive(look: Look) -> Iterator[Finding]:
    """Report files that the Python reader reads once, since their last events are old, though they grow."""
    board = _tensorboard(look)
    if board is None or board.data_server is not None or not board.flags.get("reload_multifile"):
        return
    seconds = board.flags.get("reload_multifile_inactive_secs")
    if not isinstance(seconds, int | float) or seconds < 0:
        return
    old = [
        one.entry.place(
            seen=f"its last event is {(status.st_mtime - latest) / 3600:,.0f} hours older than the file"
        )
        for one in look.audits.files
        if (status := one.entry.status) is not None
        and (latest := one.facts["latest"]) is not None
        and latest < status.st_mtime - seconds
        and time.time() - status.st_mtime < seconds
        and one.series
    ]
    if old:
        yield Finding(
            "file_inactive",
            f"{board.name} was started with --reload_multifile; the last events of {amount(len(old), 'file')} are "
            f"older than {seconds:,.0f} s, though they were written since.",
            old,
        )


def all_scalars_sampled_away(look: Look) -> Iterator[Finding]:
    """Report `--samples_per_plugin` with 0 where that shows nothing."""
    board = _tensorboard(look)
    given = board.flags.get("samples_per_plugin") if board is not None else None
    if board is None or not given:
        return
    pairs = given.items() if isinstance(given, dict) else (part.split("=") for part in str(given).split(","))
    zero = [str(name) for name, number in pairs if str(number).strip() == "0"]
    if zero:
        yield Finding(
            "samples_of_none",
            f"{board.name} was started with --samples_per_plugin {','.join(f'{name}=0' for name in zero)}.",
            [Place(path=board.client.root)],
        )


def names_lost(look: Look) -> Iterator[Finding]:
    """Report parts of `--logdir_spec` of which only the last is served."""
    board = _tensorboard(look)
    spec = board.flags.get("logdir_spec") if board is not None else None
    if board is None or not spec:
        return
    pairs = [part.partition(":")[::2] if ":" in part else (part, part) for part in str(spec).split(",")]
    names = [name for name, _ in pairs]
    paths = [os.path.realpath(os.path.expanduser(path)) for _, path in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    same = sorted({path for path in paths if paths.count(path) > 1})
    if twice or same:
        lost = [f'the name "{name}" stands for several paths' for name in twice]
        lost += [f"{path} has several names" for path in same]
        yield Finding(
            "spec_lost",
            f"{board.name} was started with --logdir_spec={spec}: {'; '.join(lost)}.",
            [Place(path=board.client.root)],
        )


def much_memory(look: Look) -> Iterator[Finding]:
    """Report a server that takes a good part of the machine's memory, or of its container's."""
    board = look.served
    if board is None or board.pid is None:
        return
    taken = sum(map(processes.resident_bytes, (board.pid, *processes.children(board.pid))))
    allowed = processes.memory_limit(board.pid)
    if taken > MUCH_MEMORY * allowed:
        yield Finding(
            "much_memory",
            f"{board.name} (pid {board.pid}) and its children have {taken / (1 << 30):.1f} GiB in use, of "
            f"{allowed / (1 << 30):.1f} that they may have.",
            [Place(path=board.client.root)],
        )


def _tensorboard(look: Look) -> Served | None:
    return look.served if look.served is not None and look.served.is_tensorboard else None


CHECKS = (ignored_flags, taken_for_inactive, reloads_once, all_scalars_sampled_away, names_lost, much_memory)
