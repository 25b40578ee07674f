"""Addresses of other machines, which are no log directories."""

import os
import re

ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)", re.DOTALL)
"""A scheme of two letters or more; `Path("s3://bucket")` has one slash left."""


def refusal(path: str) -> str | None:
    """Say why a log directory cannot be an address like `s3://bucket/runs`, and what to do; None if it is none."""
    address = ADDRESS.fullmatch(path)
    if address is None or os.path.exists(path):
        return None
    scheme, rest = address.groups()
    if scheme.lower() == "file":
        return f'expected the path of a directory, found the address "{path}". Give the path: /{rest}'
    return (
        f'expected a directory of this machine, found the address "{path}". Object stores and other machines are '
        "not read directly: mount it (rclone mount, s3fs, gcsfuse, sshfs) or keep a copy of it up to date (rclone "
        "sync, aws s3 sync, gsutil rsync, rsync), and give that directory. Files there may arrive in any pieces."
    )
