"""What a writer holds is bounded, whatever is logged, how fast, and from how many threads."""

from pathlib import Path

import pytest

import lightboard
from log.program import succeed

MOST = 64 << 20

# Random values, which no format makes smaller, are made before anything is measured; so is what is made once.
PRELUDE = """
import re, threading
import numpy as np

def memory(which):
    with open("/proc/self/status") as status:
        return int(re.search(f"Vm{which}:\\s+(\\d+)", status.read())[1]) << 10

def forget_the_most():
    with open("/proc/self/clear_refs", "w") as clear_refs:
        clear_refs.write("5")
    return memory("RSS")

random = np.random.default_rng(0)
def noise(*shape, dtype=np.uint8):
    return random.integers(0, 256, shape, dtype=np.uint8).astype(dtype)

picture, video, sound = noise(3, 1500, 1500), noise(1, 20, 3, 300, 300), noise(1, 2_000_000, dtype=np.int16)
small, numbers, points = noise(3, 224, 224), random.random(1_000_000), random.random((50_000, 30))
text = "x" * 1_000_000

def everything(writer, kinds, step):
    calls = {
        "small": lambda: [writer.add_image(f"small/{at}", small, step) for at in range(20)],
        "image": lambda: writer.add_image("image", picture, step),
        "jpeg": lambda: writer.add_image("jpeg", picture, step, format="jpeg"),
        "boxes": lambda: writer.add_image_with_boxes("boxes", picture, [[9, 9, 99, 99]], step),
        "gif": lambda: writer.add_video("gif", video, step),
        "webp": lambda: writer.add_video("webp", video, step, format="webp"),
        "wav": lambda: writer.add_audio("wav", sound, step),
        "flac": lambda: writer.add_audio("flac", sound, step, format="flac"),
        "embedding": lambda: writer.add_embedding(points, tag="embedding", global_step=step),
        "tensor": lambda: writer.add_tensor("tensor", numbers, step),
        "text": lambda: writer.add_text("text", text, step),
        "histogram": lambda: writer.add_histogram("histogram", numbers, step),
        "mesh": lambda: writer.add_mesh("mesh", points[None, :, :3], global_step=step),
        "pr": lambda: writer.add_pr_curve("pr", numbers > 0.5, numbers, step),
        "scalars": lambda: [writer.log({f"scalar/{at}": 1.0 for at in range(20)}, step) for _ in range(1000)],
    }
    for kind in kinds:
        calls[kind]()

def warm(writer, kinds):
    global picture, video, sound, small, numbers, points
    kept = picture, video, sound, small, numbers, points
    picture, small, video = picture[:, :8, :8], small[:, :8, :8], video[:, :2, :, :8, :8]
    sound, numbers, points = sound[:, :100], numbers[:100], points[:10]
    everything(writer, kinds, 0)
    picture, video, sound, small, numbers, points = kept
    writer.flush()
"""

ALL = "small image jpeg boxes gif webp wav flac embedding tensor text histogram mesh pr scalars"


@pytest.mark.parametrize(
    ("kinds", "threads", "steps"),
    [(ALL, 1, 3), (ALL, 6, 1), ("tensor text scalars", 6, 4), ("small image jpeg", 6, 4)],
)
def test_a_flood(kinds: str, threads: int, steps: int, tmp_path: Path) -> None:
    text = (
        PRELUDE
        + f"""
kinds = {kinds.split()!r}
warnings.simplefilter("ignore")
writer = SummaryWriter("run")
warm(writer, kinds)
before = forget_the_most()

def log(number):
    for step in range(1, {steps + 1}):
        everything(writer, kinds, {steps + 1} * number + step)

threads = [threading.Thread(target=log, args=(number,)) for number in range({threads})]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
writer.close()
say(memory("HWM") - before)
"""
    )
    assert int(succeed(text, tmp_path)) < MOST


# By kind, as the index names it, and format: a value that is larger than all the room, and the call that logs it.
LARGE = {
    "tensor": ("noise(100_000_000).view(np.int32)", 'add_tensor("large", value)'),
    "tensor strided": (
        "noise(100_000_000).view(np.int32).reshape(5000, 5000).T",
        'add_tensor("large", value)',
    ),
    "text": ('"x" * 100_000_000', 'add_text("large", value)'),
    "text of other letters": ('"\\u0436" * 60_000_000', 'add_text("large", value)'),
    "mesh": ("noise(1, 3_000_000, 3).astype(np.float32)", 'add_mesh("large", value)'),
    "mesh of float64": ("np.ones((1, 3, 5_000_000)).transpose(0, 2, 1)", 'add_mesh("large", value)'),
    "image": ("noise(3, 5000, 5000)", 'add_image("large", value)'),
    "image jpeg": ("noise(3, 5000, 5000)", 'add_image("large", value, format="jpeg")'),
    "video gif": ("noise(1, 100, 3, 500, 500)", 'add_video("large", value)'),
    "video webp": ("noise(1, 100, 3, 500, 500)", 'add_video("large", value, format="webp")'),
    "audio wav": ("noise(2, 20_000_000, dtype=np.int16)", 'add_audio("large", value)'),
    "audio flac": ("noise(2, 10_000_000, dtype=np.int16)", 'add_audio("large", value, format="flac")'),
    "histogram": ("noise(100_000_000)", 'add_histogram("large", value)'),
    "pr_curve": ("random.random(20_000_000)", 'add_pr_curve("large", value > 0.5, value)'),
}


@pytest.mark.parametrize("kind", LARGE)
def test_one_value_larger_than_all_the_room(kind: str, tmp_path: Path) -> None:
    value, call = LARGE[kind]
    text = (
        PRELUDE
        + f"""
writer = SummaryWriter("run")
warm(writer, ["small", "gif", "flac", "text", "histogram", "pr", "mesh"])
value = {value}
before = forget_the_most()
writer.{call}
writer.close()
say(memory("HWM") - before)
"""
    )
    assert int(succeed(text, tmp_path)) < MOST
    with lightboard.open(tmp_path) as index:
        assert any("large" in series.tag for series in index.series(kind=kind.split(maxsplit=1)[0]))
