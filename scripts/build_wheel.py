"""The build backend: maturin's, after the board has been built into the package.

`pip install .` must give a working board, and maturin knows nothing of npm. So every hook that makes a wheel or a
source distribution first sees to python/lightboard/board_static/; in a source distribution it is already there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import maturin

ROOT = Path(__file__).resolve().parent.parent
BOARD = ROOT / "board"
BUILT = ROOT / "python" / "lightboard" / "board_static" / "index.html"

get_requires_for_build_wheel = maturin.get_requires_for_build_wheel
get_requires_for_build_editable = maturin.get_requires_for_build_editable
get_requires_for_build_sdist = maturin.get_requires_for_build_sdist
prepare_metadata_for_build_wheel = maturin.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = maturin.prepare_metadata_for_build_editable


def build_board() -> None:
    """Build the board unless it is there and newer than its sources."""
    sources = [*BOARD.glob("src/**/*"), *BOARD.glob("*.*")]
    newest = max((path.stat().st_mtime for path in sources if path.is_file()), default=0.0)
    if BUILT.exists() and BUILT.stat().st_mtime >= newest:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(
            f"building the board: expected npm (Node.js 20.19 or newer) on PATH, found none, and {BUILT} is not "
            "built yet. Install it, for example: apt-get install nodejs npm"
        )
    if not (BOARD / "node_modules" / ".package-lock.json").exists():
        subprocess.run([npm, "ci"], cwd=BOARD, check=True)
    subprocess.run([npm, "run", "build"], cwd=BOARD, check=True)
    os.utime(BUILT)


def build_wheel(
    wheel_directory: str, config_settings: dict[str, Any] | None = None, metadata_directory: str | None = None
) -> str:
    """PEP 517: build the board, then the wheel that carries it."""
    build_board()
    return str(maturin.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_editable(
    wheel_directory: str, config_settings: dict[str, Any] | None = None, metadata_directory: str | None = None
) -> str:
    """PEP 660: the same for an editable install."""
    build_board()
    return str(maturin.build_editable(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: dict[str, Any] | None = None) -> str:
    """PEP 517: the source distribution carries the built board, so that it needs no npm."""
    build_board()
    return str(maturin.build_sdist(sdist_directory, config_settings))


if __name__ == "__main__":
    build_board()
