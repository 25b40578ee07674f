"""Copies beside their originals: `… (1)`, `.bak`, `.tmp`. Their points count once, and it is said where."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.following import Following
from index.records import NAME, append, header, scalar, scalars, write

Follow = Callable[..., Following]

pytestmark = pytest.mark.row("F11")


def states(following: Following) -> dict[str, str]:
    run = following.runs().get("run", {"files": []})
    return {file["name"]: file["state"] for file in run["files"]}


@pytest.mark.parametrize("suffix", [" (1)", ".bak", ".tmp", "~"])
def test_a_copy_is_named_and_counts_once(tmp_path: Path, follow: Follow, suffix: str) -> None:
    original = write(tmp_path / "run", scalars(range(10)))
    copy = original.with_name(NAME + suffix)
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(10)))
    shutil.copy(original, copy)
    following.until(lambda: states(following) == {NAME: "live", copy.name: "copy"})
    run = following.run("run")
    assert (run["points"], run["attempts"], run["state"]) == (10, 1, "live")
    (told,) = (file for file in run["files"] if file["state"] == "copy")
    assert NAME in told["message"]
    assert (told["records"], told["bytes_read"]) == (11, told["bytes"])

    append(original, scalar(10, 10))  # the copy stays behind
    following.until(lambda: following.steps() == list(range(11)))
    append(copy, scalar(10, 10))  # and catches up
    following.until(lambda: sum(file["records"] for file in following.run("run")["files"]) == 24)
    following.until(lambda: states(following) == {NAME: "live", copy.name: "copy"})
    assert following.run("run")["points"] == 11


@pytest.mark.parametrize("link", [Path.hardlink_to, Path.symlink_to])
def test_of_several_names_of_a_file_the_writers_own_is_the_original(
    tmp_path: Path, follow: Follow, link: Callable[[Path, Path], None]
) -> None:
    original = write(tmp_path / "run", scalars(range(10)))
    link(original.with_name("latest.tfevents"), original)
    following = follow(tmp_path)
    following.until(lambda: states(following) == {NAME: "live", "latest.tfevents": "copy"})
    (told,) = (file for file in following.run("run")["files"] if file["state"] == "copy")
    assert f"beginning of {NAME}," in told["message"]
    assert following.steps() == list(range(10))


def test_a_copy_that_goes_its_own_way_counts_again(tmp_path: Path, follow: Follow) -> None:
    original = write(tmp_path / "run", scalars(range(10)))
    copy = write(tmp_path / "run", scalars(range(10)), NAME + ".bak")
    following = follow(tmp_path)
    following.until(lambda: states(following).get(copy.name) == "copy")
    append(copy, scalar(99, 99))
    # It has all that the original has, and more: now the other one is the copy.
    following.until(lambda: states(following) == {NAME: "copy", copy.name: "live"})
    assert following.run("run")["points"] == 11
    append(original, scalar(50, 50))
    following.until(lambda: following.run("run")["points"] == 22)
    assert states(following) == {NAME: "live", copy.name: "live"}


def test_a_copy_whose_original_goes_takes_its_place(tmp_path: Path, follow: Follow) -> None:
    original = write(tmp_path / "run", scalars(range(10)))
    copy = write(tmp_path / "run", scalars(range(7)), NAME + ".part")
    following = follow(tmp_path)
    following.until(lambda: states(following).get(copy.name) == "copy")
    original.unlink()
    following.until(lambda: states(following) == {copy.name: "live"})
    following.until(lambda: following.steps() == list(range(7)))


def test_an_original_that_is_replaced_gives_its_copy_its_points_back(tmp_path: Path, follow: Follow) -> None:
    original = write(tmp_path / "run", scalars(range(10)))
    copy = write(tmp_path / "run", scalars(range(10)), NAME + ".bak")
    following = follow(tmp_path)
    following.until(lambda: states(following).get(copy.name) == "copy")
    other = tmp_path / "other"
    other.write_bytes(scalars(range(100, 120), wall_time=1_700_001_000.0))
    other.rename(original)
    following.until(lambda: following.run("run")["points"] == 30)
    assert set(states(following).values()) == {"live"}


LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (b"", "empty"),
        (header(1_700_001_000.0), "header_only"),
        (LFS_POINTER, "foreign"),
        (scalars(range(3)), "copy"),
    ],
    ids=["nothing", "a header", "a pointer", "its beginning"],
)
@pytest.mark.parametrize("replaced", [False, True], ids=["in place", "replaced"])
def test_an_original_that_loses_its_content_gives_its_copy_its_points_back(
    tmp_path: Path, follow: Follow, left: bytes, state: str, replaced: bool
) -> None:
    original = write(tmp_path / "run", scalars(range(10)))
    copy = write(tmp_path / "run", scalars(range(10)), NAME + ".bak")
    following = follow(tmp_path)
    following.until(lambda: states(following) == {NAME: "live", copy.name: "copy"})
    if replaced:
        other = tmp_path / "other"
        other.write_bytes(left)
        other.rename(original)
    else:
        original.write_bytes(left)
    following.until(lambda: states(following) == {NAME: state, copy.name: "live"})
    following.until(lambda: following.steps() == list(range(10)))


def test_files_that_only_begin_alike_are_no_copies(tmp_path: Path, follow: Follow) -> None:
    alike = scalars(range(5))
    write(tmp_path / "run", alike + scalar(5, 5))
    write(tmp_path / "run", alike + scalar(5, 6), NAME + ".1")
    middle = header() + scalar(0, 1) + b"".join(scalar(step, step) for step in range(1, 5))
    write(tmp_path / "run", middle, NAME + ".2")
    write(tmp_path / "run", header(), NAME + ".3")
    write(tmp_path / "other", alike)
    following = follow(tmp_path)
    following.until_loaded()
    following.until_quiet()
    assert states(following) == {
        NAME: "live",
        NAME + ".1": "live",
        NAME + ".2": "live",
        NAME + ".3": "header_only",
    }
    assert following.run("run")["points"] == 17
    assert following.run("other")["points"] == 5
