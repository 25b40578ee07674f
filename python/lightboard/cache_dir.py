"""Where boards keep what they have read."""

import os
from pathlib import Path


def cache_dir() -> str:
    """`$LIGHTBOARD_CACHE_DIR`, else `$XDG_CACHE_HOME/lightboard`, else `~/.cache/lightboard` (spec/index.md)."""
    own = os.environ.get("LIGHTBOARD_CACHE_DIR")
    if own:
        return os.path.abspath(own)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(Path.home(), ".cache")
    return os.path.join(base, "lightboard")
