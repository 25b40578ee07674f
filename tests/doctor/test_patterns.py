"""Patterns of a page's address, which are JavaScript's, as far as Python can tell what they match."""

import pytest

from lightboard.doctor.stages.board.pattern import tried

NAMES = ["lr-1", "LR-2", "aab"]


@pytest.mark.parametrize(
    ("text", "matching"),
    [("lr-", {"lr-1"}), ("(?<n>a)\\k<n>", {"aab"}), ("(?<=a)b", {"aab"}), ("^(?!lr)", {"LR-2", "aab"})],
)
def test_what_both_understand(text: str, matching: set[str]) -> None:
    assert set(tried(text, NAMES, ignore_case=False, seconds=5).matching or ()) == matching


def test_the_case_of_letters() -> None:
    assert set(tried("lr", NAMES, ignore_case=True, seconds=5).matching or ()) == {"lr-1", "LR-2"}


@pytest.mark.parametrize(
    "text", ["(", ")", "*", "a**", "[", "\\", "[b-a]", "a{2,1}", "(?P<n>a)", "(?i)a", "(?>a)"]
)
def test_what_a_browser_does_not_take(text: str) -> None:
    found = tried(text, NAMES, ignore_case=True, seconds=5)
    assert (found.matching, bool(found.error)) == (None, True)


@pytest.mark.parametrize(
    "text",
    ["a{4294967295}", "(?<=a+)b", "[]", "\\p{L}", "(" * 5000 + ")" * 5000, "[(?P<n>]", "[\\w-a]"],
    ids=lambda text: text[:12],
)
def test_what_is_not_judged(text: str) -> None:
    found = tried(text, NAMES, ignore_case=True, seconds=5)
    assert (found.matching, found.error) == (None, "")


def test_a_pattern_that_takes_for_ever_is_given_up() -> None:
    assert tried("(a+)+$", ["a" * 60 + "b"], ignore_case=False, seconds=0.2).matching is None
