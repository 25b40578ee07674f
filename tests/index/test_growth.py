"""Files that grow, end early, shrink, are replaced, vanish: what is shown is what is in them now."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboardX import SummaryWriter

from index.following import Following
from index.records import append, header, scalar, scalars, write, write_as_tensorboard

Follow = Callable[..., Following]


def test_files_of_tensorboards_and_tensorboardx_writers_are_read(tmp_path: Path, follow: Follow) -> None:
    values = [0.5, float("nan"), float("inf"), -2.25]
    write_as_tensorboard(tmp_path / "tensorboard", values)
    writer = SummaryWriter(str(tmp_path / "tensorboardX"))
    for step, value in enumerate(values):
        writer.add_scalar("loss", value, step)
    writer.close()
    following = follow(tmp_path)
    following.until(lambda: sum(run["points"] for run in following.runs().values()) == 8)
    frame = following.scalars()
    assert str(frame.columns["value"].tolist()) == str(values * 2)
    assert [entry["non_finite"] for entry in frame.header["series"]] == [2, 2]


def test_a_live_writer_is_followed_step_by_step(tmp_path: Path, follow: Follow) -> None:
    following = follow(tmp_path)
    writer = SummaryWriter(str(tmp_path / "run"))
    for step in range(5):
        writer.add_scalar("loss", step, step)
        writer.flush()
        # Its flush does not wait for its own queue; the index must not care how much arrives when.
        following.until(lambda: following.runs().get("run", {}).get("state") in {"live", "header_only"})
    writer.close()
    following.until(lambda: following.steps() == [0, 1, 2, 3, 4])
    assert following.run("run")["state"] == "live"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 1500), max_size=6))
def test_any_chunking_gives_the_same_points(tmp_path: Path, follow: Follow, cuts: list[int]) -> None:
    whole = scalars(range(30))
    ends = [*sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    path = write(tmp_path / "run", b"")
    following = follow(tmp_path)
    following.until_loaded()
    for end in ends:
        append(path, whole[path.stat().st_size : end])
        following.until(lambda: following.file("run")["bytes"] == path.stat().st_size)
    following.until(lambda: following.steps() == list(range(30)))
    file = following.file("run")
    assert (file["records"], file["bytes_read"], file["damage"], file["state"]) == (
        31,
        len(whole),
        [],
        "live",
    )
    following.index.close()


@pytest.mark.row("E06")
def test_a_last_record_that_ends_early_is_completed_later(tmp_path: Path, follow: Follow) -> None:
    whole = scalars(range(10))
    path = write(tmp_path / "run", whole[:-7])
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(9)))
    assert following.run("run")["state"] == "live"
    append(path, whole[-7:])
    following.until(lambda: following.steps() == list(range(10)))


@pytest.mark.row("E06")
def test_a_last_record_that_ends_early_is_damage_once_nobody_writes(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(10))[:-7])
    os.utime(path, (1_700_000_000, 1_700_000_000))
    following = follow(tmp_path)
    following.until_loaded()
    run = following.run("run")
    assert (run["state"], run["points"]) == ("damaged", 9)
    assert [damage["code"] for damage in run["files"][0]["damage"]] == ["truncated"]


def test_the_end_of_writing_is_news(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(10))[:-7])
    following = follow(tmp_path)
    following.until_loaded()
    assert following.run("run")["state"] == "live"
    almost = time.time() - 118
    os.utime(path, (almost, almost))
    following.until(lambda: following.run("run")["state"] == "damaged")


@pytest.mark.row("F16")
def test_a_gap_of_zeros_between_records_is_read_when_it_is_filled(tmp_path: Path, follow: Follow) -> None:
    start = scalars(range(5))
    gap = b"".join(scalar(step, step) for step in range(5, 10))
    rest = b"".join(scalar(step, step) for step in range(10, 15))
    path = write(tmp_path / "run", start + bytes(len(gap)) + rest)
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [*range(5), *range(10, 15)])
    assert following.run("run")["state"] == "damaged"
    with path.open("r+b") as file:
        file.seek(len(start))
        file.write(gap)
    following.until(lambda: following.steps() == list(range(15)))
    assert following.run("run")["state"] == "live"


@pytest.mark.row("F13")
def test_a_file_replaced_by_rename_is_read_anew(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(10)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(10)))
    other = tmp_path / "copy"
    other.write_bytes(scalars(range(100, 150), wall_time=1_600_000_000.0))
    other.rename(path)
    following.until(lambda: following.steps() == list(range(100, 150)))
    assert following.run("run")["attempts"] == 1


@pytest.mark.row("F14")
def test_a_file_rewritten_shorter_in_place_is_read_anew(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(10)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(10)))
    path.write_bytes(scalars(range(3)))
    following.until(lambda: following.steps() == [0, 1, 2])


@pytest.mark.row("F14")
def test_a_file_rewritten_longer_in_place_is_read_anew(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(10)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(10)))
    path.write_bytes(scalars(range(50, 90), wall_time=1_600_000_000.0))
    following.until(lambda: following.steps() == list(range(50, 90)))


@pytest.mark.row("F15")
def test_a_run_deleted_and_made_again_is_the_new_one(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(10)))
    following = follow(tmp_path)
    version = following.until(lambda: following.steps() == list(range(10)))
    run_id = following.run("run")["id"]
    shutil.rmtree(tmp_path / "run")
    following.until(lambda: following.changes(version)["removed"] == [run_id])
    assert following.runs() == {}
    assert following.tags() == {}
    assert following.state()["logdirs"][0]["state"] == "empty"
    version = following.index.version
    write(tmp_path / "run", scalars(range(4)))
    following.until(lambda: following.steps() == [0, 1, 2, 3])
    assert following.run("run")["id"] == run_id
    assert following.changes(version)["runs"] == [run_id]


@pytest.mark.row("F20")
def test_one_vanished_file_takes_its_points_and_leaves_the_others(tmp_path: Path, follow: Follow) -> None:
    first = write(tmp_path / "run", scalars(range(5)), "events.out.tfevents.1.host.1.0")
    write(tmp_path / "run", scalars(range(5, 9), wall_time=1_700_000_100.0), "events.out.tfevents.2.host.1.1")
    following = follow(tmp_path)
    version = following.until(lambda: following.steps() == list(range(9)))
    first.unlink()
    following.until(lambda: following.steps() == [5, 6, 7, 8] and following.index.version > version)
    assert following.changes(version)["runs"] == [following.run("run")["id"]]


@pytest.mark.row("E05", "E06")
def test_corrupt_bytes_cost_only_their_records(tmp_path: Path, follow: Follow) -> None:
    records = [header(), *(scalar(step, step) for step in range(10))]
    broken = bytearray(records[4])
    broken[20] ^= 0xFF
    write(tmp_path / "payload", b"".join([*records[:4], bytes(broken), *records[5:]]))
    broken = bytearray(records[4])
    broken[0] ^= 0xFF
    write(tmp_path / "length", b"".join([*records[:4], bytes(broken), *records[5:]]))
    write(tmp_path / "good", b"".join(records))
    following = follow(tmp_path)
    following.until_loaded()
    assert {name: run["points"] for name, run in following.runs().items()} == {
        "payload": 9,
        "length": 9,
        "good": 10,
    }
    offset = sum(len(record) for record in records[:4])
    for name in ("payload", "length"):
        run = following.run(name)
        (damage,) = run["files"][0]["damage"]
        assert (run["state"], damage["code"], damage["offset"], damage["length"]) == (
            "damaged",
            f"{name}_checksum",
            offset,
            len(broken),
        )
        assert f"byte {offset}" in damage["message"]
        assert str(tmp_path / name) in run["message"]
