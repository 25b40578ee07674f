"""Patterns of a page's address, which are JavaScript's, as far as Python can tell what they match."""

import json
import shutil
import subprocess

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


IN_NODE = """
const [names, patterns] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const matching = (text, flags) => {
  try {
    const pattern = new RegExp(text, flags);
    return names.filter((name) => pattern.test(name));
  } catch {
    return null;
  }
};
console.log(JSON.stringify(patterns.map((text) => ["", "i"].map((flags) => matching(text, flags)))));
"""
ASCII = ["a", "K", "train/1", "Train/2", "x.y", "a{,2}", "-", "d"]
BEYOND = [*ASCII, "\u00e9a", "\u00df", "\u0661", "\u017f", "\u212a", "\u0130", "\u0131", "\ufeff", "x\x85"]
WRITTEN = r"""
a a. ^.$ [a-z]+ [^a] k s i \u212a \w ^\w+$ \W \d ^\d \D \s \S \b. x\B [\d] [a-\d] [\d-a] [^a-\w] [\s-] [-\d]
a{,2} a{,} a\{,2} x{ { ] } a{2,1} [z-a] a** a|* a{1}{2} (?=a)* ^* \B* [[a]] []a] [^] [] () (?:a|K)
(?i:k) (?i)k (?P<x>a) (?#c)a (?>a) (?<n>a) (?<n>a)\k<n> (?<1>a) (?<=a)/ (?<!a)1 (?!a). \x \h \e \N \Z \8 \1(a) \p{L}
"""
PATTERNS = WRITTEN.split()


@pytest.fixture(scope="module")
def in_node() -> dict[str, list[list[list[str] | None]]]:
    """Which names match each pattern in JavaScript: by pattern, of both lists of names, with case and without."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("asks Node.js")
    told = [
        json.loads(subprocess.run([node, "-e", IN_NODE], input=asked, capture_output=True, check=True).stdout)
        for asked in (json.dumps([names, PATTERNS]).encode() for names in (ASCII, BEYOND))
    ]
    return dict(zip(PATTERNS, map(list, zip(*told, strict=True)), strict=True))


@pytest.mark.parametrize("text", PATTERNS)
def test_what_is_judged_is_as_in_javascript(
    text: str, in_node: dict[str, list[list[list[str] | None]]]
) -> None:
    for names, matching in zip((ASCII, BEYOND), in_node[text], strict=True):
        for ignore_case, expected in zip((False, True), matching, strict=True):
            found = tried(text, names, ignore_case=ignore_case, seconds=5)
            if found.matching is not None:
                assert expected is not None
                assert sorted(found.matching) == sorted(expected)
            elif found.error:
                assert expected is None


def test_classes_are_judged_where_they_are_the_same() -> None:
    assert set(tried("^\\w+$", ASCII, ignore_case=False, seconds=5).matching or ()) == {"a", "K", "d"}
