"""What may stand in an event file besides scalars in order: kept, told apart, and no reason to lose anything else."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_SCALAR, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_DOUBLE, DT_INT64, DT_STRING

from index.following import Following
from index.records import append, checksum, frame, header, length_header, scalar, scalars, write

Follow = Callable[..., Following]

OTHER = "events.out.tfevents.1700000009.host.2.0"


def value(step: int, value: Summary.Value) -> bytes:
    event = Event(wall_time=1_700_000_000.0 + step, step=step, summary=Summary(value=[value]))
    return frame(event.SerializeToString())


def tensor(step: int, tensor: TensorProto, *, plugin: str | None, tag: str = "loss") -> bytes:
    metadata = None
    if plugin is not None:
        data_class = DATA_CLASS_SCALAR if plugin == "scalars" else 0
        metadata = SummaryMetadata(
            plugin_data=SummaryMetadata.PluginData(plugin_name=plugin), data_class=data_class
        )
    return value(step, Summary.Value(tag=tag, tensor=tensor, metadata=metadata))


def text(step: int, tag: str = "loss", plugin: str | None = "text") -> bytes:
    return tensor(step, TensorProto(dtype=DT_STRING, string_val=[b"words"]), plugin=plugin, tag=tag)


@pytest.mark.row("E02")
def test_two_live_writers_are_both_followed_and_lose_nothing(tmp_path: Path, follow: Follow) -> None:
    first = write(tmp_path / "run", header(1_700_000_000.0))
    second = write(tmp_path / "run", header(1_700_000_000.5), OTHER)
    following = follow(tmp_path)
    following.until_loaded()
    for step in range(8):
        append(first, scalar(step, 1.0))
        append(second, scalar(step, 2.0))
        following.until(lambda: following.run("run")["points"] == 2 * (step + 1))  # noqa: B023 (called at once)
    frame = following.scalars()
    assert sorted(frame.columns["value"].tolist()) == [1.0] * 8 + [2.0] * 8
    assert following.run("run")["state"] == "live"


@pytest.mark.row("E07")
def test_scalars_of_any_type_and_one_element_are_scalars(tmp_path: Path, follow: Follow) -> None:
    one = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
    tensors = [
        TensorProto(dtype=DT_DOUBLE, double_val=[0.1]),
        TensorProto(dtype=DT_INT64, int64_val=[7]),
        TensorProto(dtype=DT_DOUBLE, tensor_shape=one, double_val=[0.5]),
    ]
    records = [tensor(step, it, plugin="scalars") for step, it in enumerate(tensors)]
    write(tmp_path / "run", header() + b"".join(records))
    following = follow(tmp_path)
    following.until_loaded()
    assert following.scalars().columns["value"].tolist() == [0.1, 7.0, 0.5]
    assert following.tags() == {("loss", "scalar"): 1}


@pytest.mark.row("E08")
def test_one_tag_of_two_kinds_is_two_series(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(3)) + text(3))
    write(tmp_path / "other", header() + text(0))
    following = follow(tmp_path)
    following.until_loaded()
    assert following.tags() == {("loss", "scalar"): 1, ("loss", "text"): 2}
    append(path, scalar(4, 4))
    following.until(lambda: following.steps() == [0, 1, 2, 4])
    assert following.run("run")["tags"] == 2


@pytest.mark.row("E09")
def test_values_of_an_unknown_plugin_are_listed(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", header() + text(0, "mystery", "of_tomorrow") + scalar(0, 0))
    following = follow(tmp_path)
    following.until_loaded()
    assert following.tags() == {("mystery", "unknown"): 1, ("loss", "scalar"): 1}


@pytest.mark.row("E10")
def test_scalars_need_no_metadata_of_an_earlier_file(tmp_path: Path, follow: Follow) -> None:
    first = write(
        tmp_path / "run",
        header() + tensor(0, TensorProto(dtype=DT_DOUBLE, double_val=[1.0]), plugin="scalars"),
    )
    later = [tensor(step, TensorProto(dtype=DT_DOUBLE, double_val=[2.0]), plugin=None) for step in (1, 2)]
    write(tmp_path / "run", header(1_700_000_001.0) + b"".join(later), OTHER)
    following = follow(tmp_path)
    following.until_loaded()
    assert following.steps() == [0, 1, 2]
    first.unlink()
    following.until(lambda: following.steps() == [1, 2])


@pytest.mark.row("E11", "E14")
def test_values_that_are_not_finite_and_lone_points_are_kept(tmp_path: Path, follow: Follow) -> None:
    values = [math.nan, 1.0, math.nan, math.inf, -math.inf]
    write(tmp_path / "run", header() + b"".join(scalar(step, it) for step, it in enumerate(values)))
    write(tmp_path / "single", scalars([7]))
    following = follow(tmp_path)
    following.until_loaded()
    frame = following.scalars()
    assert str(frame.columns["value"].tolist()) == str([*values, 7.0])
    assert [(entry["points"], entry["non_finite"]) for entry in frame.header["series"]] == [(5, 4), (1, 0)]


@pytest.mark.row("E14")
def test_a_lone_point_counts_in_its_group_and_at_the_next_start(tmp_path: Path, follow: Follow) -> None:
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    write(logs / "single", scalars([7]))
    write(logs / "long", scalars(range(10)))
    for _ in range(2):
        following = follow(logs, cache=cache)
        following.until_loaded()
        frame = following.scalars(runs=[following.run("single")["id"]])
        assert (frame.columns["step"].tolist(), frame.columns["value"].tolist()) == ([7], [7.0])
        frame = following.groups({"both": ["single", "long"]})
        assert frame.columns["x"].tolist() == list(range(10))
        assert frame.columns["n"].tolist() == [2 if step == 7 else 1 for step in range(10)]
        following.index.close()


@pytest.mark.row("E12")
@pytest.mark.parametrize("wall_time", [math.nan, math.inf, -1.0, -1e15, -1e300, 1.7e308, 0.0])
def test_no_wall_time_costs_a_record(tmp_path: Path, follow: Follow, wall_time: float) -> None:
    path = write(
        tmp_path / "run", header(wall_time) + scalar(0, 0, wall_time=wall_time) + scalar(1, 1) + scalar(2, 2)
    )
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [0, 1, 2])
    append(path, scalar(3, 3, wall_time=wall_time) + scalar(4, 4))
    following.until(lambda: following.steps() == list(range(5)))
    times = following.scalars().columns["wall_time"].tolist()
    assert all(math.isfinite(time) for time in times)
    assert times[1] == 1_700_000_001.0
    assert times[0] == wall_time or not abs(wall_time) <= 1e15
    assert following.run("run")["state"] == "live"


@pytest.mark.row("E13")
def test_negative_and_huge_steps_are_exact(tmp_path: Path, follow: Follow) -> None:
    steps = [-(2**63), -1, 0, 2**53 + 1, 2**63 - 1]
    write(tmp_path / "run", header() + b"".join(scalar(step, 1.0, wall_time=1.0) for step in steps))
    following = follow(tmp_path)
    following.until_loaded()
    assert following.steps() == steps


def times(matrix: list[int], vector: int) -> int:
    """A product of bits modulo 2; a matrix is its columns."""
    product = 0
    for bit, column in enumerate(matrix):
        if vector >> bit & 1:
            product ^= column
    return product


def checksum_with_zeros(start: bytes, zeros: int) -> bytes:
    """The masked checksum of `start` and so many zero bytes behind it, without looking at each."""
    masked = int.from_bytes(checksum(start), "little")
    rotated = (masked - 0xA282EAD8) % 2**32
    register = (rotated << 15 | rotated >> 17) % 2**32 ^ 0xFFFFFFFF
    step = [0x82F63B78, *(1 << bit for bit in range(31))]  # by one zero bit
    bits = zeros * 8
    while bits:
        if bits & 1:
            register = times(step, register)
        step = [times(step, column) for column in step]
        bits >>= 1
    register ^= 0xFFFFFFFF
    return (((register >> 15 | register << 17) + 0xA282EAD8) % 2**32).to_bytes(4, "little")


def huge_record(size: int) -> Iterator[bytes]:
    """The graph of a run, `size` bytes of it."""
    length, rest = bytearray(), size
    while rest > 127:
        length.append(rest & 127 | 128)
        rest >>= 7
    start = b"\x22" + bytes([*length, rest])
    yield length_header(len(start) + size) + start
    for _ in range(size >> 20):
        yield bytes(1 << 20)
    yield checksum_with_zeros(start, size)


READ_HUGE = """
import json, sys
from index.following import Following
def memory(what):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith(what))
before = memory("VmHWM")
following = Following(("runs", sys.argv[1]))
following.until_loaded()
following.until(lambda: following.run("run")["points"] == 6)
print(json.dumps({"file": following.file("run"), "peak": memory("VmHWM") - before}))
"""


@pytest.mark.row("E20")
def test_a_huge_record_is_read_in_memory_of_its_own_size(tmp_path: Path) -> None:
    size = 160 << 20
    path = write(tmp_path / "run", scalars(range(3)))
    with path.open("ab") as file:
        file.writelines(huge_record(size))
        file.write(b"".join(scalar(step, step) for step in range(3, 6)))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", READ_HUGE, str(tmp_path)]
    outcome = json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)
    path.unlink()  # pytest keeps the folders of its last runs
    assert (outcome["file"]["records"], outcome["file"]["damage"]) == (8, [])
    assert outcome["file"]["bytes_read"] == outcome["file"]["bytes"] > size
    assert size < outcome["peak"] < 1.5 * size
