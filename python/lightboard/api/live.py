"""GET /api/live: server-sent events that say what changed."""

import asyncio
import json
import secrets
import threading

from starlette.datastructures import Headers, QueryParams
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lightboard._core import Index

MIN_INTERVAL_SECS = 0.1
KEEP_ALIVE_SECS = 15.0
WAIT_SECS = 0.5
"""How long the feed's thread may take to notice that it shall end."""


class Feed:
    """One thread that waits for the index, for all the streams on the event loop."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.ended = False
        # Versions count from zero at every start: an id from another start must not look like one of ours.
        self.start_id = secrets.token_hex(4)
        self._changed = asyncio.Event()
        self._thread = threading.Thread(target=self._follow, name="lightboard-feed", daemon=True)

    def start(self) -> None:
        """Begin to follow the index; call on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def end(self) -> None:
        """End all streams; call on the event loop, before the server waits for its connections."""
        self.ended = True
        self._publish()

    async def stop(self) -> None:
        """End all streams and wait for the thread: a thread inside the index must not outlive the interpreter."""
        self.end()
        await asyncio.to_thread(self._thread.join)

    def changed(self) -> asyncio.Event:
        """Return an event that the next change, or the end, sets. Take it before looking at the version."""
        return self._changed

    def _follow(self) -> None:
        version = 0
        while not self.ended:
            newer = self.index.wait(version, WAIT_SECS)
            if newer > version:
                version = newer
                self._loop.call_soon_threadsafe(self._publish)

    def _publish(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()


class Live:
    """The endpoint: an ASGI application that streams until the client or the server goes."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, for as long as client and server are there."""
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] != "HEAD":
            gone = asyncio.create_task(_disconnected(receive))
            try:
                await self._stream(self._since(scope), send, gone)
            finally:
                gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _since(self, scope: Scope) -> int | None:
        """Return the version that the client has; None if it is of another start of the server, or nonsense."""
        last = Headers(scope=scope).get("last-event-id")
        given = QueryParams(scope["query_string"]).get("since", "0") if last is None else last
        start_id, dot, text = given.rpartition(".")
        if start_id != self.feed.start_id and (dot or last is not None):
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            return None
        version = int(text)
        return version if version <= self.feed.index.version else None

    async def _stream(self, since: int | None, send: Send, gone: asyncio.Task[None]) -> None:
        index = self.feed.index
        if since is None:
            known = await self._send_change(send, *_everything(index))
        else:
            known = await self._send_change(send, *await asyncio.to_thread(index.changes, since))
        while not (gone.done() or self.feed.ended):
            changed = self.feed.changed()
            if index.version > known:
                # Sending returns when the connection took what came before: a client that does not read holds up
                # its own stream, and what happens meanwhile becomes one event.
                known = await self._send_change(send, *await asyncio.to_thread(index.changes, known))
                await asyncio.wait({gone}, timeout=MIN_INTERVAL_SECS)
                continue
            waiting = asyncio.create_task(changed.wait())
            try:
                done, _ = await asyncio.wait(
                    {gone, waiting}, timeout=KEEP_ALIVE_SECS, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                waiting.cancel()
            if not done:
                await _send_text(send, b": still here\n\n")

    async def _send_change(self, send: Send, version: int, body: bytes) -> int:
        head = f"event: change\nid: {self.feed.start_id}.{version}\ndata: "
        await _send_text(send, head.encode() + body + b"\n\n")
        return version


def live_routes(feed: Feed) -> list[Route]:
    """Build the route of the stream of changes."""
    return [Route("/api/live", Live(feed), methods=["GET"])]


def _everything(index: Index) -> tuple[int, bytes]:
    version = index.version
    change = {"version": version, "runs": [], "series": {}, "any_series": [], "removed": []}
    return version, json.dumps(change | {"tags": True, "all": True}).encode()


async def _send_text(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
