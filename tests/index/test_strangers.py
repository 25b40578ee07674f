"""Event files under names that are not theirs: found by their first bytes, reported, and read when they are renamed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event

from index.following import Following
from index.records import NAME, frame, header, scalar, scalars, write

Follow = Callable[..., Following]


def skipped(following: Following) -> dict[str, str]:
    return {skipped["path"]: skipped["reason"] for skipped in following.state()["logdirs"][0]["skipped"]}


@pytest.mark.row("F10")
def test_an_event_file_under_a_foreign_name_is_reported_and_read_when_it_is_renamed(
    tmp_path: Path, follow: Follow
) -> None:
    write(tmp_path / "good", scalars(range(3)))
    path = write(tmp_path / "run", scalars(range(10)), "log.bin")
    write(tmp_path / "nameless", scalar(1, 1), "no-header")
    write(tmp_path / "run", b"step,loss\n" * 100, "metrics.csv")
    write(tmp_path / "run", b"", "empty")
    write(tmp_path / "run", frame(b"\x0a\x0cother records"), "data.tfrecord")
    write(tmp_path / "run", frame(Event(wall_time=1.0, step=1).SerializeToString()), "hardly")
    following = follow(tmp_path)
    root = tmp_path.name
    following.until(lambda: len(skipped(following)) == 2)
    assert set(skipped(following)) == {f"{root}/run/log.bin", f"{root}/nameless/no-header"}
    reason = skipped(following)[f"{root}/run/log.bin"]
    assert "rename it so that its name contains `tfevents`" in reason
    assert "events.out.tfevents.log.bin" in reason
    assert set(following.runs()) == {"good"}

    path.rename(path.with_name(NAME))
    following.until(lambda: following.runs().get("run", {}).get("points") == 10)
    following.until(lambda: set(skipped(following)) == {f"{root}/nameless/no-header"})


@pytest.mark.row("F10")
def test_a_file_that_loses_its_name_is_reported(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(10)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(10)))
    path.rename(path.with_name("old.log"))
    following.until(lambda: list(skipped(following)) == [f"{tmp_path.name}/run/old.log"])
    assert following.runs() == {}
    assert following.state()["logdirs"][0]["state"] == "empty"


@pytest.mark.row("F10")
def test_of_a_crowd_a_hundred_are_looked_into_and_it_is_said(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(3)))
    for number in range(150):
        write(tmp_path / "images", b"\x89PNG and so on", f"{number:03}.png")
    write(tmp_path / "images", header(), "zz-my-events.log")
    write(tmp_path / "images", header(), "zz.log")
    for number in range(101):
        write(tmp_path / "more", b"x", f"{number:03}.txt")
    following = follow(tmp_path)
    root = tmp_path.name
    found = f"{root}/images/zz-my-events.log"
    following.until(lambda: found in skipped(following))
    assert set(skipped(following)) == {found, f"{root}/images"}
    reason = skipped(following)[f"{root}/images"]
    assert reason.startswith("53 files here and in 1 smaller folder were not looked into")
    assert following.run("run")["points"] == 3
