"""Whatever stands in an address, the doctor reads what the board would, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightboard.doctor.stages.board.notation import Json, parts
from lightboard.doctor.stages.board.selection import selection

RUNS = [{"id": f"{number:013d}", "parent": None, "first_wall_time": None} for number in range(3)]
PIECES = [
    "runs=",
    "bits.",
    "on.",
    "off.",
    "(",
    ")",
    "!",
    "'",
    ",",
    ":",
    "&",
    "%",
    "%26",
    "%ff",
    "0000",
    "-",
    "AAAA",
]
WORDS = ["runs", "only", "held", "new", "until", "t", "f", "n", "1", "1e999", "é", "\x00", " "]


@given(st.lists(st.sampled_from(PIECES + WORDS), max_size=30).map("".join), st.text())
def test_no_address_stops_it(pieces: str, text: str) -> None:
    for fragment in (pieces, text, f"runs={pieces}", f"runs=({text}"):
        chosen = selection(parts(fragment).get("runs"))
        if chosen is not None:
            assert set(chosen.off(RUNS)) <= {run["id"] for run in RUNS}


@pytest.mark.parametrize(
    ("fragment", "view"),
    [
        (
            "panel=(sort:age,widths:!(80,1.5),flat:!t)",
            {"panel": {"sort": "age", "widths": [80, 1.5], "flat": True}},
        ),
        ("a=(b:'it!'s !! 5%25%26')&c=!n", {"a": {"b": "it's ! 5%&"}, "c": None}),
        ("a=(b:(c:'open", {"a": {"b": {"c": "open"}}}),
        ("a=%E5%AE%9F&b=%E5&c=%4&charts&d=x(y&e=01&f=!x&g='!x'&h=a", {"a": "実", "h": "a"}),
        (f"a={'!(' * 40}", {}),
    ],
)
def test_a_view_is_read_as_the_board_writes_it(fragment: str, view: dict[str, Json]) -> None:
    assert parts(fragment) == view
