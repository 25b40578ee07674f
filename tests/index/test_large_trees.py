"""Enormous trees beside a small live run: it may take longer to find new runs, known ones are followed all the time."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index.following import Following
from index.records import append, scalar, scalars, write

Follow = Callable[..., Following]

FOLDERS = 2_000
FILES = 50


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100,000 files in 2,000 folders. Links to one file are as many entries, but quickly made."""
    root = tmp_path_factory.mktemp("tree")
    for folder in range(FOLDERS):
        path = root / "data" / f"{folder % 40}" / f"{folder}"
        path.mkdir(parents=True)
        (path / "0.bin").write_bytes(b"not an event")
        for file in range(1, FILES):
            os.link(path / "0.bin", path / f"{file}.bin")
    return root


@pytest.mark.row("F22")
def test_a_run_beside_an_enormous_tree_is_followed(tree: Path, follow: Follow) -> None:
    path = write(tree / "run", scalars(range(1)))
    following = follow(tree)
    following.until(lambda: following.steps() == [0])
    for step in range(1, 6):
        # Each folder is listed again, since it has changed.
        for folder in (tree / "data").glob("*/*"):
            (folder / f"new{step}").touch()
        append(path, scalar(step, step))
        following.until(lambda: following.steps() == list(range(step + 1)))  # noqa: B023 (called at once)
    write(tree / "new" / "run", scalars(range(7)))
    following.until(lambda: following.runs().get("new/run", {}).get("points") == 7)


@pytest.mark.row("F22")
def test_closing_does_not_wait_for_a_walk(tree: Path) -> None:
    following = Following(("tree", str(tree)))
    following.index.close()
    assert following.index.closed
