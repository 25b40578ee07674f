"""Texts: as the peers store them."""

import sys
from pathlib import Path
from typing import Any

import pytest

from lightboard import LightboardWarning, SummaryWriter
from log.peers import PEERS, peer_named
from log.records import event_files, events

TEXTS = ["", "# Loss\n\nit *falls*", "損失は下がる", "a\0b", "ж🦙a損" * 500_000, "ж🦙a損" * 1_000_000]


@pytest.mark.parametrize("peer", PEERS)
def test_events_equal_the_peers(tmp_path: Path, peer: str) -> None:
    def log(writer: Any) -> None:
        for number, text in enumerate(TEXTS):
            for tag in ("notes", "run/notes (new)", ""):
                writer.add_text(tag, text, number - 1, 1763800000.25)

    both = peer_named(peer).both(tmp_path, log)
    assert both.ours == both.theirs


class Odd(str):
    """What it says of itself is not what it is."""

    def __str__(self) -> str:
        return self

    def __len__(self) -> int:
        return 3

    def __getitem__(self, _: object) -> str:
        return "else"


def test_a_str_of_another_class_is_stored_as_what_it_is(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_text(Odd("notes"), Odd("損失" * 1_000_000), 1)
    (path,) = event_files(tmp_path)
    (found,) = [value for event in events(path) for value in event.summary.value]
    assert (found.tag, found.tensor.string_val[0].decode()) == ("notes/text_summary", "損失" * 1_000_000)


@pytest.mark.parametrize("size", [10, 1_000, 2_000_000])
def test_python_keeps_no_second_form_of_a_text(tmp_path: Path, size: int) -> None:
    text = "損失は下がる" * (size // 6)
    before = sys.getsizeof(text)
    with SummaryWriter(tmp_path) as writer:
        writer.add_text("notes", text, 1)
    assert sys.getsizeof(text) == before


def stored(directory: Path) -> list[tuple[str, int]]:
    (path,) = event_files(directory)
    return [(value.tag, event.step) for event in events(path) for value in event.summary.value]


def test_an_omitted_step_counts_up_per_tag(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for text in ("a", "b", "c"):
            writer.add_text("x", text)
            writer.add_text("given", text, 7)
        writer.add_text("y", "a")
    assert stored(tmp_path) == [
        ("x/text_summary", 0), ("given/text_summary", 7), ("x/text_summary", 1), ("given/text_summary", 7),
        ("x/text_summary", 2), ("given/text_summary", 7), ("y/text_summary", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("notes", b"bytes"), TypeError, "text_string: expected a str, found bytes"),
        (("notes", None), TypeError, "text_string: expected a str, found NoneType"),
        (("notes", "a\ud800"), ValueError, "text_string: expected text that can be stored as UTF-8"),
        ((3, "text"), TypeError, "tag: expected a str, found int"),
        (("notes", "text", "x"), ValueError, "global_step: expected a whole number"),
        (("notes", "text", 2**63), OverflowError, "global_step: expected a number from"),
        (("notes", "text", 1, "now"), ValueError, "walltime: expected a number"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_refused_costs_only_its_own_call(
    tmp_path: Path, arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(kind, match=message):
            writer.add_text(*arguments)
        writer.add_text("notes", "after")
    assert stored(tmp_path) == [("notes/text_summary", 0)]


def test_after_close_a_text_goes_to_a_new_file(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_text("notes", "a")
    writer.close()
    with pytest.warns(LightboardWarning, match="after close"):
        writer.add_text("notes", "b")
    writer.close()
    steps = [event.step for path in event_files(tmp_path) for event in events(path)[1:]]
    assert steps == [0, 1]
