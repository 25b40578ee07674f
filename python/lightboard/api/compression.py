"""gzip for answers that leave this machine."""

import asyncio
import gzip
import ipaddress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST_BYTES = 64 << 10
"""Smaller answers take longer to compress than to send."""
LEVEL = 1
"""Higher levels take a multiple of the time, for a tenth of the size."""

COMPRESSED = ("image/", "audio/")
"""Media types whose files are compressed already."""


class Compression:
    """Compresses large answers of /api for peers that accept gzip and are not on this machine (spec/api.md)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _is_wanted(scope):
            await self.app(scope, receive, send)
            return
        start: Message | None = None

        async def sender(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                if (
                    not message.get("more_body")
                    and len(message.get("body", b"")) > LEAST_BYTES
                    and not Headers(scope=start).get("content-type", "").startswith(COMPRESSED)
                ):
                    # Off the event loop: streams of changes and other answers go on meanwhile.
                    message["body"] = await asyncio.to_thread(gzip.compress, message["body"], LEVEL, mtime=0)
                    headers = MutableHeaders(scope=start)
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Length"] = str(len(message["body"]))
                    headers.add_vary_header("Accept-Encoding")
                await send(start)
                start = None
            await send(message)

        await self.app(scope, receive, sender)


def _is_wanted(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] == "HEAD" or not scope["path"].startswith("/api/"):
        return False
    return not _is_local(scope) and _accepts_gzip(Headers(scope=scope).get("accept-encoding", ""))


def _is_local(scope: Scope) -> bool:
    host, _ = scope["client"] or ("", 0)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _accepts_gzip(header: str) -> bool:
    for offer in header.lower().split(","):
        name, _, parameters = offer.partition(";")
        if name.strip() == "gzip":
            return parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
