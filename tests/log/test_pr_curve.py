"""Precision-recall curves: counted as the peers count."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lightboard import SummaryWriter
from log.peers import PEERS, peer_named
from log.records import event_files, events

RANDOM = np.random.default_rng(7)
LABELS = RANDOM.integers(0, 2, 500)
SCORES = RANDOM.random(500)
WEIGHTS = RANDOM.random(500)


@pytest.mark.parametrize("peer", PEERS)
def test_events_equal_the_peers(tmp_path: Path, peer: str) -> None:
    def log(writer: Any) -> None:
        curves = [
            (LABELS, SCORES),
            (LABELS.astype(bool), SCORES.astype(np.float32)),
            (LABELS.astype(np.float32), SCORES.astype(np.float16)),
            (LABELS.reshape(5, 100), SCORES.reshape(5, 100)),
            (LABELS, (SCORES > 0.5).astype(np.int64)),
            (np.zeros(3), np.array([0.0, 1.0, 0.5])),
            (np.ones(3), np.array([-0.1, 1.1, 0.5])),
            (np.zeros(0), np.zeros(0)),
        ]
        for labels, scores in curves:
            for number in (2, 10, 127):
                writer.add_pr_curve("curve", labels, scores, 3, number, walltime=1763800000.25)
        for weights in (0.5, WEIGHTS):
            writer.add_pr_curve("curve", LABELS, SCORES, 3, 127, weights, 1763800000.25)

    both = peer_named(peer).both(tmp_path, log)
    assert both.ours == both.theirs


@settings(deadline=None, max_examples=50)
@given(
    arrays.arrays(np.float64, 20, elements=st.floats(-0.2, 1.2)),
    arrays.arrays(np.bool_, 20),
    st.integers(2, 127),
)
def test_any_curve_equals_the_peers(
    tmp_path_factory: pytest.TempPathFactory, scores: Any, labels: Any, thresholds: int
) -> None:
    both = peer_named("tensorboardX").both(
        tmp_path_factory.mktemp("run"),
        lambda writer: writer.add_pr_curve("curve", labels, scores, 0, thresholds, walltime=5.0),
    )
    assert both.ours == both.theirs


@pytest.mark.parametrize("peer", PEERS)
def test_raw_events_equal_the_peers(tmp_path: Path, peer: str) -> None:
    columns = [RANDOM.integers(0, 100, 20) for _ in range(4)] + [RANDOM.random(20) for _ in range(2)]

    def log(writer: Any) -> None:
        writer.add_pr_curve_raw("curve", *columns, 3, walltime=1763800000.25)
        writer.add_pr_curve_raw("curve", *(column.tolist() for column in columns), 3, 20, None, 1763800000.25)

    both = peer_named(peer).both(tmp_path, log)
    assert both.ours == both.theirs


def logged(directory: Path, *arguments: Any, **named: Any) -> Any:
    with SummaryWriter(directory) as writer:
        writer.add_pr_curve("curve", *arguments, **named)
    (path,) = event_files(directory)
    return events(path)[1].summary.value[0]


def test_more_thresholds_than_the_peers_take(tmp_path: Path) -> None:
    value = logged(tmp_path, LABELS, SCORES, num_thresholds=1000)
    assert [dim.size for dim in value.tensor.tensor_shape.dim] == [6, 1000]
    true_positives = value.tensor.float_val[:1000]
    thresholds = np.arange(1000) / 999
    assert list(true_positives) == [LABELS[threshold <= SCORES].sum() for threshold in thresholds]


def test_what_is_not_a_number_is_not_counted(tmp_path: Path) -> None:
    value = logged(tmp_path, [1, 1, 0], [np.nan, 0.5, 0.5], num_thresholds=3)
    assert list(value.tensor.float_val[:6]) == [1, 1, 0, 1, 1, 0]


RAW = [[1.0, 2.0]] * 6


@pytest.mark.parametrize(
    ("method", "arguments", "kind", "message"),
    [
        (
            "add_pr_curve",
            ("c", [1, 0], [0.5]),
            ValueError,
            "labels: expected one for each of 1 predictions, found list",
        ),
        (
            "add_pr_curve",
            ("c", [1], [0.5, 0.5]),
            ValueError,
            "labels: expected one for each of 2 predictions",
        ),
        ("add_pr_curve", ("c", ["yes"], [0.5]), TypeError, "labels: expected an array"),
        ("add_pr_curve", ("c", [1], [0.5], 0, 0), ValueError, "num_thresholds: expected a number from 1"),
        (
            "add_pr_curve",
            ("c", [1, 1], [0.5, 0.5], 0, 5, [1, 2, 3]),
            ValueError,
            "weights: expected one for each of 2",
        ),
        (
            "add_pr_curve_raw",
            ("c", *RAW[:5], [1.0]),
            ValueError,
            "recall: expected one dimension and as many",
        ),
        ("add_pr_curve_raw", ("c", *([[]] * 6)), ValueError, "true_positive_counts: expected one dimension"),
        ("add_pr_curve_raw", ("c", *RAW[:5], [[1.0, 2.0]]), ValueError, "recall: expected one dimension"),
        ("add_pr_curve_raw", (None, *RAW), TypeError, "tag: expected"),
    ],
)
def test_what_is_refused_costs_only_its_own_call(
    tmp_path: Path, method: str, arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(kind, match=message):
            getattr(writer, method)(*arguments)
        writer.add_pr_curve("c", [1], [0.5])
    assert [event.step for event in events(event_files(tmp_path)[0])[1:]] == [0]


@pytest.mark.parametrize("weights", [2.0, [[2.0]], np.array(2.0)], ids=repr)
def test_one_weight_for_all_may_have_any_shape(tmp_path: Path, weights: Any) -> None:
    each = logged(tmp_path / "each", LABELS, SCORES, weights=np.full(500, 2.0))
    assert logged(tmp_path / "one", LABELS, SCORES, weights=weights) == each


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.bool_])
def test_integers_do_not_overflow(tmp_path: Path, kind: Any) -> None:
    found = SCORES > 0.5
    expected = logged(tmp_path / "floats", LABELS, found.astype(float), num_thresholds=1000)
    assert logged(tmp_path / "ints", LABELS, found.astype(kind), num_thresholds=1000) == expected


def test_what_float32_does_not_hold_is_infinite(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        column = [3.4028235677973366e38]
        writer.add_pr_curve_raw("curve", column, column, column, column, column, column, 0)
    (value,) = events(event_files(tmp_path)[0])[1].summary.value
    assert list(value.tensor.float_val) == [float("inf")] * 6
