"""Histograms: counted as the peers count, and what they lose is kept."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lightboard import SummaryWriter
from log.peers import PEERS, peer_named
from log.program import succeed
from log.records import event_files, events

RANDOM = np.random.default_rng(7)
VALUES: list[Any] = [
    RANDOM.normal(size=10_000).astype(np.float32),
    RANDOM.normal(size=(7, 1, 30)),
    RANDOM.lognormal(0, 10, 1000),
    -RANDOM.lognormal(0, 10, 1000),
    RANDOM.normal(size=100).astype(np.float16),
    RANDOM.integers(-1000, 1000, 500),
    np.arange(256, dtype=np.uint8),
    np.array([True, False, True]),
    np.zeros(5),
    np.array([-0.0]),
    np.array([3.5]),
    np.array([-1e-13, 1e-13, 5e-324]),
    np.array([2**63], np.uint64),
    np.float64(0.5),
    0.5,
]
BINS: list[Any] = ["auto", "fd", 10, [0.0, 0.5, 1.0, 1e3], np.linspace(-1, 2, 200)]


def assert_equal(ours: Any, theirs: Any) -> None:
    """Sums may be added up in another order."""
    assert ours.tag == theirs.tag
    mine, peers = ours.histo, theirs.histo
    assert list(mine.bucket) == list(peers.bucket)
    assert list(mine.bucket_limit) == list(peers.bucket_limit)
    assert (mine.min, mine.max, mine.num) == (peers.min, peers.max, peers.num)
    assert mine.sum == pytest.approx(
        peers.sum, rel=1e-12, abs=1e-12 * math.sqrt(peers.num * peers.sum_squares)
    )
    assert mine.sum_squares == pytest.approx(peers.sum_squares, rel=1e-12)
    assert ours.WhichOneof("value") == theirs.WhichOneof("value") == "histo"
    assert not ours.HasField("metadata")


def compare(directory: Path, peer: str, cases: list[tuple[Any, Any]]) -> None:
    def log(writer: Any) -> None:
        for values, bins in cases:
            for max_bins in (None, 1, 7, 64, 5000):
                writer.add_histogram("weights", values, 3, bins, 1763800000.25, max_bins)

    both = peer_named(peer).both(directory, log)
    for ours, theirs in zip(both.ours, both.theirs, strict=True):
        assert (ours.step, ours.wall_time) == (theirs.step, theirs.wall_time)
        assert_equal(ours.summary.value[0], theirs.summary.value[0])


@pytest.mark.parametrize("peer", PEERS)
def test_events_equal_the_peers(tmp_path: Path, peer: str) -> None:
    compare(tmp_path, peer, [(values, "tensorflow") for values in VALUES])


@pytest.mark.parametrize("peer", PEERS)
def test_events_equal_the_peers_for_other_bins(tmp_path: Path, peer: str) -> None:
    compare(tmp_path, peer, [(VALUES[index], bins) for index in (0, 1, 4, 5, 6, 7) for bins in BINS])


@settings(deadline=None, max_examples=50)
@given(arrays.arrays(np.float64, st.integers(1, 20), elements=st.floats(-9e19, 9e19)))
def test_any_numbers_equal_the_peers(tmp_path_factory: pytest.TempPathFactory, values: Any) -> None:
    both = peer_named("tensorboardX").both(
        tmp_path_factory.mktemp("run"), lambda writer: writer.add_histogram("weights", values)
    )
    assert_equal(both.ours[0].summary.value[0], both.theirs[0].summary.value[0])


def logged(directory: Path, *arguments: Any, **named: Any) -> Any:
    with SummaryWriter(directory) as writer:
        writer.add_histogram("weights", *arguments, **named)
    (path,) = event_files(directory)
    return events(path)[1].summary.value[0].histo


def test_what_is_not_finite_is_counted_and_spoils_nothing(tmp_path: Path) -> None:
    values = np.array([1.0, math.nan, 2.0, math.inf, -math.inf, math.nan])
    for name, bins in (("default", "tensorflow"), ("auto", "auto"), ("edges", [0, 1.5, 3])):
        found = logged(tmp_path / name, values, bins=bins)
        assert (found.num, sum(found.bucket)) == (6, 2)
        assert (found.min, found.max, found.sum, found.sum_squares) == (1, 2, 3, 5)
    none = logged(tmp_path / "none", np.array([math.nan, math.inf]))
    assert (none.num, list(none.bucket), list(none.bucket_limit)) == (2, [], [])
    assert math.isnan(none.min)
    assert math.isnan(none.max)
    assert sum(logged(tmp_path / "no auto", [math.nan], bins="auto").bucket) == 0


def test_what_lies_beyond_the_default_edges_has_a_bucket(tmp_path: Path) -> None:
    found = logged(tmp_path, np.array([-1e30, 0.0, 1e21, 1e22]))
    assert (found.bucket[1], found.bucket[-1], sum(found.bucket)) == (1, 2, 4)
    assert (found.bucket_limit[0], found.bucket_limit[-1]) == (-np.finfo(float).max, np.finfo(float).max)
    assert (found.min, found.max) == (-1e30, 1e22)


def test_what_lies_in_no_given_bucket_is_counted(tmp_path: Path) -> None:
    found = logged(tmp_path, np.array([5.0, 6.0]), bins=[0, 1, 2])
    assert (found.num, sum(found.bucket)) == (2, 0)


@pytest.mark.parametrize("peer", PEERS)
def test_raw_events_equal_the_peers(tmp_path: Path, peer: str) -> None:
    values = RANDOM.normal(size=1000)
    counts, edges = np.histogram(values)

    def log(writer: Any) -> None:
        numbers = (values.min(), values.max(), len(values), values.sum(), values.dot(values))
        writer.add_histogram_raw("raw", *numbers, edges[1:], counts, 3, 1763800000.25)
        writer.add_histogram_raw("raw", *numbers, edges[1:].tolist(), counts.tolist(), 4, 1763800000.25)
        writer.add_histogram_raw("raw", 0, 0, 0, 0, 0, [], [], 5, 1763800000.25)

    both = peer_named(peer).both(tmp_path, log)
    assert both.ours == both.theirs


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda writer: writer.add_histogram("w", []),
            ValueError,
            "expected at least one element, found list",
        ),
        (lambda writer: writer.add_histogram("w", np.zeros((3, 0))), ValueError, r"shape \(3, 0\)"),
        (lambda writer: writer.add_histogram("w", "abc"), TypeError, "values of tag 'w': expected an array"),
        (
            lambda writer: writer.add_histogram("w", [1j]),
            TypeError,
            "values of tag 'w': expected an array of real",
        ),
        (lambda writer: writer.add_histogram("w", [1], max_bins=0), ValueError, "max_bins: expected"),
        (lambda writer: writer.add_histogram("w", [1], bins=[3, 1]), ValueError, "bins"),
        (
            lambda writer: writer.add_histogram("w", [1], bins=1 << 40),
            ValueError,
            "bins: expected at most 1,048,576",
        ),
        (
            lambda writer: writer.add_histogram("w", [1], bins=np.array(10**9)),
            ValueError,
            "bins: expected at most 1,048,576",
        ),
        (
            lambda writer: writer.add_histogram("w", [*range(1000), 1e18], bins="fd"),
            ValueError,
            r"bins: expected at most 1,048,576, found more than have room .* str 'fd' of values between 0 and 1e\+18",
        ),
        (lambda writer: writer.add_histogram("w", [1], bins="nonsense"), ValueError, "nonsense"),
        (lambda writer: writer.add_histogram(None, [1]), TypeError, "tag: expected"),
        (lambda writer: writer.add_histogram("w", [1], "x"), ValueError, "global_step: expected"),
        (
            lambda writer: writer.add_histogram_raw("w", 0, 1, 2, 3, 4, [1, 2, 3], [1, 2]),
            ValueError,
            "bucket_counts: expected one for each of 3 limits, found 2",
        ),
        (
            lambda writer: writer.add_histogram_raw("w", "low", 1, 2, 3, 4, [1], [1]),
            ValueError,
            "min of tag 'w': expected a number",
        ),
        (
            lambda writer: writer.add_histogram_raw("w", 0, 1, 2, 3, 4, [[1]], [[1]]),
            ValueError,
            "bucket_limits: expected one dimension",
        ),
    ],
)
def test_what_is_refused_costs_only_its_own_call(
    tmp_path: Path, call: Any, kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(kind, match=message):
            call(writer)
        writer.add_histogram("w", [1])
    (path,) = event_files(tmp_path)
    assert [event.step for event in events(path)[1:]] == [0]


def test_an_array_is_counted_where_it_lies(tmp_path: Path) -> None:
    text = """
import numpy as np, resource
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
with SummaryWriter("run") as writer:
    writer.add_histogram("values", np.zeros(1000, np.float32), 0)
    values = np.ones(25_000_000, np.float32)
    before = peak()
    writer.add_histogram("values", values, 1)
    say(peak() - before)
"""
    assert int(succeed(text, tmp_path)) < 48  # MiB; a copy has 95
