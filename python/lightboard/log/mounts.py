"""What file system a path lies on (Linux; nothing elsewhere)."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

MOUNTINFO = "/proc/self/mountinfo"

NO_APPEND = {
    "cifs": "a Windows share",
    "smb3": "a Windows share",
    "smbfs": "a Windows share",
    "fuse.gcsfuse": "a bucket, by gcsfuse",
    "fuse.s3fs": "a bucket, by s3fs",
    "fuse.goofys": "a bucket, by goofys",
    "fuse.mount-s3": "a bucket, by Mountpoint for S3",
    "fuse.blobfuse": "a bucket, by blobfuse",
    "fuse.blobfuse2": "a bucket, by blobfuse",
    "fuse.rclone": "remote storage, by rclone",
    "fuse.google-drive-ocamlfuse": "Google Drive",
    "fuse.drive": "Google Drive",
    "davfs": "WebDAV",
    "fuse.davfs": "WebDAV",
}
"""File systems that refuse appends, write a file anew for each, or hold other programs off while one writes."""

SYNCED = re.compile(r"^(OneDrive|Dropbox|Google ?Drive|Syncplicity|iCloud ?Drive)( |$|-)")
"""Folders that a client holds open while it uploads what has changed."""


class Mount(NamedTuple):
    """A mounted file system: where, and its type as the kernel names it."""

    point: str
    kind: str


def mount_of(path: str, mountinfo: str | os.PathLike[str] = MOUNTINFO) -> Mount | None:
    """Find the file system that a path lies on; None if that cannot be told."""
    real = os.path.realpath(path)
    best: Mount | None = None
    for mount in _mounts(mountinfo):
        inside = real == mount.point or real.startswith(mount.point.rstrip("/") + "/")
        # Of several at one point the last hides the others.
        if inside and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def synced_folder(path: str) -> str | None:
    """Return the name of the folder on the way that a client synchronises, if there is one."""
    return next((part for part in path.split(os.sep) if SYNCED.match(part)), None)


def _mounts(mountinfo: str | os.PathLike[str]) -> list[Mount]:
    try:
        with open(mountinfo, errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if separator and len(fields) > 4:
            point = re.sub(r"\\([0-7]{3})", lambda escape: chr(int(escape[1], 8)), fields[4])
            found.append(Mount(point, after.split(" ", 1)[0]))
    return found
