"""One Chromium for all tests of a process; each opens tabs in profiles of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from board.browser import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
