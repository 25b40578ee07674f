"""What the doctor finds in kinds, plugins, metadata and the spelling of tags."""

from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.plugins.scalar.plugin_data_pb2 import ScalarPluginData
from tensorboard.summary import DirectoryOutput, Writer
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboardX import SummaryWriter as TensorboardXWriter

from doctor.looking import codes, found
from lightboard import SummaryWriter
from logdirs import write_run

pytestmark = pytest.mark.usefixtures("only_records")


def write_tensors(run: Path, tag: str, metadata: SummaryMetadata | None, count: int = 3) -> Path:
    """Scalars as TensorFlow 2 writes them, by TensorBoard's writer: tensors, metadata with the first only."""
    writer = EventFileWriter(str(run))
    for step in range(count):
        value = Summary.Value(tag=tag, tensor=TensorProto(dtype=1, float_val=[float(step)]))
        if metadata is not None and step == 0:
            value.metadata.CopyFrom(metadata)
        writer.add_event(Event(step=step, wall_time=1_763_800_000.0 + step, summary=Summary(value=[value])))
    writer.close()
    (path,) = run.iterdir()
    return path


def write_scalars(run: Path, *tags: str) -> None:
    """Two points of each tag, by TensorBoard's own `summary.Writer`, which takes any tag as it is."""
    writer = Writer(DirectoryOutput(str(run)))
    for step in range(2):
        for tag in tags:
            writer.add_scalar(tag, 1.0 + step, step)
    writer.close()


@pytest.mark.detects("E08", "tag_of_two_kinds")
def test_one_tag_of_two_kinds(tmp_path: Path) -> None:
    with TensorboardXWriter(str(tmp_path / "run")) as writer:
        for step in range(3):
            writer.add_scalar("weights", 1.0, step)
            writer.add_histogram("weights", np.arange(10.0), step)
    finding = found("tag_of_two_kinds", tmp_path)
    assert [(place.tag, place.seen) for place in finding.places] == [
        ("weights", "scalar"),
        ("weights", "histogram"),
    ]
    assert "kind_differs" not in codes(tmp_path)


@pytest.mark.detects("E08", "kind_differs")
def test_a_tag_of_another_kind_in_another_run(tmp_path: Path) -> None:
    write_run(tmp_path / "a", {"weights": [1.0, 2.0]})
    with TensorboardXWriter(str(tmp_path / "b")) as writer:
        writer.add_histogram("weights", np.arange(10.0), 0)
    assert {(place.run, place.seen) for place in found("kind_differs", tmp_path).places} == {
        ("a", "scalar"),
        ("b", "histogram"),
    }
    assert "tag_of_two_kinds" not in codes(tmp_path)


@pytest.mark.detects("E09", "plugin_unknown")
def test_a_plugin_that_nobody_brings(tmp_path: Path) -> None:
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="wishes"))
    write_tensors(tmp_path / "run", "wish", metadata)
    (place,) = found("plugin_unknown", tmp_path).places
    assert (place.tag, place.record, place.seen) == ("wish", 1, "plugin wishes")
    assert codes(tmp_path) == {"plugin_unknown"}


@pytest.mark.detects("E09", "plugin_newer")
def test_a_newer_version_of_a_plugin(tmp_path: Path) -> None:
    metadata = scalar_metadata.create_summary_metadata("", "")
    metadata.plugin_data.content = ScalarPluginData(version=3).SerializeToString()
    write_tensors(tmp_path / "run", "loss", metadata)
    (place,) = found("plugin_newer", tmp_path).places
    assert (place.tag, place.seen) == ("loss", "version 3 of plugin scalars")


@pytest.mark.detects("E10", "metadata_missing")
def test_metadata_that_only_the_deleted_first_file_had(tmp_path: Path) -> None:
    first = write_tensors(tmp_path / "run", "loss", scalar_metadata.create_summary_metadata("", ""))
    second = write_tensors(tmp_path / "other", "loss", None)
    second.rename(tmp_path / "run" / f"{second.name}.v2")
    assert "metadata_missing" not in codes(tmp_path)
    first.unlink()
    (place,) = found("metadata_missing", tmp_path).places
    assert (place.run, place.tag) == ("run", "loss")


def test_what_tensorflow_2_writes(tmp_path: Path) -> None:
    write_tensors(tmp_path / "run", "loss", scalar_metadata.create_summary_metadata("", ""))
    assert codes(tmp_path) == set()


@pytest.mark.detects("W22", "tensor_without_viewer")
def test_what_add_tensor_logs(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_tensor("embedding", np.arange(6.0).reshape(2, 3), 0)
    (place,) = found("tensor_without_viewer", tmp_path).places
    assert (place.run, place.tag) == ("run", "embedding")


@pytest.mark.detects("E18", "graphs_several")
def test_a_graph_in_each_epoch(tmp_path: Path) -> None:
    for run, count in (("run", 3), ("healthy", 1)):
        writer = EventFileWriter(str(tmp_path / run))
        for step in range(count):
            writer.add_event(Event(step=step, wall_time=1_763_800_000.0 + step, graph_def=b""))
        writer.close()
    (place,) = found("graphs_several", tmp_path).places
    assert (place.run, place.seen) == ("run", "3 graphs")


@pytest.mark.detects("E17", "tag_hard_to_see")
@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("", "it is empty"),
        ("loss\n", "it holds the character U+000A"),
        ("lo\u200bss", "it holds the character U+200B"),
        (" loss", "it begins or ends with a blank"),
        ("loss/", "it ends with a slash"),
        ("l" * 201, "it has 201 characters"),
    ],
)
def test_tags_that_are_hard_to_see(tmp_path: Path, tag: str, why: str) -> None:
    write_scalars(tmp_path, tag, "/損失/train loss (%)")
    (place,) = found("tag_hard_to_see", tmp_path).places
    assert (place.tag, place.seen) == (tag, why)


@pytest.mark.detects("E17", "tags_alike")
def test_tags_of_two_runs_that_differ_in_case(tmp_path: Path) -> None:
    write_scalars(tmp_path / "a", "Loss/train", "lr")
    write_scalars(tmp_path / "b", "loss/train", "lr")
    finding = found("tags_alike", tmp_path)
    assert {(place.run, place.tag) for place in finding.places} == {("a", "Loss/train"), ("b", "loss/train")}


def test_tags_that_one_run_tells_apart(tmp_path: Path) -> None:
    write_scalars(tmp_path / "a", "a", "A")
    write_scalars(tmp_path / "b", "a", "B")
    assert codes(tmp_path) == set()


@pytest.mark.detects("W23", "tag_rewritten")
def test_a_tag_that_tensorboardx_rewrites(tmp_path: Path) -> None:
    for run, writer in (
        ("theirs", TensorboardXWriter(str(tmp_path / "theirs"))),
        ("ours", SummaryWriter(tmp_path / "ours")),
    ):
        for step in range(3):
            writer.add_scalar("train loss (%)", 1.0, step)
            writer.add_scalar("loss", 1.0, step)
        writer.close()
        if run == "theirs":
            assert codes(tmp_path) == set()
    finding = found("tag_rewritten", tmp_path)
    assert {place.tag for place in finding.places} == {"train loss (%)", "train_loss____"}
    assert "tags_alike" not in codes(tmp_path)
