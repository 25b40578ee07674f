"""Programs that run: writers that are at work, or hang, or write where nobody can read."""

import platform
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lightboard.doctor import file_names, processes
from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.processes import OpenFile
from lightboard.doctor.words import amount

FUTEX = {"x86_64": 202, "aarch64": 98}
FUTEX_PRIVATE = 128
"""The lock is one of the process's own: no other process can open it."""
FUTEX_WAITS = (0, 9)
"""FUTEX_WAIT and FUTEX_WAIT_BITSET."""


def forked_writers(look: Look) -> Iterator[Finding]:
    """Report children of a writer's process that wait for its thread, which they do not have."""
    writers = _writers(look)
    places = []
    for pid in processes.ids() if writers else ():
        writer = next((above for above in _ancestors(pid) if above in writers), None)
        # Nobody can open a lock that only this process knows while its one thread waits for it.
        if writer is not None and processes.threads(pid) == 1 and _waits_for_own_lock(pid):
            places.append(look.place(writers[writer], seen=f"process {pid}, started by {writer}, hangs"))
    if places:
        seen = f"{amount(len(places), 'process', 'processes')} at locks that only a thread they do not have could open."
        yield Finding("writer_forked", seen, places)


def files_written_twice(look: Look) -> Iterator[Finding]:
    """Report event files that two programs write which did not come from each other."""
    by_file: dict[tuple[int, int], list[OpenFile]] = defaultdict(list)
    for file in look.open_files:
        if file.writing:
            by_file[file.device, file.inode].append(file)
    places = []
    for files in by_file.values():
        pids = {file.pid for file in files}
        independent = sorted(pid for pid in pids if not pids & set(_ancestors(pid)))
        if len(independent) > 1:
            who = " and ".join(f"{pid} ({processes.command(pid)})" for pid in independent)
            places.append(look.place(files[0].path, seen=f"written by processes {who}"))
    if places:
        yield Finding("file_written_twice", f"{amount(len(places), 'event file')} with two writers.", places)


def deleted_files(look: Look) -> Iterator[Finding]:
    """Report writers whose event file has been removed: what they write is lost."""
    places = [
        look.place(
            file.path, seen=f"process {file.pid} ({file.command}) has written {file.size:,} bytes to it"
        )
        for file in look.open_files
        if file.writing and file.deleted
    ]
    if places:
        yield Finding(
            "writer_file_deleted",
            f"{amount(len(places), 'event file')} that a program still writes, removed or replaced.",
            places,
        )


def _writers(look: Look) -> dict[int, str]:
    """List processes of this machine that write event files, and the file of each that its name or the system tells."""
    found = {}
    for entry in look.tree.entries:
        name = file_names.parse(entry.name)
        if name is not None and name.is_here and name.pid is not None:
            found[name.pid] = entry.path
    found = {pid: path for pid, path in found.items() if processes.is_alive(pid)}
    return found | {file.pid: file.path for file in look.open_files if file.writing}


def _ancestors(pid: int) -> Iterator[int]:
    above = processes.parent(pid)
    while above is not None and above > 1:
        yield above
        above = processes.parent(above)


def _waits_for_own_lock(pid: int) -> bool:
    try:
        fields = Path(f"/proc/{pid}/syscall").read_text().split()
        # "running", or a number and -1, where it is in no call.
        number, operation, timeout = int(fields[0]), int(fields[2], 16), int(fields[4], 16)
    except (OSError, IndexError, ValueError):
        return False
    return (
        number == FUTEX.get(platform.machine())
        and operation & FUTEX_PRIVATE != 0
        and operation & 127 in FUTEX_WAITS
        and timeout == 0
    )


CHECKS = (forked_writers, files_written_twice, deleted_files)
