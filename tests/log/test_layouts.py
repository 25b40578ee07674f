"""Layouts of custom charts: as the peers store them."""

from pathlib import Path
from typing import Any

import pytest

from lightboard import SummaryWriter
from log.peers import PEERS, peer_named
from log.records import event_files, events

LAYOUT = {
    "Taiwan": {"twse": ["Multiline", ["twse/0050", "twse/2330"]]},
    "USA 🇺🇸": {
        "dow": ["Margin", ["dow/aaa", "dow/bbb", "dow/ccc"]],
        "": ["whatever", ["nasdaq/.*"]],
        "none": ["Multiline", []],
    },
    "empty": {},
}


@pytest.mark.parametrize("peer", PEERS)
def test_events_equal_the_peers(tmp_path: Path, peer: str) -> None:
    def log(writer: Any) -> None:
        writer.add_custom_scalars(LAYOUT)
        writer.add_custom_scalars_multilinechart(["a", "b/.*"])
        writer.add_custom_scalars_multilinechart(["a"], "Losses", "all")
        writer.add_custom_scalars_marginchart(["a", "b", "c"])
        writer.add_custom_scalars_marginchart(["a", "b", "c"], category="Losses", title="band")
        writer.add_custom_scalars({})

    both = peer_named(peer).both(tmp_path, log)
    for event in both.ours + both.theirs:
        event.wall_time = 0
    assert both.ours == both.theirs


@pytest.mark.parametrize(
    ("layout", "kind", "message"),
    [
        ([], TypeError, "layout: expected a dict of categories, found list"),
        ({"a": []}, TypeError, r"layout\['a'\]: expected a dict of charts"),
        (
            {"a": {"b": "Margin"}},
            TypeError,
            r"layout\['a'\]\['b'\]: expected a list of the chart's kind and its tags",
        ),
        ({"a": {"b": ["Multiline", "loss"]}}, TypeError, r"layout\['a'\]\['b'\]: expected a list of tags"),
        ({"a": {"b": ["Margin", ["x", "y"]]}}, ValueError, "expected three tags .*, found 2"),
        ({"a": {"b": ["Multiline", [1]]}}, TypeError, "expected a str, found int"),
        ({"a": {"b": ["Multiline", ["\ud800"]]}}, ValueError, "lone surrogate"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, layout: Any, kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(kind, match=message):
        writer.add_custom_scalars(layout)
    assert [len(events(path)) for path in event_files(tmp_path)] == [1]
