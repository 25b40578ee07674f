"""Meshes: as torch stores them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData
from tensorboard.util import tensor_util

import lightboard
from lightboard import SummaryWriter
from log.peers import peer_named
from log.records import event_files, events

RANDOM = np.random.default_rng(7)
POINTS = RANDOM.normal(size=(2, 5, 3)).astype(np.float32)
COLORS = RANDOM.integers(0, 256, (2, 5, 3)).astype(np.uint8)
FACES = RANDOM.integers(0, 5, (2, 7, 3))
CONFIG = {"material": {"cls": "PointsMaterial", "size": 0.5}, "camera": {"cls": "PerspectiveCamera"}}

MESHES: list[dict[str, Any]] = [
    {"vertices": POINTS},
    {"vertices": POINTS, "colors": COLORS},
    {"vertices": POINTS, "faces": FACES, "config_dict": CONFIG},
    {"vertices": POINTS.astype(np.float64), "colors": COLORS, "faces": FACES, "config_dict": {}},
    {"vertices": [[[0, 0, 1], [1, 0, 0]]], "colors": [[[255, 0, 0], [0, 0, 255]]]},
    {"vertices": np.asfortranarray(POINTS), "colors": np.asfortranarray(COLORS), "faces": FACES[:, ::2]},
    {"vertices": np.zeros((1, 0, 3))},
]


def log(writer: Any) -> None:
    for tag in ("cloud", "a/b (c)"):
        for mesh in MESHES:
            writer.add_mesh(tag, **mesh, global_step=3, walltime=1763800000.25)


@pytest.mark.torch
def test_events_equal_torchs(tmp_path: Path) -> None:
    both = peer_named("torch").both(tmp_path, log)
    assert both.ours == both.theirs


def test_numbers_equal_tensorboard_xs(tmp_path: Path) -> None:
    """It names the parts by numbers, tells no components and writes `null` for no configuration."""
    both = peer_named("tensorboardX").both(
        tmp_path,
        lambda writer: writer.add_mesh("m", POINTS, COLORS, FACES, CONFIG, 3, 1763800000.25),
    )
    (ours,), (theirs,) = both
    assert (ours.step, ours.wall_time) == (theirs.step, theirs.wall_time)
    assert [value.tag for value in ours.summary.value] == ["m_VERTEX", "m_FACE", "m_COLOR"]
    for mine, peers in zip(ours.summary.value, theirs.summary.value, strict=True):
        assert mine.tensor == peers.tensor
        found, expected = (
            MeshPluginData.FromString(value.metadata.plugin_data.content) for value in (mine, peers)
        )
        expected.components = 2 | 4 | 8
        assert found == expected


def test_we_read_what_was_logged(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_mesh("m", POINTS, COLORS, FACES, CONFIG)
    with lightboard.open(tmp_path) as index:
        found = {series.tag: series.values[0].array for series in index.series(kind="mesh")}
    logged: dict[str, Any] = {"m_VERTEX": POINTS, "m_COLOR": COLORS, "m_FACE": FACES}
    assert {tag: array.tolist() for tag, array in found.items()} == {
        tag: array.tolist() for tag, array in logged.items()
    }


@pytest.mark.parametrize(
    ("mesh", "kind", "message"),
    [
        (
            {"vertices": np.zeros((5, 3))},
            ValueError,
            r"vertices: expected the shape \[batch, n, 3\], found numpy.nd",
        ),
        ({"vertices": np.zeros((1, 5, 2))}, ValueError, r"vertices: expected the shape \[batch, n, 3\]"),
        (
            {"vertices": POINTS, "colors": COLORS[:, :4]},
            ValueError,
            r"colors: expected the shape \[2, 5, 3\]",
        ),
        ({"vertices": POINTS, "faces": FACES[:1]}, ValueError, r"faces: expected the shape \[2, n, 3\]"),
        ({"vertices": None}, TypeError, "vertices: expected an array"),
        (
            {"vertices": POINTS, "config_dict": {"a": {1}}},
            TypeError,
            "config_dict: expected what JSON has, found",
        ),
    ],
)
def test_what_is_refused_costs_only_its_own_call(
    tmp_path: Path, mesh: Any, kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(kind, match=message):
            writer.add_mesh("m", **mesh)
        writer.add_mesh("m", POINTS)
    (event,) = events(event_files(tmp_path)[0])[1:]
    assert event.step == 0
    assert np.array_equal(tensor_util.make_ndarray(event.summary.value[0].tensor), POINTS)
