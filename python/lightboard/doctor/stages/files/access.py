"""What cannot be reached: permissions and links."""

import errno
import os
from collections.abc import Iterator

from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.tree import Folder, readable
from lightboard.doctor.words import amount


def unreadable_files(look: Look) -> Iterator[Finding]:
    """Report event files that may not be opened."""
    places = [
        entry.place(seen=f"mode {entry.status.st_mode & 0o777:03o}, owner {entry.status.st_uid}")
        for entry in look.tree.entries
        if entry.is_regular and entry.status is not None and not _may_read(entry.path)
    ]
    if places:
        yield Finding(
            "file_unreadable",
            f"User {os.geteuid()} may not read {amount(len(places), 'event file')} of {len(look.tree.entries):,}."
            if hasattr(os, "geteuid")
            else f"{amount(len(places), 'event file')} may not be read.",
            places,
        )


def unreadable_folders(look: Look) -> Iterator[Finding]:
    """Report folders that may not be listed or entered."""
    refused = [
        folder
        for folder in look.tree.folders
        if folder.error is not None and folder.error.errno in (errno.EACCES, errno.EPERM)
    ]
    if refused:
        yield Finding(
            "folder_unreadable",
            f"{amount(len(refused), 'folder')} of {len(look.tree.folders):,} may not be listed.",
            [folder.place(seen=folder.error.strerror if folder.error else None) for folder in refused],
        )


def broken_links(look: Look) -> Iterator[Finding]:
    """Report links that lead nowhere: those of event files, and those beside runs that name a folder."""
    links = [entry for entry in look.tree.entries if entry.is_link and entry.status is None]
    links += look.tree.broken
    if links:
        yield Finding(
            "link_broken",
            f"{amount(len(links), 'link')} without a file or folder to lead to.",
            [entry.place(seen=f"leads to {_target(entry.path)}") for entry in links],
        )


def link_loops(look: Look) -> Iterator[Finding]:
    """Report links that lead to a folder they are in."""
    loops = [
        (folder, folder.leads_to)
        for folder in look.tree.folders
        if folder.is_link and folder.leads_to is not None and _is_above(folder, folder.leads_to)
    ]
    if loops:
        yield Finding(
            "link_loop",
            f"{amount(len(loops), 'link')} back to a folder above.",
            [folder.place(seen=f"leads to {readable(leads_to)}") for folder, leads_to in loops],
        )


def _may_read(path: str) -> bool:
    try:
        return os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)
    except OSError:
        return False


def _target(path: str) -> str:
    try:
        return readable(os.readlink(path))
    except OSError:
        return "an unknown place"


def _is_above(folder: Folder, leads_to: str) -> bool:
    return os.path.dirname(folder.path).startswith(leads_to.rstrip(os.sep)) and (
        os.path.commonpath([folder.path, leads_to]) == leads_to.rstrip(os.sep)
    )


CHECKS = (unreadable_files, unreadable_folders, broken_links, link_loops)
