"""What all tests need."""

import os
from collections.abc import Iterator
from pathlib import Path

import crc32c
import pytest
from playwright.sync_api import Browser
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow

from board.browser import chromium

# TensorBoard's reader and writer have their checksum in Python, which takes ten microseconds for each hundred bytes.
# tests/events/test_checksum.py holds the two together; tensorboardX takes the library's of itself.
pywrap_tensorflow.crc32c = crc32c.crc32c


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Boards that tests start keep what they read in a folder of the tests, not in the user's."""
    folder: Path = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "LIGHTBOARD_CACHE_DIR", str(folder))
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process: Playwright runs once in each."""
    with chromium() as running:
        yield running
