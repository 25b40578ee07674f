"""Whatever a method is given: it is logged as a whole record, or refused with an error that names the argument."""

import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lightboard import LightboardWarning, SummaryWriter
from log.records import event_files, events

# A method and a value that it takes: each is called with a tag, that value, and step and wall time by name.
METHODS: dict[str, tuple[Callable[..., None], Any]] = {
    "add_scalar": (lambda log, tag, value, **moment: log.add_scalar(tag, value, **moment), 0.5),
    "add_scalars": (lambda log, tag, value, **moment: log.add_scalars(tag, value, **moment), {"a": 0.5}),
    "add_text": (lambda log, tag, value, **moment: log.add_text(tag, value, **moment), "text"),
    "add_histogram": (lambda log, tag, value, **moment: log.add_histogram(tag, value, **moment), [0.5]),
    "add_histogram_raw": (
        lambda log, tag, value, **moment: log.add_histogram_raw(tag, 0, 1, 1, 1, 1, value, value, **moment),
        [0.5],
    ),
    "add_tensor": (lambda log, tag, value, **moment: log.add_tensor(tag, value, **moment), [0.5]),
    "add_pr_curve": (lambda log, tag, value, **moment: log.add_pr_curve(tag, value, value, **moment), [0.5]),
    "add_pr_curve_raw": (
        lambda log, tag, value, **moment: log.add_pr_curve_raw(tag, *([value] * 6), **moment),
        [0.5],
    ),
    "add_mesh": (lambda log, tag, value, **moment: log.add_mesh(tag, value, **moment), [[[1, 2, 3]]]),
    "add_image": (
        lambda log, tag, value, **moment: log.add_image(tag, value, dataformats="HW", **moment),
        [[0.5]],
    ),
    "add_images": (lambda log, tag, value, **moment: log.add_images(tag, value, **moment), [[[[0.5]]]]),
    "add_image_with_boxes": (
        lambda log, tag, value, **moment: log.add_image_with_boxes(tag, [[[0.5]]], value, **moment),
        [[0, 0, 1, 1]],
    ),
    "add_video": (lambda log, tag, value, **moment: log.add_video(tag, value, **moment), [[[[[0.5]]]]]),
    "add_audio": (lambda log, tag, value, **moment: log.add_audio(tag, value, **moment), [0.5]),
}
ALL = pytest.mark.parametrize("method", METHODS)

REFUSED = (TypeError, ValueError, OverflowError)


def tags(directory: Path) -> list[str]:
    """The tags of all values below a directory; each record must decode."""
    paths = [
        path
        for folder in (directory, *directory.rglob("*"))
        if folder.is_dir()
        for path in event_files(folder)
    ]
    return [value.tag for path in paths for event in events(path) for value in event.summary.value]


@ALL
@pytest.mark.parametrize(
    "tag", ["", " ", "a\0b", "train/損失 (%)", "../up", "x" * 10_000], ids=lambda tag: repr(tag)[:10]
)
def test_tags_are_stored_as_given(tmp_path: Path, method: str, tag: str) -> None:
    call, value = METHODS[method]
    with SummaryWriter(tmp_path) as writer:
        if method == "add_scalars" and ("\0" in tag or len(tag) > 255):
            with pytest.raises((ValueError, OSError)):
                SummaryWriter(tmp_path / "other", on_error="raise").add_scalars(tag, value)
            return  # Its tag is part of a directory's name.
        call(writer, tag, value)
    (stored,) = tags(tmp_path)
    assert stored.removesuffix("_VERTEX").removesuffix("/text_summary") == tag


@ALL
@pytest.mark.parametrize("tag", [None, b"x", 3, "a\ud800", ["x"]], ids=repr)
def test_tags_that_are_refused(tmp_path: Path, method: str, tag: Any) -> None:
    call, value = METHODS[method]
    with SummaryWriter(tmp_path) as writer, pytest.raises((TypeError, ValueError), match="tag: expected"):
        call(writer, tag, value)
    assert tags(tmp_path) == []


@ALL
@pytest.mark.parametrize("step", ["x", 2**63, -(2**63) - 1, float("nan"), 1j, [1, 2], {}], ids=repr)
def test_steps_that_are_refused(tmp_path: Path, method: str, step: Any) -> None:
    call, value = METHODS[method]
    with SummaryWriter(tmp_path) as writer, pytest.raises(REFUSED, match="global_step: expected"):
        call(writer, "t", value, global_step=step)
    assert tags(tmp_path) == []


@ALL
@pytest.mark.parametrize("wall_time", ["x", 1j, [1, 2], {}], ids=repr)
def test_wall_times_that_are_refused(tmp_path: Path, method: str, wall_time: Any) -> None:
    call, value = METHODS[method]
    with SummaryWriter(tmp_path) as writer, pytest.raises(REFUSED, match="walltime: expected"):
        call(writer, "t", value, walltime=wall_time)
    assert tags(tmp_path) == []


@ALL
def test_steps_and_wall_times_are_stored_as_given(tmp_path: Path, method: str) -> None:
    call, value = METHODS[method]
    moments: list[tuple[Any, Any]] = [
        (0, 5),
        (-3, 5.5),
        (2**63 - 1, np.float64(0.25)),
        (-(2**63), np.float32(5)),
        ("7", "8"),
        # As the peers store them.
        (1, float("nan")),
        (2, float("inf")),
        (3, -float("inf")),
    ]
    with SummaryWriter(tmp_path) as writer:
        for step, wall_time in moments:
            call(writer, "t", value, global_step=step, walltime=wall_time)
    (path,) = [path for path in tmp_path.rglob("*tfevents*") if len(events(path)) > 1]
    assert [(event.step, struct.pack("<d", event.wall_time)) for event in events(path)[1:]] == [
        (int(step), struct.pack("<d", float(wall_time))) for step, wall_time in moments
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary()
    | arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, max_side=4, min_side=0))
    | st.builds(object),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@ALL
@settings(deadline=None, max_examples=25)
@given(values=st.lists(ANYTHING, min_size=5, max_size=5))
def test_anything_is_logged_whole_or_refused(
    tmp_path_factory: pytest.TempPathFactory, method: str, values: list[Any]
) -> None:
    call, _ = METHODS[method]
    directory = tmp_path_factory.mktemp("run")
    logged = 0
    refused: list[str] = []
    with SummaryWriter(directory) as writer, warnings.catch_warnings():
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        warnings.simplefilter("ignore", LightboardWarning)  # of samples that are clipped
        for value in values:
            try:
                call(writer, "t", value)
            except REFUSED as error:
                refused.append(str(error))
            else:
                logged += len(value) if method == "add_scalars" else 1
    assert len(tags(directory)) == logged
    assert [message for message in refused if "expected" not in message] == []


@pytest.mark.parametrize(
    ("method", "arguments", "kind", "message"),
    [
        (
            "add_histogram",
            {"values": [1.0], "max_bins": "many"},
            ValueError,
            "max_bins: expected a whole number",
        ),
        ("add_histogram", {"values": [1.0], "max_bins": 1j}, TypeError, "max_bins: expected a real number"),
        (
            "add_pr_curve",
            {"labels": [1], "predictions": [0.5], "num_thresholds": "many"},
            ValueError,
            "num_thresholds: expected a whole number",
        ),
        (
            "add_audio",
            {"snd_tensor": [0.5], "sample_rate": 4294967295.7},
            ValueError,
            "sample_rate: expected Hertz",
        ),
        (
            "add_mesh",
            {"vertices": [[[1, 2, 3]]], "config_dict": {"a": float("nan")}},
            ValueError,
            "config_dict: expected what JSON has",
        ),
        (
            "add_scalar",
            {"scalar_value": 1, "new_style": True, "display_name": "a"},
            ValueError,
            "display_name, summary_description, reduce: expected them with a simple value",
        ),
        ("add_scalar", {"scalar_value": 1, "display_name": [1]}, TypeError, "display_name: expected a str"),
        ("add_scalar", {"scalar_value": 1, "reduce": np.zeros(2)}, ValueError, "reduce: expected one of"),
        (
            "add_scalar",
            {"scalar_value": 1, "new_style": np.zeros(2)},
            TypeError,
            r"new_style: expected a bool, found numpy.ndarray of shape \(2,\)",
        ),
        ("add_histogram", {"values": [1.0], "bins": "x"}, ValueError, "bins: expected what numpy.histogram"),
        ("add_histogram", {"values": [1.0], "bins": None}, TypeError, "bins: expected what numpy.histogram"),
        (
            "add_image_with_boxes",
            {"img_tensor": [[[0.5]]], "box_tensor": [[0, 0, 1, 1]], "labels": 3},
            TypeError,
            "labels: expected a list of texts",
        ),
    ],
)
def test_what_is_refused_is_named(
    tmp_path: Path, method: str, arguments: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(kind, match=message):
        getattr(writer, method)("tag", **arguments)
    assert tags(tmp_path) == []


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("add_embedding", ([[1.0]], 3), "metadata: expected a list of labels"),
        ("add_embedding", ([[1.0]], ["a"], None, 0, "t", 3), "metadata_header: expected a list of names"),
        ("add_embedding", ([[1.0]], [3], None, 0, "t", ["a"]), r"metadata\[0\]: expected a list of values"),
        ("add_custom_scalars_multilinechart", (["a"], []), "category: expected a str"),
        ("add_custom_scalars_marginchart", (["a", "b", "c"], "d", {}), "title: expected a str"),
    ],
)
def test_what_has_no_tag_or_another_place_for_it_is_named_too(
    tmp_path: Path, method: str, arguments: tuple[Any, ...], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(TypeError, match=message):
        getattr(writer, method)(*arguments)
    assert tags(tmp_path) == []


def test_texts_may_be_arrays(tmp_path: Path) -> None:
    names: Any = np.array(["cat", "dog"])
    with SummaryWriter(tmp_path) as writer:
        writer.add_image_with_boxes(
            "boxes", np.zeros((3, 9, 9)), [[0, 0, 4, 4], [1, 1, 5, 5]], 0, labels=names
        )
        writer.add_embedding([[1.0]], [names], metadata_header=names)
    assert tags(tmp_path) == ["boxes"]
    assert (tmp_path / "00000/default/metadata.tsv").read_text() == "cat\tdog\n" * 2


def test_numbers_in_text_are_taken_as_those_of_steps_are(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_histogram("a", [1.0], max_bins="3")  # type: ignore[arg-type]
        writer.add_histogram("b", [1.0], max_bins=3.0)  # type: ignore[arg-type]
        writer.add_pr_curve("c", [1], [0.5], num_thresholds="127")  # type: ignore[arg-type]
    assert tags(tmp_path) == ["a", "b", "c"]
