"""What is said before a build about the tools that it needs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[2] / "scripts" / "check_tools.sh"
NEEDED = ("python3", "cc", "cargo", "node", "npm")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH that holds what the script itself needs, and nothing else yet."""
    for tool in ("bash", "dirname", "grep", "head", "id", "sed", "sort"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    return tmp_path


def check(path: Path, *tools: str) -> tuple[int, list[str]]:
    finished = subprocess.run(
        [CHECK, *tools], env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )
    assert finished.stdout == ""
    return finished.returncode, finished.stderr.splitlines()


def put(path: Path, tool: str, version: str) -> None:
    (path / tool).write_text(f"#!/bin/sh\n[ $1 != --version ] || echo '{version}'\n")
    (path / tool).chmod(0o755)


def test_all_that_is_missing_is_named_at_once_with_the_command_that_installs_it(path: Path) -> None:
    code, lines = check(path, *NEEDED)
    assert code == 1
    assert len(lines) == len(NEEDED)
    apt = "apt-get install" if os.getuid() == 0 else "sudo apt-get install"
    assert lines[0] == (
        "expected the command 'python3' 3.11 or newer on PATH, found none. "
        f"Install it: {apt} python3 python3-venv"
    )
    assert lines[1] == f"expected the command 'cc' on PATH, found none. Install it: {apt} build-essential"
    assert "sh.rustup.rs" in lines[2]


@pytest.mark.parametrize(
    ("tool", "version", "found"),
    [
        ("python3", "Python 3.9.2", "python3 3.11 or newer, found 3.9.2"),
        ("cargo", "cargo 1.66.0 (abcdef 2022-12-01)", "newer, found 1.66.0"),
        ("cargo", "", "newer, found none that runs"),
        ("node", "v18.20.4", "node 20.19 or newer, found 18.20.4"),
        ("python3", "Python 3.11.2", "with its module venv"),
    ],
)
def test_what_is_too_old_or_half_there_is_named(path: Path, tool: str, version: str, found: str) -> None:
    put(path, tool, version)
    if "venv" in found:  # As Debian's python3 without python3-venv.
        (path / tool).write_text(f"#!/bin/sh\n[ $1 = --version ] && echo '{version}'\n")
    code, lines = check(path, tool)
    assert (code, len(lines)) == (1, 1)
    assert found in lines[0]
    assert f"{path}/{tool}" in lines[0]


def test_what_is_new_enough_passes_without_a_word(path: Path) -> None:
    for tool, version in (
        ("python3", "Python 3.14.0"),
        ("cc", ""),
        ("cargo", "cargo 1.100.0"),
        ("node", "v20.19.0"),
        ("npm", "10.8.2"),
    ):
        put(path, tool, version)
    assert check(path, *NEEDED) == (0, [])
