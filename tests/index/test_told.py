"""What a run's earlier file tells of a tag holds for the later ones: TensorFlow tells only once."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.util.tensor_util import make_tensor_proto

import lightboard
from index.following import Following
from index.records import header, write
from index.values import mesh, record, strings, tensor
from lightboard._core import audit_file

Follow = Callable[..., Following]
BEGIN = 1_700_000_000.0
NAMES = [f"events.out.tfevents.1700000000.host.1.{number}" for number in range(3)]
BUCKETS = make_tensor_proto(np.array([[0.0, 1.0, 3.0], [1.0, 2.0, 4.0]]))
VERTICES = np.arange(15, dtype=np.float32).reshape(1, 5, 3)
KINDS = {"weights": "histogram", "note": "text", "mesh_1": "mesh", "mystery": "unknown"}


def untold(tag: str, proto: TensorProto) -> Summary.Value:
    return Summary.Value(tag=tag, tensor=proto)


def told_file(wall_time: float = BEGIN) -> bytes:
    values = [
        tensor("weights", "histograms", BUCKETS),
        tensor("note", "text", strings(b"told")),
        *mesh(1, VERTICES).value,
        tensor("mystery", "of_tomorrow", strings(b"a"), b"content"),
    ]
    return header(wall_time) + record(0, *values)


def untold_file(step: int, wall_time: float = BEGIN + 100) -> bytes:
    values = [
        untold("weights", BUCKETS),
        untold("note", strings(b"not told")),
        untold("mesh_1", make_tensor_proto(VERTICES)),
        untold("mystery", strings(b"b")),
    ]
    return header(wall_time) + record(step, *values)


def kinds(following: Following) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag, kind in following.tags():
        found.setdefault(tag, []).append(kind)
    return found


def all_of(kind: str | None = None) -> dict[str, list[str]]:
    return {tag: [kind or own] for tag, own in KINDS.items()}


@pytest.mark.row("E10")
def test_values_of_a_later_file_are_what_the_earlier_one_told(tmp_path: Path) -> None:
    write(tmp_path / "run", told_file(), NAMES[0])
    write(tmp_path / "run", untold_file(1), NAMES[1])
    with lightboard.open(tmp_path, cache_dir=None) as index:
        assert index.tags == all_of()

        def values(tag: str) -> list[Any]:
            (series,) = index.series(tag, kind=KINDS[tag])
            assert series.step.tolist() == [0, 1]
            return list(series.values)

        assert values("note") == [["told"], ["not told"]]
        assert [value.count.tolist() for value in values("weights")] == [[3.0, 4.0]] * 2
        assert [(value.part, value.name, value.config) for value in values("mesh_1")] == [
            ("vertex", "mesh", {"a": 1})
        ] * 2
        assert [(value.plugin_name, value.plugin_content) for value in values("mystery")] == [
            ("of_tomorrow", b"content")
        ] * 2


@pytest.mark.row("E10")
def test_the_earlier_file_may_come_later_and_go_again(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", untold_file(1), NAMES[1])
    following = follow(tmp_path)
    following.until_loaded()
    following.until_quiet()
    assert kinds(following) == all_of("unknown")
    before = following.index.version
    first = write(tmp_path / "run", told_file(), NAMES[0])
    following.until(lambda: kinds(following) == all_of() and following.changes(before)["tags"])
    # What is appended to a series that has moved goes there.
    with (tmp_path / "run" / NAMES[1]).open("ab") as file:
        file.write(record(2, untold("note", strings(b"more"))))
    following.until(lambda: following.run("run")["last_step"] == 2)
    following.until_quiet()
    assert kinds(following) == all_of()
    first.unlink()
    following.until(lambda: kinds(following) == all_of("unknown"))
    assert following.run("run")["tags"] == len(KINDS)


@pytest.mark.row("E10")
def test_what_was_told_is_taken_back_when_the_file_tells_itself_later(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", header(BEGIN) + record(0, tensor("note", "text", strings(b"told"))), NAMES[0])
    later = write(
        tmp_path / "run",
        header(BEGIN + 100) + record(1, untold("note", strings(b"not told"))),
        NAMES[1],
    )
    following = follow(tmp_path)
    following.until_loaded()
    following.until_quiet()
    assert kinds(following) == {"note": ["text"]}
    with later.open("ab") as file:
        file.write(record(2, tensor("note", "of_tomorrow", strings(b"own"))))
    following.until(lambda: following.run("run")["last_step"] == 2)
    following.until_quiet()
    assert kinds(following) == {"note": ["text", "unknown"]}
    with lightboard.open(tmp_path, cache_dir=None) as index:
        assert set(index.tags["note"]) == {"text", "unknown"}


@pytest.mark.row("E10")
def test_what_a_later_file_tells_is_not_told_of_an_earlier_one(tmp_path: Path, follow: Follow) -> None:
    # Names are in another order than the times.
    write(tmp_path / "run", told_file(BEGIN + 50), NAMES[0])
    write(tmp_path / "run", untold_file(0, BEGIN), NAMES[1])
    following = follow(tmp_path)
    following.until_loaded()
    following.until_quiet()
    assert kinds(following) == {tag: sorted({kind, "unknown"}) for tag, kind in KINDS.items()}
    write(tmp_path / "run", header(BEGIN - 50) + record(0, tensor("note", "tensor", strings(b"x"))), NAMES[2])
    following.until(lambda: "tensor" in kinds(following)["note"])
    following.until_quiet()
    assert kinds(following)["note"] == ["tensor", "text"]


@pytest.mark.row("E10")
def test_a_second_start_tells_the_same(tmp_path: Path, follow: Follow) -> None:
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    first = write(logs / "run", told_file(), NAMES[0])
    write(logs / "run", untold_file(1), NAMES[1])
    for gone in (False, False, True):
        if gone:
            first.unlink()
        following = follow(logs, cache=cache)
        following.until_loaded()
        following.until_quiet()
        assert kinds(following) == all_of("unknown" if gone else None)
        following.index.close()


@pytest.mark.row("E10")
def test_a_lone_number_without_metadata_is_a_scalar(tmp_path: Path, follow: Follow) -> None:
    number = make_tensor_proto(1.0)
    write(tmp_path / "run", header(BEGIN) + record(0, tensor("loss", "tensor", number)), NAMES[0])
    write(tmp_path / "run", header(BEGIN + 100) + record(1, untold("loss", number)), NAMES[1])
    following = follow(tmp_path)
    following.until_loaded()
    assert kinds(following) == {"loss": ["scalar", "tensor"]}


@pytest.mark.row("E10")
def test_lone_numbers_belong_to_an_unknown_plugin_that_was_told(tmp_path: Path, follow: Follow) -> None:
    """Without it, or with an untold vector first, they are scalars; the doctor's pass says the same."""
    vector, number = make_tensor_proto([1.0, 2.0]), make_tensor_proto(1.0)
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    path = write(
        logs / "run",
        header(BEGIN)
        + record(0, tensor("mine", "of_tomorrow", vector, b""), untold("bare", vector))
        + record(1, untold("mine", number), untold("bare", number))
        + record(2, untold("mine", number), untold("bare", number)),
    )
    expected = {("mine", "unknown"): 3, ("bare", "unknown"): 1, ("bare", "scalar"): 2}
    facts = json.loads(audit_file(path, math.inf))
    assert {(one["tag"], one["kind"]): one["count"] for one in facts["series"]} == expected
    for _ in range(2):
        following = follow(logs, cache=cache)
        following.until_loaded()
        assert following.tags() == dict.fromkeys(expected, 1)
        assert following.steps("bare") == [1, 2]
        following.index.close()
