"""One Chromium for the tests of a module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from board.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
