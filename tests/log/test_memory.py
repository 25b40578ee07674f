"""What a writer holds is bounded, whatever the program does."""

import json
from pathlib import Path

import pytest

import lightboard
from lightboard.events import read
from log.program import Program, succeed
from log.records import event_files

# The most that the program has had in memory, and how to have no disk.
PRELUDE = """
import resource
import numpy as np

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

def stop_writing(bytes):
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, resource.RLIM_INFINITY))
"""


def test_a_failing_disk_fills_no_more_memory_than_was_promised(tmp_path: Path) -> None:
    text = (
        PRELUDE
        + """
writer = SummaryWriter("run")
values = np.random.default_rng(1).normal(size=100_000).astype(np.float32)
writer.add_histogram("h", values, 0)
writer.add_scalars("loss", {str(key): 0.0 for key in range(20)}, 0)
writer.flush()
stop_writing(1 << 10)
before = most()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    for step in range(1, 300):
        writer.add_tensor("t", values, step)
        writer.add_text("note", "x" * 10_000, step)
        writer.add_histogram("h", values[:1000], step)
        writer.add_scalars("loss", {str(key): step for key in range(20)}, step)
say(most() - before)
stop_writing(resource.RLIM_INFINITY)
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    writer.close()
say(heard(warned))
"""
    )
    program = Program(text, tmp_path)
    assert int(program.line()) < 64 << 20
    assert "lost" in " ".join(json.loads(program.line()))
    assert program.end()[0] == 0
    (path,) = event_files(tmp_path / "run")
    assert 16 << 20 < path.stat().st_size < 32 << 20
    assert read(path).damage == ()


def test_pictures_are_counted_as_large_as_they_become(tmp_path: Path) -> None:
    text = (
        PRELUDE
        + """
with SummaryWriter("run") as writer:
    picture = np.zeros((3, 224, 224), np.uint8)
    writer.add_image_with_boxes("small", picture, [], 0)
    writer.flush()
    before = most()
    for step in range(2):
        writer.add_image_with_boxes("large", picture, [], step, rescale=20)
say(most() - before)
"""
    )
    # One takes 60 MiB, and is more than there is room for in the queue: no two at a time.
    assert int(succeed(text, tmp_path)) < 90 << 20


def test_videos_and_embeddings_larger_than_the_queue_wait_on_disk(tmp_path: Path) -> None:
    text = (
        PRELUDE
        + """
with SummaryWriter("run") as writer:
    frame, points = np.zeros((1, 1, 3, 256, 256), np.uint8), np.zeros((200_000, 20))
    points += 1
    writer.add_video("small", frame, 0)
    writer.add_embedding(points[:1])
    writer.flush()
    before = most()
    writer.add_video("large", np.broadcast_to(frame, (1, 160, 3, 256, 256)), 1)
    writer.add_embedding(points, tag="large")
say(most() - before)
"""
    )
    # They have 30 MiB each.
    assert int(succeed(text, tmp_path)) < 24 << 20
    assert (tmp_path / "run/00000/large/tensors.tsv").read_text().count("\n") == 200_000


@pytest.mark.parametrize("format", ["gif", "webp"])
def test_frames_of_any_size_take_no_more_memory(tmp_path: Path, format: str) -> None:
    text = (
        PRELUDE
        + f"""
# Many colours, in almost no memory.
values = (np.arange(20_000) // 3 % 256).astype(np.uint8)
def video(count, width, height):
    return np.lib.stride_tricks.as_strided(values, (1, count, 3, height, width), (0, 7, 1000, 1, 1))

with SummaryWriter("run") as writer:
    writer.add_video("small", video(2, 256, 256), format="{format}")
    writer.flush()
    before = most()
    writer.add_video("4K", video(2, 3840, 2160), format="{format}")
    writer.add_video("8K", video(1, 7680, 4320), format="{format}")
say(most() - before)
"""
    )
    # Of pixels they have 48 and 95 MiB.
    assert int(succeed(text, tmp_path)) < 16 << 20


def test_a_record_larger_than_all_the_room(tmp_path: Path) -> None:
    text = """
import numpy as np
with SummaryWriter("run") as writer:
    for step in range(3):
        writer.add_scalar("loss", step, step)
        writer.add_tensor("t", np.full(10_000_000, step, np.float32), step)
        writer.add_text("note", "x" * 40_000_000, step)
"""
    succeed(text, tmp_path)
    with lightboard.open(tmp_path) as index:
        (tensors,) = index.series(tag="t", kind="tensor")
        assert [array[-1] for array in tensors.values] == [0, 1, 2]
        assert index.runs["run"].points == 3


# What a call is given, and the call: of elements that NumPy or the writer has to bring to another type or order.
CALLS = {
    "histogram of bool": ("of(bool)", "writer.add_histogram('a', it)"),
    "histogram of uint8": ("of('uint8')", "writer.add_histogram('a', it)"),
    "histogram of int64": ("of('int64')", "writer.add_histogram('a', it)"),
    "histogram of float16": ("of('float16')", "writer.add_histogram('a', it)"),
    "histogram of columns": ("apart('float32')", "writer.add_histogram('a', it)"),
    "histogram with a number of bins": ("of('float64')", "writer.add_histogram('a', it, bins=10)"),
    "histogram with edges": ("apart('float32')", "writer.add_histogram('a', it, bins=[0, 1, 2])"),
    "histogram of bfloat16": ("of_torch('bfloat16')", "writer.add_histogram('a', it)"),
    "histogram of float8": ("of_torch('float8_e4m3fn').T", "writer.add_histogram('a', it, bins=10)"),
    "curve of float64": ("of('float64')", "writer.add_pr_curve('a', it, it)"),
    "curve of float16": ("of('float16')", "writer.add_pr_curve('a', it, it, weights=it)"),
    "curve of columns": ("apart('uint8')", "writer.add_pr_curve('a', it, it)"),
    "curve of bfloat16": ("of_torch('bfloat16')", "writer.add_pr_curve('a', it, it)"),
    "image of bool": ("of(bool)", "writer.add_image('a', it, dataformats='HW')"),
    "image of int16": ("of('int16')", "writer.add_image('a', it, dataformats='HW')"),
    "image of int64": ("apart('int64')", "writer.add_image('a', it, dataformats='HW')"),
    "image of float16": ("of('float16')", "writer.add_image('a', it, dataformats='HW')"),
    "sound of float32": ("of('float32').reshape(-1)", "writer.add_audio('a', it)"),
    "sound of float64 in rows": ("of('float64').reshape(2, -1)", "writer.add_audio('a', it)"),
    "sound of int32": ("of('int32').reshape(-1)", "writer.add_audio('a', it)"),
    "points of int32": ("of('int32')", "writer.add_embedding(it)"),
    "points of float16 in columns": ("apart('float16')", "writer.add_embedding(it)"),
    "mesh of float64": ("of('float64').reshape(-1, 100, 10)[:, :, :3]", "writer.add_mesh('a', it, it, it)"),
    "text": ("'\\u0436' * rows * 1000", "writer.add_text('a', it)"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(it, marks=pytest.mark.torch if "torch" in CALLS[it][0] else ()) for it in CALLS]
)
def test_a_call_takes_no_copy_of_its_argument(tmp_path: Path, name: str) -> None:
    argument, call = CALLS[name]
    if "torch" in argument:
        pytest.importorskip("torch", reason="run by make test-torch")
    text = (
        PRELUDE
        + f"""
import tracemalloc

# Made in place: what is freed again would be room.
def of(dtype):
    array = np.empty((rows, 1000), dtype)
    array[:] = 1
    return array

def apart(dtype):
    array = np.empty((rows, 1000, 2), dtype)
    array[:] = 1
    return array[:, :, 0]

def of_torch(dtype):
    import torch
    return torch.ones((rows, 1000), dtype=getattr(torch, dtype))

writer = SummaryWriter("run")
for rows in (1, 4000):
    it = {argument}
    writer.flush()
    before = most()
    {call}
taken = most() - before
tracemalloc.start()
{call}
say(json.dumps([taken, tracemalloc.get_traced_memory()[1]]))
writer.close()
"""
    )
    taken, by_python = json.loads(succeed(text, tmp_path))
    assert by_python < 2 << 20
    if name.startswith(("histogram", "curve")):  # Of others the writer keeps more than that.
        assert taken < 2 << 20
