"""Embeddings: files that TensorBoard's projector reads, as the peers write them."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from lightboard import SummaryWriter
from log.peers import PEERS, peer_named
from log.program import Program, run, succeed
from log.records import event_files, events

POINTS = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
PICTURES = np.linspace(0, 1, 9 * 3 * 4 * 4, dtype=np.float32).reshape(9, 3, 4, 4)
LABELS = ["a", 2, 3.5, "損失", "", None, True, "x y", "z"]


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and "tfevents" not in path.name
    }


def config(directory: Path) -> Any:
    text = (directory / "projector_config.pbtxt").read_text(encoding="utf-8")
    return text_format.Parse(text, ProjectorConfig())


@pytest.mark.parametrize("peer", PEERS)
def test_files_equal_the_peers(tmp_path: Path, peer: str) -> None:
    library = peer_named(peer)
    for name, writer in (
        ("ours", SummaryWriter(tmp_path / "ours")),
        ("theirs", library.writer(str(tmp_path / "theirs"))),
    ):
        pictures: Any = PICTURES
        if peer == "torch" and name == "theirs":
            import torch

            pictures = torch.from_numpy(PICTURES)
        writer.add_embedding(POINTS, LABELS, pictures, 7, "a/b%")
        writer.add_embedding(POINTS, [["x", 1]] * 9, metadata_header=["name", "number"])
        writer.add_embedding(POINTS.astype(np.float64), tag="plain")
        writer.close()
    ours, theirs = files(tmp_path / "ours"), files(tmp_path / "theirs")
    assert set(ours) == set(theirs)
    pictures, configs = ({name for name in ours if name.endswith(end)} for end in (".png", ".pbtxt"))
    assert {name: ours[name] for name in set(ours) - pictures - configs} == {
        name: theirs[name] for name in set(theirs) - pictures - configs
    }
    assert config(tmp_path / "ours") == config(tmp_path / "theirs")
    (sprite,) = pictures
    mine, other = (Image.open(tmp_path / name / sprite) for name in ("ours", "theirs"))
    assert mine.size == (12, 12)
    assert np.array_equal(np.asarray(mine), np.asarray(other))


def test_the_configuration_is_merged(tmp_path: Path) -> None:
    (tmp_path / "projector_config.pbtxt").write_text(
        '# by hand\nmodel_checkpoint_path: "x } {"\n'
        'embeddings # the old one\n< tensor_name: "default:00000" tensor_path: "old" >\n'
        'embeddings {\n  tensor_name: "theirs"\n}\n',
        encoding="utf-8",
    )
    for _ in range(2):
        with SummaryWriter(tmp_path) as writer:
            writer.add_embedding(POINTS)
            writer.add_embedding(POINTS, tag='損失 "quoted"\n')
    assert (tmp_path / "projector_config.pbtxt").read_text(encoding="utf-8").startswith("# by hand\n")
    found = config(tmp_path)
    assert found.model_checkpoint_path == "x } {"
    assert [it.tensor_name for it in found.embeddings] == ["theirs", "default:00000", '損失 "quoted"\n:00000']
    assert found.embeddings[1].tensor_path == "00000/default/tensors.tsv"


def test_the_last_of_one_name_is_what_stays(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for number in range(40):
            # The later, the less there is to write.
            writer.add_embedding(np.full((1, 4_000 - 100 * number), number))
            writer.add_embedding(np.full((1, 2), number), tag=f"other {number}")
    assert (tmp_path / "00000/default/tensors.tsv").read_text() == "\t".join(["39"] * 100) + "\n"
    assert names(tmp_path) == [
        *(f"other {number}:00000" for number in range(39)),
        "default:00000",
        "other 39:00000",
    ]


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint16", "int64", "uint64", "float16", "float32", "float64", ">f4"]
)
def test_numbers_are_written_as_python_writes_them(tmp_path: Path, dtype: str) -> None:
    numbers = (
        np.array([[0, 1, 2, 3], [1e-5, 0.1, 100, 65504]]) if "f" in dtype else np.arange(8).reshape(2, 4)
    )
    points = numbers.astype(dtype)[:, ::-1]
    with SummaryWriter(tmp_path) as writer:
        writer.add_embedding(points)
    expected = "".join("\t".join(map(str, row)) + "\n" for row in points.tolist())
    assert (tmp_path / "00000/default/tensors.tsv").read_text() == expected


def test_labels_stay_in_their_row(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_embedding([[1, 2], [3, 4]], ["two\nlines", "a\ttab"])
    assert (tmp_path / "00000/default/metadata.tsv").read_text() == "two lines\na tab\n"


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (([1, 2],), ValueError, r"mat: expected the shape \[points, dimensions\]"),
        (("text",), TypeError, "mat: expected"),
        ((POINTS, ["a"]), ValueError, "metadata: expected 9 labels, one for each point, found 1"),
        (
            (POINTS, None, PICTURES[:2]),
            ValueError,
            "label_img: expected 9 pictures, one for each point, found 2",
        ),
        ((POINTS, None, PICTURES[0]), ValueError, "label_img: expected 4 dimensions"),
        ((POINTS, [["a", 1]] * 9, None, 0, "t", ["one"]), ValueError, r"metadata\[0\]: expected 1 values"),
        ((POINTS, None, None, "x"), ValueError, "global_step: expected a whole number"),
        ((POINTS, None, None, 0, ".."), ValueError, "tag: expected a name inside the log directory"),
        ((POINTS, None, None, 0, 3), TypeError, "tag: expected a str"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(kind, match=message):
        writer.add_embedding(*arguments)
    assert files(tmp_path) == {}


@pytest.mark.parametrize("on_error", ["warn", "raise"])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, on_error: str) -> None:
    text = f"""
import numpy as np, resource
writer = SummaryWriter("run", on_error={on_error!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    try:
        writer.add_embedding(np.ones((500, 20)), tag="points")
        writer.flush()
    except OSError as error:
        say(f"raised {{error}}")
say(heard(warned))
"""
    told = succeed(text, tmp_path)
    assert told.startswith("raised") == (on_error == "raise")
    assert "points" in told
    assert "tensors.tsv" in told
    assert "File too large" in told
    assert files(tmp_path / "run") == {}


def names(directory: Path) -> list[str]:
    return [it.tensor_name for it in config(directory).embeddings]


def test_writers_of_one_directory_keep_each_others(tmp_path: Path) -> None:
    text = """
writers = [SummaryWriter("run"), SummaryWriter("run")]
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        for number in range(20):
            writers[0].add_embedding([[child]], tag=f"child {child}, {number}")
        writers[0].close()
        os._exit(0)
    children.append(pid)
for number in range(50):
    for writer in writers:
        writer.add_embedding([[number]], tag=f"{writers.index(writer)}, {number}")
for pid in children:
    os.waitpid(pid, 0)
for writer in writers:
    writer.close()
"""
    succeed(text, tmp_path)
    assert len(set(names(tmp_path / "run"))) == 3 * 20 + 2 * 50
    assert not [name for name in files(tmp_path / "run") if name.endswith(".new")]


# A configuration that is a pipe stands for a disk that hangs: to read it takes until somebody writes.
HANGS = """
import numpy as np
os.mkdir("run")
os.mkfifo("run/projector_config.pbtxt")
"""


def test_images_wait_for_no_embedding(tmp_path: Path) -> None:
    text = (
        HANGS
        + """
writer = SummaryWriter("run")
writer.add_embedding([[1, 2]])
for step in range(20):
    writer.add_image("image", np.zeros((3, 8, 8), np.uint8), step)
os.kill(os.getpid(), signal.SIGTERM)
while True: signal.pause()
"""
    )
    assert run(text, tmp_path)[0] == -signal.SIGTERM
    (path,) = event_files(tmp_path / "run")
    assert [event.step for event in events(path)[1:]] == list(range(20))


def test_where_no_thread_can_be_had_every_turn_comes(tmp_path: Path) -> None:
    text = (
        HANGS
        + """
import resource
writer = SummaryWriter("run")
first = threading.Thread(target=writer.add_embedding, args=([[1, 2]],))
ready = threading.Event()
run, first.run = first.run, lambda: (ready.wait(), run())
first.start()
# Room for all else, which is kept since something lies above it.
spare = [bytearray(2_000) for _ in range(4_000)]
above = spare.pop()
del spare
# No room for the stack of a thread, even if something is given back meanwhile.
pages = int(open("/proc/self/statm").read().split()[0])
room = pages * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
ready.set()
pipe = os.open("run/projector_config.pbtxt", os.O_WRONLY)  # Until the first embedding reads it.
writer.add_embedding([[3, 4]], tag="second")
os.close(pipe)
first.join()
writer.flush()
os._exit(0)
"""
    )
    program = Program(text, tmp_path)
    assert program.end()[0] == 0
    assert names(tmp_path / "run") == ["default:00000", "second:00000"]


def test_large_copies_are_on_a_disk(tmp_path: Path) -> None:
    kinds = [
        subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True, check=True).stdout
        for path in ("/dev/shm", str(tmp_path))
    ]
    if kinds[0].strip() != "tmpfs" or kinds[1].strip() == "tmpfs":
        pytest.skip("needs /dev/shm in memory, and a directory that is not")
    text = (
        HANGS
        + """
os.environ["TMPDIR"] = "/dev/shm"
writer = SummaryWriter("run")
writer.add_embedding([[1, 2]])  # What comes next waits for its turn.
writer.add_embedding(np.ones((600, 500)), label_img=np.zeros((600, 3, 30, 30), np.uint8), tag="large")
writer.add_video("video", np.zeros((1, 100, 3, 256, 256), np.uint8), 0)
open_files = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
for path in open_files:
    if path.endswith("(deleted)"):
        say(os.path.dirname(path))
os._exit(0)
"""
    )
    assert succeed(text, tmp_path).split() == [str(tmp_path / "run")] * 3
