"""Several numbers in one call: sub-runs, laid out as torch does."""

import os
from pathlib import Path
from typing import Any

import pytest

from lightboard import LightboardWarning, SummaryWriter
from log.program import succeed
from log.records import event_files, events, points


def test_layout(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, filename_suffix=".x") as writer:
        for step in range(10):
            writer.add_scalars("loss/epoch", {"train": step, "test/a": -step, "実験": 0.5}, step)
    found = {str(path.parent.relative_to(tmp_path)) for path in tmp_path.rglob("*tfevents*.x")}
    assert found == {".", "loss_epoch_train", "loss_epoch_test/a", "loss_epoch_実験"}
    assert [tuple(point) for point in points(tmp_path / "loss_epoch_test" / "a")] == [
        ("loss/epoch", step, -step) for step in range(10)
    ]
    assert points(tmp_path) == []


def test_one_wall_time_for_all(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("loss", {str(number): number for number in range(20)}, 1)
        writer.add_scalars("loss", {str(number): number for number in range(20)}, 2, 7.5)
    for step, only in ((1, None), (2, 7.5)):
        times = {
            event.wall_time
            for number in range(20)
            for event in events(event_files(tmp_path / f"loss_{number}")[0])
            if event.step == step
        }
        assert len(times) == 1
        assert only in (None, *times)


def test_one_thread_for_all(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/task"))
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("loss", {str(number): number for number in range(50)}, 1)
        assert len(os.listdir("/proc/self/task")) <= before + 2


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        ({"good": 1.0, "../../up": 1.0}, ValueError, "inside the log directory"),
        ({"good": 1.0, "a/../../..": 1.0}, ValueError, "inside the log directory"),
        ({"good": 1.0, "/etc/x": 1.0}, ValueError, "inside the log directory"),
        ({"good": 1.0, "a\0b": 1.0}, ValueError, "inside the log directory"),
        ({"a/b": 1.0, "a/./b": 2.0}, ValueError, "key of 'loss': expected a sub-run of its own for each"),
        ({"good": 1.0, "bad": [1.0, 2.0]}, ValueError, "key 'bad' of 'loss'"),
        ({"good": 1.0, 3: 1.0}, TypeError, "key of 'loss': expected a str"),
    ],
)
def test_what_is_refused_is_refused_whole(
    tmp_path: Path, values: dict[Any, Any], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path / "run") as writer, pytest.raises(kind, match=message):
        writer.add_scalars("loss", values, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert [path.is_dir() for path in (tmp_path / "run").iterdir()] == [False]


def test_a_file_in_the_way_does_not_end_the_training(tmp_path: Path) -> None:
    (tmp_path / "loss_a").write_text("")
    with SummaryWriter(tmp_path) as writer:
        with pytest.warns(LightboardWarning, match="a file where a directory should be") as warned:
            writer.add_scalars("loss", {"a": 1.0, "b": 1.0}, 1)
        assert str(tmp_path / "loss_a") in str(warned[0].message)
        (tmp_path / "loss_a").unlink()
        writer.add_scalars("loss", {"a": 1.0, "b": 1.0}, 2)
    assert [point.step for point in points(tmp_path / "loss_a")] == [2]
    assert [point.step for point in points(tmp_path / "loss_b")] == [1, 2]


def test_a_file_in_the_way_raises_if_asked_to(tmp_path: Path) -> None:
    (tmp_path / "loss_a").write_text("")
    writer = SummaryWriter(tmp_path, on_error="raise")
    with writer, pytest.raises(FileExistsError, match="a file where a directory should be"):
        writer.add_scalars("loss", {"a": 1.0}, 1)


def test_after_close(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("loss", {"a": 1.0}, 1)
        writer.close()
        with pytest.warns(UserWarning, match="after close"):
            writer.add_scalars("loss", {"a": 1.0, "b": 1.0}, 2)
    assert sorted(point.step for point in points(tmp_path / "loss_a")) == [1, 2]
    assert len(event_files(tmp_path / "loss_b")) == 1


def test_first_used_in_a_forked_child_while_the_parent_logs(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run")
busy = threading.Thread(target=lambda: [writer.add_scalar("busy", 0.0, step) for step in range(300_000)])
busy.start()
for number in range(20):
    child = os.fork()
    if child == 0:
        writer.add_scalars("loss", {"a": number, "b": number}, number)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
busy.join()
"""
    succeed(text, tmp_path)
    for key in "ab":
        found = points(tmp_path / "run" / f"loss_{key}")
        assert sorted(point.step for point in found) == list(range(20))
        assert len(event_files(tmp_path / "run" / f"loss_{key}")) == 20
