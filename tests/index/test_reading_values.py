"""Values of every kind, in the shapes of many writers, are what TensorBoard makes of them; each is read on demand."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image as Pillow
from tensorboard.compat.proto.event_pb2 import Event, TaggedRunMetadata
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.hparams.summary_v2 import (
    Discrete,
    HParam,
    IntInterval,
    Metric,
    RealInterval,
    hparams_config_pb,
    hparams_pb,
)
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.util.tensor_util import make_tensor_proto
from tensorboardX import SummaryWriter

import lightboard
from index import as_tensorboard
from index.records import NAME, frame, header, scalar, write
from index.values import gif, mesh, notes, png, record, refused, strings, tensor, wav
from lightboard.index import Histogram, Index, UnavailableError


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Index]]:
    indices: list[Index] = []

    def opened(logdir: Path) -> Index:
        indices.append(lightboard.open(logdir, cache_dir=None))
        return indices[-1]

    yield opened
    for index in indices:
        index.close()


def one(logdir: Path, *records: bytes, kind: str | None = None) -> Any:
    """The one value of one kind in a file of these records."""
    path = write(logdir / "run", header() + b"".join(records))
    with lightboard.open(logdir, cache_dir=None) as index:
        (series,) = (it for it in index.series(kind=None) if kind in {None, it.kind})
        (value,) = series.values
    path.unlink()
    return value


def check_as_tensorboard(index: Index, logdir: Path) -> set[tuple[str, str]]:
    """Compare every value of every run that has one file; tell which kinds of which plugins there were."""
    compared = set()
    for run in index.runs:
        (file,) = run.files
        seen = as_tensorboard.read(logdir / run.name / file["name"])
        for series in run.series(kind=None):
            if series.kind == "scalar":
                continue
            expected = seen[series.tag]
            assert [step for step, *_ in expected] == series.step.tolist()
            for ours, (_, plugin, content, told) in zip(series.values, expected, strict=True):
                as_tensorboard.check(ours, plugin, content, told)
                compared.add((series.kind, plugin))
    return compared


def test_everything_that_tensorboardx_writes(tmp_path: Path, opened: Callable[[Path], Index]) -> None:
    random = np.random.default_rng(0)
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(3):
            writer.add_histogram("histogram", random.normal(size=1000), step)
            writer.add_histogram("histogram/few bins", random.normal(size=1000), step, bins=5)
            writer.add_histogram("histogram/constant", np.full(10, 3.0), step)
            writer.add_image("image", random.random((3, 8, 6)), step)
            writer.add_images("images", random.random((2, 3, 8, 6)), step)
            writer.add_text("text", f"*step* {step} – ¼", step)
            writer.add_pr_curve("pr_curve", random.integers(0, 2, 100), random.random(100), step)
            writer.add_pr_curve_raw("pr_curve_raw", *np.ones((6, 9)), step, num_thresholds=9)
            vertices = random.random((1, 5, 3))
            writer.add_mesh(
                "mesh",
                vertices,
                colors=random.integers(0, 256, (1, 5, 3)),
                faces=np.array([[[0, 1, 2], [2, 3, 4]]]),
                config_dict={"material": {"cls": "PointsMaterial", "size": 0.03}},
                global_step=step,
            )
        writer.add_custom_scalars({"losses": {"both": ["Multiline", ["loss/.*"]]}})
        writer.add_custom_scalars_marginchart(["value", "lower", "upper"], "margins", "one")
        writer.add_hparams({"lr": 0.1, "name": "adam", "big": True, "layers": 3}, {"accuracy": 0.5}, name="h")
    index = opened(tmp_path)
    plugins = check_as_tensorboard(index, tmp_path)
    assert plugins == {
        ("histogram", "histograms"),
        ("image", "images"),
        ("text", "text"),
        ("pr_curve", "pr_curves"),
        ("mesh", "mesh"),
        ("layout", "custom_scalars"),
        ("hparams", "hparams"),
    }
    (series,) = index.series("_hparams_/session_start_info", kind="hparams")
    hparams = series.values[0]["session_start"]["hparams"]
    assert hparams == {"lr": 0.1, "name": "adam", "big": True, "layers": 3.0}
    assert type(hparams["big"]) is bool
    (series,) = index.series("mesh_1", kind="mesh")
    assert series.values[0].config == {"material": {"cls": "PointsMaterial", "size": 0.03}}
    image = index.series("image", kind="image")[0].values[-1][0]
    assert (image.media_type, image.width, image.height) == ("image/png", 6, 8)
    assert Pillow.open(io.BytesIO(image.encoded)).size == (6, 8)


def test_everything_that_tensorboard_writes(tmp_path: Path, opened: Callable[[Path], Index]) -> None:
    random = np.random.default_rng(1)
    layout = layout_pb2.Layout(
        category=[
            layout_pb2.Category(
                title="losses",
                closed=True,
                chart=[
                    layout_pb2.Chart(title="a", multiline=layout_pb2.MultilineChartContent(tag=["a", "b"])),
                    layout_pb2.Chart(title="nothing"),
                ],
            )
        ]
    )
    optimizer = HParam("optimizer", Discrete(["adam", "sgd"]), display_name="Optimizer")
    rate = HParam("lr", RealInterval(1e-4, 1e-1), description="*rate*")
    layers = HParam("layers", IntInterval(1, 9))
    settings = {optimizer: "adam", rate: 0.01, "flag": False}
    config = hparams_config_pb([optimizer, rate, layers], [Metric("accuracy", group="validation")])
    summaries = [
        histogram_pb("histogram", random.normal(size=1000), buckets=12, description="**normal**"),
        histogram_pb("histogram/none", []),
        histogram_pb("histogram/constant", [2.5] * 4),
        text_pb("text", "one"),
        text_pb("text/table", np.array([["a", "b"], ["c", "d"]])),
        text_pb("text/deep", np.array([[["a", "ß"]]])),
        mesh(2, np.zeros((1, 2, 3), np.int32)),
        mesh(3, np.full((1, 5, 3), 255, np.uint8)),
        Summary(value=[tensor("pr", "pr_curves", make_tensor_proto(np.ones((6, 5), np.float32)))]),
        Summary(
            value=[
                tensor(
                    "custom_scalars__config__",
                    "custom_scalars",
                    strings(layout.SerializeToString(), shape=()),
                )
            ]
        ),
        hparams_pb(settings, trial_id="trial", start_time_secs=12.5),
        config,
    ]
    content = header() + b"".join(
        frame(Event(wall_time=1.0, step=step, summary=summary).SerializeToString())
        for step, summary in enumerate(summaries)
    )
    write(tmp_path / "run", content)
    index = opened(tmp_path)
    assert len(check_as_tensorboard(index, tmp_path)) == 6
    by_tag = {series.tag: series for series in index.series(kind=None)}
    assert by_tag["histogram"].described == ("histograms", "", "**normal**")
    assert by_tag["histogram"].values[0].edges.shape == (13,)
    assert by_tag["text/table"].values[0] == [["a", "b"], ["c", "d"]]
    (experiment,) = by_tag["_hparams_/experiment"].values[0].values()
    assert [hparam["data_type"] for hparam in experiment["hparams"]] == ["string", "float64", "float64"]
    assert experiment["hparams"][0]["display_name"] == "Optimizer"


def test_old_and_new_shapes_of_the_same_data_are_the_same(tmp_path: Path) -> None:
    picture = png()
    old = Summary.Value(
        tag="t", image=Summary.Image(width=4, height=3, colorspace=3, encoded_image_string=picture)
    )
    new = tensor("t", "images", strings(b"4", b"3", picture))
    assert one(tmp_path, record(1, old)) == one(tmp_path, record(1, new))
    sound = wav()
    old = Summary.Value(
        tag="t", audio=Summary.Audio(sample_rate=22_050, num_channels=2, length_frames=100,
                                     encoded_audio_string=sound, content_type="audio/wav"),
    )  # fmt: skip
    for shape, items in (((1, 2), (sound, b"")), ((1,), (sound,))):
        new = tensor("t", "audio", strings(*items, shape=shape))
        (clip,) = one(tmp_path, record(1, new))
        assert (clip,) == one(tmp_path, record(1, old))
        assert (clip.media_type, clip.sample_rate, clip.channels, clip.frames) == (
            "audio/wav",
            22_050,
            2,
            100,
        )
    limits = HistogramProto(
        min=-1, max=2.5, num=6, bucket_limit=[-2, 0, 1, 2, 3, 1e308], bucket=[0, 1, 0, 3, 2, 0]
    )
    rows = np.array([[-1, 0, 1], [0, 1, 0], [1, 2, 3], [2, 2.5, 2]], np.float64)
    histograms: list[Histogram] = [
        one(tmp_path, record(1, Summary.Value(tag="t", histo=limits))),
        one(tmp_path, record(1, tensor("t", "histograms", make_tensor_proto(rows)))),
        one(tmp_path, record(1, tensor("t", "histograms", make_tensor_proto(rows.astype(np.float32))))),
    ]
    for histogram in histograms:
        np.testing.assert_array_equal(np.stack([histogram.left, histogram.right, histogram.count], 1), rows)
        assert histogram.edges.tolist() == [-1, 0, 1, 2, 2.5]
    graph = b"\x0a\x03\x0a\x01x"
    event = Event(wall_time=1.0, step=1, graph_def=graph)
    assert one(tmp_path, frame(event.SerializeToString())) == one(
        tmp_path, record(1, tensor("__run_graph__", "graphs", strings(graph)))
    )
    tagged = TaggedRunMetadata(tag="step1", run_metadata=graph)
    event = Event(wall_time=1.0, step=1, tagged_run_metadata=tagged)
    new = tensor("step1", "graph_run_metadata", strings(graph, shape=()), b"1")
    assert one(tmp_path, frame(event.SerializeToString())) == one(tmp_path, record(1, new))
    film = gif()
    old = Summary.Value(tag="t", image=Summary.Image(width=4, height=3, encoded_image_string=film))
    new = tensor("t", "images", strings(b"4", b"3", film))
    assert one(tmp_path, record(1, old), kind="video") == one(tmp_path, record(1, new), kind="video")


NUMBERS = npst.integer_dtypes(endianness="<") | npst.unsigned_integer_dtypes(endianness="<")
DTYPES = NUMBERS | npst.floating_dtypes(endianness="<", sizes=(16, 32, 64)) | st.just(np.dtype(bool))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrays=st.lists(npst.arrays(DTYPES, npst.array_shapes(min_dims=0, min_side=0, max_side=4)), max_size=9)
)
def test_any_array_comes_back_as_it_was(tmp_path: Path, arrays: list[np.ndarray[Any, Any]]) -> None:
    records = [
        record(step, tensor(f"t{step}", "tensor", make_tensor_proto(array)))
        for step, array in enumerate(arrays)
    ]
    path = write(tmp_path / "run", header() + b"".join(records))
    with lightboard.open(tmp_path, cache_dir=None) as index:
        found = [series.values[0] for series in index.series(kind=None)]
    path.unlink()
    assert len(found) == len(arrays)
    for ours, array in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(ours, array)
        assert (ours.dtype, ours.shape) == (array.dtype, array.shape)


@pytest.mark.parametrize(
    ("proto", "expected"),
    [
        (TensorProto(dtype=1, float_val=[2.5]), np.full((2, 3), 2.5, np.float32)),
        (TensorProto(dtype=3, int_val=[1, 2, 3]), np.array([[1, 2, 3], [3, 3, 3]], np.int32)),
        (TensorProto(dtype=9), np.zeros((2, 3), np.int64)),
        (TensorProto(dtype=14, half_val=[0x3F80]), np.ones((2, 3), np.float32)),
        (TensorProto(dtype=19, half_val=[0x3C00, 0x3F800000]), np.ones((2, 3), np.float16)),
        (TensorProto(dtype=23, uint64_val=[2**64 - 1]), np.full((2, 3), 2**64 - 1, np.uint64)),
        (TensorProto(dtype=29, int_val=[-8, 7]), np.array([[-8, 7, 7], [7, 7, 7]], np.int8)),
        (TensorProto(dtype=25, float8_val=b"\x38\x7e"), np.array([[1, 448, 448], [448] * 3], np.float32)),
        (TensorProto(dtype=8, scomplex_val=[1, 2]), np.full((2, 3), 1 + 2j, np.complex64)),
        (TensorProto(dtype=18, dcomplex_val=[1, 2]), np.full((2, 3), 1 + 2j, np.complex128)),
        (
            TensorProto(dtype=7, string_val=[b"\xff", b""]),
            np.array([[b"\xff"] + [b""] * 2, [b""] * 3], object),
        ),
        (TensorProto(dtype=7, string_val=[b"a\0"]), np.array([[b"a\0"] * 3] * 2, object)),
        (
            TensorProto(dtype=7, string_val=[b"", b"a\0"]),
            np.array([[b"", b"a\0", b"a\0"], [b"a\0"] * 3], object),
        ),
        (TensorProto(dtype=110, bool_val=[True]), np.full((2, 3), True)),
    ],
)
def test_missing_elements_are_filled_as_tensorflow_does(
    tmp_path: Path, proto: TensorProto, expected: np.ndarray[Any, Any]
) -> None:
    proto.tensor_shape.dim.extend(TensorShapeProto.Dim(size=size) for size in (2, 3))
    found = one(tmp_path, record(1, tensor("t", "tensor", proto)))
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == expected.dtype


def test_a_tensor_that_claims_to_be_huge_takes_no_memory(tmp_path: Path) -> None:
    proto = TensorProto(dtype=2, double_val=[1.0])
    proto.tensor_shape.dim.extend(TensorShapeProto.Dim(size=1 << 10) for _ in range(4))
    found = one(tmp_path, record(1, tensor("t", "tensor", proto)))
    assert found.shape == (1 << 10,) * 4
    assert found[1, 2, 3, 4] == 1.0


def test_a_tensor_that_claims_to_be_huge_is_not_laid_out(
    tmp_path: Path, opened: Callable[[Path], Index]
) -> None:
    proto = TensorProto(dtype=2, double_val=[1.0, 2.0])
    proto.tensor_shape.dim.add(size=10**11)
    write(tmp_path / "run", header() + record(1, tensor("t", "tensor", proto), tensor("u", "npmi", proto)))
    index = opened(tmp_path)
    code, message = refused(index.series("t", kind="tensor")[0], 0)
    assert code == "not_decodable"
    assert "expected a tensor with all its elements, found 2 elements in the shape [100000000000]" in message
    (unknown,) = index.series("u", kind="unknown")[0].values
    assert (TensorProto.FromString(unknown.encoded), unknown.tensor) == (proto, None)


@pytest.mark.parametrize("plugin", ["text", "images", "audio"])
def test_text_and_files_are_not_repeated_to_fill_a_shape(
    tmp_path: Path, opened: Callable[[Path], Index], plugin: str
) -> None:
    write(tmp_path / "run", header() + record(1, tensor("t", plugin, strings(b"7" * 1000, shape=(65_536,)))))
    (series,) = opened(tmp_path).series(kind=None)
    code, message = refused(series, 0)
    assert code == "not_decodable"
    assert "expected a tensor with all its elements, found 1 elements in the shape [65536]" in message


def test_text_without_values_is_empty_text(tmp_path: Path) -> None:
    assert one(tmp_path, record(1, tensor("t", "text", strings(shape=(2, 2))))) == [["", ""], ["", ""]]


def test_an_answer_is_no_larger_than_records_may_be(tmp_path: Path, opened: Callable[[Path], Index]) -> None:
    proto = TensorProto(dtype=1, float_val=[0.5])
    proto.tensor_shape.dim.extend(TensorShapeProto.Dim(size=size) for size in (6, 10_922))
    write(tmp_path / "run", header() + record(1, tensor("t", "pr_curves", proto)))
    index = opened(tmp_path)
    (series,) = index.series("t", kind="pr_curve")
    asked = [*series.values._references] * 1000
    answer = lightboard.index.decode(
        index._core.read_values(series.run.id, "t", "pr_curve", asked, with_files=False)
    )
    fitting = (256 << 20) // (7 * 10_922 * 8)
    good, refused = answer.header["values"][:fitting], answer.header["values"][fitting:]
    assert [value["recall"]["length"] for value in good] == [10_922] * len(good)
    assert {value["error"]["code"] for value in refused} == {"value_too_large"}
    assert 7 * 10_922 * len(good) == len(answer.columns["number"])


def test_an_unknown_plugin_is_shown_as_it_is(tmp_path: Path) -> None:
    proto = make_tensor_proto(np.arange(3, dtype=np.int16))
    found = one(tmp_path, record(1, tensor("t", "npmi", proto, b"\x08\x01")))
    assert (found.plugin_name, found.plugin_content, found.form) == ("npmi", b"\x08\x01", "tensor")
    assert TensorProto.FromString(found.encoded) == proto
    assert found.tensor.tolist() == [0, 1, 2]


def test_one_tag_of_two_kinds_is_two_series(tmp_path: Path, opened: Callable[[Path], Index]) -> None:
    image = Summary.Value(tag="t", image=Summary.Image(width=4, height=3, encoded_image_string=png()))
    note = tensor("t", "text", strings(b"note"))
    write(
        tmp_path / "run",
        header() + scalar(0, 0.5, "t") + record(1, image) + record(2, note) + scalar(3, 1, "t"),
    )
    index = opened(tmp_path)
    found = {series.kind: series for series in index.series("t", kind=None)}
    assert {kind: series.step.tolist() for kind, series in found.items()} == {
        "scalar": [0, 3],
        "image": [1],
        "text": [2],
    }
    assert found["text"].values[0] == ["note"]
    assert found["image"].values[0][0].encoded == png()
    with pytest.raises(TypeError, match=r"has the column \.value"):
        _ = found["scalar"].values
    with pytest.raises(TypeError, match=r"have \.values"):
        _ = found["text"].value


def test_metadata_that_is_told_once_counts_for_all_values(
    tmp_path: Path, opened: Callable[[Path], Index]
) -> None:
    model = b'{"class_name": "Sequential"}'
    first = tensor("keras", "graph_keras_model", strings(model, shape=()), b"1")
    write(
        tmp_path / "run",
        header() + record(0, first) + record(1, Summary.Value(tag="keras", tensor=strings(model))),
    )
    (series,) = opened(tmp_path).series("keras", kind="graph")
    assert [(graph.format, graph.encoded) for graph in series.values] == [("keras_model", model)] * 2


def test_metadata_is_read_once_for_many_values(tmp_path: Path, opened: Callable[[Path], Index]) -> None:
    """It lies in a record of 32 MiB here: read for each value, nine would be more than one request may read."""
    first = tensor("t", "text", strings(bytes(32 << 20)))
    rest = [record(step, Summary.Value(tag="t", tensor=strings(b"%d" % step))) for step in range(1, 21)]
    write(tmp_path / "run", header() + record(0, first) + b"".join(rest))
    index = opened(tmp_path)
    (series,) = index.series("t", kind="text")
    asked = [*series.values._references][1:]
    answer = lightboard.index.decode(
        index._core.read_values(series.run.id, "t", "text", asked, with_files=False)
    )
    assert [value["texts"] for value in answer.header["values"]] == [[str(step)] for step in range(1, 21)]


def test_series_of_every_kind_are_described(tmp_path: Path, opened: Callable[[Path], Index]) -> None:
    told = SummaryMetadata(
        display_name="Loss",
        summary_description="of *training*",
        plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"),
    )
    loss = Summary.Value(tag="loss", simple_value=1.0, metadata=told)
    path = write(tmp_path / "run", header() + record(0, loss) + scalar(1, 0.5) + scalar(1, 0.5, "plain"))
    # Another file goes on; what was said first holds.
    write(tmp_path / "run", header(1_800_000_000.0) + scalar(2, 0.5), "events.out.tfevents.1800000000.host.2")
    series, plain = opened(tmp_path).series(["loss", "plain"])
    assert series.step.tolist() == [0, 1, 2]
    assert series.described == ("scalars", "Loss", "of *training*")
    assert plain.described == ("", "", "")
    path.unlink()
    assert series.described == ("", "", "")


def test_restarts_are_attempts_of_these_series_too(tmp_path: Path, opened: Callable[[Path], Index]) -> None:
    def file(time: int, steps: range) -> bytes:
        return header(time) + b"".join(
            scalar(step, 0, wall_time=time + step) + record(step, tensor("t", "text", strings(b"%d" % step)))
            for step in steps
        )

    write(tmp_path / "run", file(1_700_000_000, range(4)), "events.out.tfevents.1")
    write(tmp_path / "run", file(1_700_002_000, range(2, 6)), "events.out.tfevents.2")
    index = opened(tmp_path)
    (series,) = index.series("t", kind="text")
    assert series.step.tolist() == [0, 1, 2, 3, 2, 3, 4, 5]
    assert series.attempt.tolist() == [0] * 4 + [1] * 4
    assert series.values[:] == [[str(step)] for step in series.step.tolist()]
    (latest,) = index.series("t", kind="text", attempts="latest")
    assert latest.step.tolist() == [0, 1, 2, 3, 4, 5]
    assert latest.attempt.tolist() == [0] * 2 + [1] * 4
    assert latest.values[:] == [[str(step)] for step in range(6)]


def test_what_is_not_of_the_kind_says_why_and_costs_no_other(
    tmp_path: Path, opened: Callable[[Path], Index]
) -> None:
    good = tensor("t", "histograms", make_tensor_proto(np.ones((2, 3))))
    bad = tensor("t", "histograms", make_tensor_proto(np.ones(7)))
    path = write(tmp_path / "run", header() + record(0, good) + record(1, bad) + record(2, good))
    (series,) = opened(tmp_path).series("t", kind="histogram")
    assert series.values[0].count.tolist() == series.values[2].count.tolist() == [1, 1]
    with pytest.raises(UnavailableError, match=r"shape \[k, 3\], found one of the shape \[7\]") as refused:
        _ = series.values[1]
    assert refused.value.code == "not_decodable"
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("link", [Path.hardlink_to, Path.symlink_to])
@pytest.mark.parametrize("name", [f"events.out.tfevents.0.{'a longer name' * 3}", f"{NAME}.bak"])
def test_values_of_a_file_with_two_names_are_read(
    tmp_path: Path, opened: Callable[[Path], Index], link: Callable[[Path, Path], None], name: str
) -> None:
    path = write(tmp_path / "run", notes(3)[1])
    link(path.with_name(name), path)
    index = opened(tmp_path)
    (series,) = index.series("t", kind="text")
    assert sorted(file["state"] == "copy" for file in series.run.files) == [False, True]
    assert series.values[:] == [["note 0"], ["note 1"], ["note 2"]]


def test_references_name_nothing_but_values_of_the_series(
    tmp_path: Path, opened: Callable[[Path], Index]
) -> None:
    inner = record(7, tensor("t", "text", strings(b"inside")))
    first = record(0, tensor("t", "text", strings(b"a" + inner)))
    second = record(1, tensor("u", "text", strings(b"other")))
    write(tmp_path / "run", header() + first + second)
    index = opened(tmp_path)
    (series,) = index.series("t", kind="text")
    run = series.run.id
    frame_ = lightboard.index.decode(index._core.values("t", "text", runs=[run]))
    (file,) = frame_.header["series"][0]["files"]
    place = int(frame_.columns["offset"][0])
    hidden = place + first.index(inner)
    wrong = [
        (file["id"], hidden, 0),
        (file["id"], place + len(first), 0),
        (file["id"], place, 1),
        (file["id"], 0, 0),
        (file["id"], 2**63 - 1, 2**32 - 1),
        ("../../etc/passwd", place, 0),
        ("", place, 0),
    ]
    answer = lightboard.index.decode(
        index._core.read_values(run, "t", "text", [(file["id"], place, 0), *wrong], with_files=False)
    )
    good, *errors = answer.header["values"]
    assert good["texts"][0].startswith("a")
    assert [error["error"]["code"] for error in errors] == ["unknown_value"] * len(wrong)


MEMORY = """
import json, sys
import lightboard

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024

before = resident()
with lightboard.open(sys.argv[1], cache_dir=None) as index:
    (series,) = index.series(kind="image")
    opened = resident() - before
    sizes = [len(image.encoded) for (image,) in series.values]
print(json.dumps({"opened": opened, "read": resident() - before, "bytes": sum(sizes)}))
"""


def test_memory_does_not_grow_with_the_bytes_of_images(tmp_path: Path) -> None:
    run = tmp_path / "run"
    picture = png() + bytes(1 << 20)
    image = Summary.Value(tag="t", image=Summary.Image(width=4, height=3, encoded_image_string=picture))
    write(run, header() + record(0, image) * 200)
    child = subprocess.run(
        [sys.executable, "-c", MEMORY, tmp_path], capture_output=True, check=True, text=True
    )
    taken = json.loads(child.stdout)
    assert taken["bytes"] == 200 * len(picture)
    assert taken["opened"] < 32 << 20
    assert taken["read"] < 64 << 20
