"""What the screen showed and when: the frames that the compositor made, as Chromium's screencast gives them."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Error, Page

CHARTS = (420, 150, 1000, 780)
"""Left, top, right and bottom of a part of either page that holds charts and nothing else that moves."""

Pixels = npt.NDArray[np.int16]


@dataclass
class Film:
    """Frames with the seconds since 1970 at which they were shown."""

    frames: list[tuple[float, str]] = field(default_factory=list)
    last: float = 0.0

    def wait_until_begun(self, page: Page, most: float = 60) -> None:
        """Wait for the first frame, which shows the page as it is; a busy page is late with it."""
        end = time.monotonic() + most
        while not self.frames:
            if time.monotonic() > end:
                raise TimeoutError(f"expected a frame of the page within {most} s")
            page.wait_for_timeout(50)

    def wait_until_quiet(self, page: Page, seconds: float, most: float = 60) -> None:
        """Wait until no frame has come for some seconds, and the page's main thread is free."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            page.evaluate("0")
            if time.monotonic() - self.last > seconds:
                return
            page.wait_for_timeout(50)
        raise TimeoutError(f"expected the page to come to rest within {most} s")

    def wait_until_changed(self, page: Page, before: str, most: float = 60) -> None:
        """Wait until the charts look otherwise than in the frame before: a page may ask its server first."""
        end, seen, charts = time.monotonic() + most, 0, _charts(before)
        while time.monotonic() < end:
            for _, data in self.frames[seen:]:
                seen += 1
                if _differ(_charts(data), charts):
                    return
            page.wait_for_timeout(50)
        raise TimeoutError(
            f"expected what was touched to change the charts, found them as before after {most} s: "
            "touch a run whose curve is to be seen"
        )

    def settled(self) -> float:
        """When the charts first looked as they did in the end."""
        pictures = [(at, _charts(data)) for at, data in self.frames]
        final = pictures[-1][1]
        since = pictures[-1][0]
        for at, picture in reversed(pictures):
            if _differ(picture, final):
                break
            since = at
        return since

    def first_curves(self) -> float:
        """When curves were first shown: they have colour, grids and words have none."""
        for at, data in self.frames:
            picture = _charts(data)
            colourful = picture.max(axis=2) - picture.min(axis=2) > 60
            if int(colourful.sum()) > 300:
                return at
        raise ValueError("expected curves in one of the frames, found none")


@contextmanager
def filmed(page: Page) -> Iterator[Film]:
    """Keep the frames that are shown meanwhile."""
    film = Film(last=time.monotonic())
    session = page.context.new_cdp_session(page)

    def keep(event: dict[str, Any]) -> None:
        film.frames.append((float(event["metadata"]["timestamp"]), str(event["data"])))
        film.last = time.monotonic()
        with suppress(Error):  # The last frames come while the film ends: they need no answer.
            session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    session.on("Page.screencastFrame", keep)
    session.send("Page.startScreencast", {"format": "jpeg", "quality": 80, "everyNthFrame": 1})
    try:
        yield film
    finally:
        session.remove_listener("Page.screencastFrame", keep)
        session.send("Page.stopScreencast")
        session.detach()


def _charts(data: str) -> Pixels:
    image = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB").crop(CHARTS)
    return np.asarray(image).astype(np.int16)


def _differ(picture: Pixels, other: Pixels) -> bool:
    """By more than what JPEG makes of the same pixels."""
    return int((np.abs(picture - other).max(axis=2) > 24).sum()) > 20
