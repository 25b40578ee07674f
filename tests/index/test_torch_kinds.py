"""What torch's own writer logs of every kind is read as that kind, with its values."""

import io
import warnings
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

import lightboard
from lightboard.index import Index, Mesh
from log.peers import import_moviepy

torch = pytest.importorskip("torch", reason="run by make test-torch")

pytestmark = pytest.mark.torch

SAMPLES = torch.linspace(-1, 1, 2205)
FRAMES = torch.arange(2 * 4 * 3 * 8 * 6, dtype=torch.uint8).reshape(2, 4, 3, 8, 6)
"""A batch of 2 videos, 4 frames of 3 colours, 8 high, 6 wide."""
PICTURE = torch.rand(3, 8, 6, generator=torch.Generator().manual_seed(0))
VERTICES = torch.arange(15, dtype=torch.float32).reshape(1, 5, 3)
FACES = torch.tensor([[[0, 1, 2], [2, 3, 4]]])
COLORS = torch.full((1, 5, 3), 7)
TENSORS = {
    "float32": torch.arange(6, dtype=torch.float32).reshape(2, 3),
    "float64": torch.tensor([0.1, float("nan")], dtype=torch.float64),
    "int64": torch.tensor([2**60, -1]),
    "uint8": torch.arange(4, dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
    "bfloat16": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
    "float16": torch.tensor([0.1], dtype=torch.float16),
}
LABELS, SCORES = torch.tensor([0, 1, 1, 0, 1]), torch.tensor([0.1, 0.9, 0.4, 0.6, 0.8])


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    from torch.utils.tensorboard import SummaryWriter as Torch

    logs = tmp_path_factory.mktemp("torch") / "logs"
    with Torch(str(logs / "run")) as writer:
        writer.add_scalar("scalar", 0.5, 1)
        writer.add_scalar("scalar_new", 0.25, 1, new_style=True, double_precision=True)
        writer.add_histogram("histogram", torch.arange(100), 1)
        writer.add_image("image", PICTURE, 1)
        writer.add_audio("audio", SAMPLES, 1, sample_rate=22_050)
        writer.add_text("text", "*words*", 1)
        for name, value in TENSORS.items():
            writer.add_tensor(name, value, 1)
        writer.add_pr_curve("pr_curve", LABELS, SCORES, 1, num_thresholds=5)
        writer.add_mesh("mesh", VERTICES, colors=COLORS, faces=FACES, config_dict={"a": 1}, global_step=1)
        writer.add_custom_scalars({"losses": {"both": ["Multiline", ["loss/.*"]]}})
        writer.add_hparams({"lr": 0.1, "name": "adam", "big": True}, {"accuracy": 0.9}, run_name="h")
        with warnings.catch_warnings():
            # Of torch about its own way to a graph.
            warnings.simplefilter("ignore", DeprecationWarning)
            writer.add_graph(torch.nn.Linear(3, 2), torch.zeros(1, 3))
        writer.add_embedding(torch.eye(3), metadata=["a", "b", "c"], tag="embedding", global_step=1)
    with lightboard.open(logs, cache_dir=None) as opened:
        yield opened


def value(index: Index, tag: str, kind: str, run: str = "run") -> Any:
    """The one value of the series."""
    (series,) = index.series(tag, run=run, kind=kind)
    assert series.step.tolist() in ([1], [0]), "those without a step have 0"
    return series.values[0]


def test_nothing_is_unknown_or_damaged(index: Index) -> None:
    found = {(series.tag, series.kind) for series in index.series(kind=None) if series.run.name == "run"}
    assert found == {
        ("scalar", "scalar"),
        ("scalar_new", "scalar"),
        ("histogram", "histogram"),
        ("image", "image"),
        ("audio", "audio"),
        ("text/text_summary", "text"),
        *((name, "tensor") for name in TENSORS),
        ("pr_curve", "pr_curve"),
        *((f"mesh_{part}", "mesh") for part in ("VERTEX", "FACE", "COLOR")),
        ("custom_scalars__config__", "layout"),
        ("__run_graph__", "graph"),
        ("step1", "graph"),
    }
    assert [run.message for run in index.runs if run.message] == []


def test_scalars(index: Index) -> None:
    run = index.runs["run"]
    assert (run["scalar"].value.tolist(), run["scalar_new"].value.tolist()) == ([0.5], [0.25])


def test_histogram(index: Index) -> None:
    histogram = value(index, "histogram", "histogram")
    assert (histogram.edges.min(), histogram.edges.max(), histogram.count.sum()) == (0, 99, 100)


def test_image(index: Index) -> None:
    (image,) = value(index, "image", "image")
    pixels = np.asarray(Pillow.open(io.BytesIO(image.encoded)))
    assert (image.media_type, image.width, image.height) == ("image/png", 6, 8)
    np.testing.assert_allclose(pixels, PICTURE.permute(1, 2, 0).numpy() * 255, atol=1)


def test_audio(index: Index) -> None:
    (audio,) = value(index, "audio", "audio")
    assert (audio.media_type, audio.sample_rate, audio.channels, audio.frames) == (
        "audio/wav", 22_050, 1, 2205,
    )  # fmt: skip
    with wave.open(io.BytesIO(audio.encoded)) as file:
        samples = np.frombuffer(file.readframes(2205), np.int16)
    np.testing.assert_allclose(samples / 32767, SAMPLES.numpy(), atol=1e-4)


def test_text(index: Index) -> None:
    assert np.array(value(index, "text/text_summary", "text")).tolist() == ["*words*"]


@pytest.mark.parametrize("name", TENSORS)
def test_tensor(index: Index, name: str) -> None:
    logged = TENSORS[name]
    found = value(index, name, "tensor")
    expected = (logged.float() if name in {"bfloat16", "float16"} else logged).numpy()
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.astype(expected.dtype), expected)


def test_pr_curve(index: Index) -> None:
    curve = value(index, "pr_curve", "pr_curve")
    assert curve.thresholds.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert (curve.true_positives[0], curve.false_positives[0]) == (3, 2)
    assert (curve.precision[0], curve.recall[0]) == pytest.approx((0.6, 1.0))


def test_mesh(index: Index) -> None:
    parts: dict[str, Mesh] = {
        part: value(index, f"mesh_{part.upper()}", "mesh") for part in ("vertex", "face", "color")
    }
    assert {name: (part.part, part.name, part.config) for name, part in parts.items()} == {
        name: (name, "mesh", {"a": 1}) for name in parts
    }
    for name, logged in (("vertex", VERTICES), ("face", FACES), ("color", COLORS)):
        np.testing.assert_array_equal(parts[name].array, logged.numpy())


def test_layout(index: Index) -> None:
    layout = value(index, "custom_scalars__config__", "layout")
    assert [(it["title"], it["charts"]) for it in layout["categories"]] == [
        ("losses", [{"title": "both", "multiline": ["loss/.*"]}])
    ]


def test_hparams(index: Index) -> None:
    session = value(index, "_hparams_/session_start_info", "hparams", "run/h")["session_start"]
    assert session["hparams"] == {"lr": 0.1, "name": "adam", "big": True}
    assert index.runs["run"].hparams == session["hparams"]


def test_graph(index: Index) -> None:
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    graph = value(index, "__run_graph__", "graph")
    assert graph.format == "graph_def"
    names = {node.name for node in GraphDef.FromString(graph.encoded).node}
    assert any("Linear" in name for name in names), names


def test_video(index: Index, tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter as Torch

    import_moviepy()
    with Torch(str(tmp_path / "run")) as writer:
        writer.add_video("video", FRAMES, 1, fps=4)
    with lightboard.open(tmp_path, cache_dir=None) as opened:
        (video,) = value(opened, "video", "video")
        frames = Pillow.open(io.BytesIO(video.encoded))
        assert (video.media_type, video.width, video.height) == ("image/gif", 12, 8)
        assert getattr(frames, "n_frames", 1) == 4
