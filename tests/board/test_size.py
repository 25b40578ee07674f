"""What a browser has to load before it can show anything."""

import gzip
import re
from pathlib import Path

import lightboard

STATIC = Path(lightboard.__file__).parent / "board_static"
MOST_JAVASCRIPT = 150_000
"""Bytes, compressed, workers included."""


def test_the_first_load_is_small() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in (STATIC / "assets").glob("*.js")}
    assert any("worker" in name for name in scripts), scripts.keys()
    # What import() names is loaded when it is needed.
    later = {
        Path(found).name
        for text in scripts.values()
        for found in re.findall(r'\bimport\(\s*["`\']([^"`\']+\.js)["`\']', text)
    }
    at_first = {
        name: len(gzip.compress(text.encode())) for name, text in scripts.items() if name not in later
    }
    assert sum(at_first.values()) <= MOST_JAVASCRIPT, at_first
