"""What the tests of the index share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.following import Following


@pytest.fixture
def follow() -> Iterator[Callable[..., Following]]:
    """Opens an index on some paths, each named like its last part; closed when the test ends."""
    opened: list[Following] = []

    def follow(*paths: Path, poll_secs: float = 0.02, cache: Path | None = None) -> Following:
        following = Following(*((path.name, str(path)) for path in paths), poll_secs=poll_secs, cache=cache)
        opened.append(following)
        return following

    yield follow
    for following in opened:
        following.index.close()
