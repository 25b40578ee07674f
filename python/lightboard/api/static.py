"""The built board: its page, scripts and styles."""

import asyncio
import gzip
import stat
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lightboard.api.page import page

BOARD = Path(__file__).parent.parent / "board_static"

# Not the mimetypes module: on Windows it believes the registry, which may call a script plain text.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
COMPRESSIBLE = {".css", ".html", ".js", ".json", ".svg", ".wasm"}
MIN_COMPRESSED_BYTES = 1024


class Found(NamedTuple):
    """A file of the board as it is on disk now."""

    path: Path
    modified_ns: int
    size: int


class Board:
    """An ASGI application that answers GET and HEAD with the files below `root`."""

    def __init__(self, root: Path = BOARD) -> None:
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        name = scope["path"].removeprefix("/") or "index.html"
        found = None if name.startswith("api/") else await asyncio.to_thread(self._find, name)
        if found is not None and scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        if found is not None:
            response = await asyncio.to_thread(_respond, found, Headers(scope=scope), name)
        elif name == "index.html":
            response = _not_built(self.root)
        else:
            raise HTTPException(404)
        await response(scope, receive, send)

    def _find(self, name: str) -> Found | None:
        path = self.root / name
        try:
            if not path.resolve().is_relative_to(self.root.resolve()):
                return None
            status = path.stat()
        except (OSError, ValueError):  # ValueError: a NUL byte in the name.
            return None
        return Found(path, status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None


def _respond(found: Found, asked: Headers, name: str) -> Response:
    suffix = found.path.suffix
    compressed = (
        suffix in COMPRESSIBLE
        and found.size >= MIN_COMPRESSED_BYTES
        and "gzip" in asked.get("accept-encoding", "")
    )
    etag = f'"{found.modified_ns:x}-{found.size:x}{"-gzip" if compressed else ""}"'
    headers = {
        "ETag": etag,
        "Vary": "Accept-Encoding",
        # What the bundler names by its content never changes under that name.
        "Cache-Control": "max-age=31536000, immutable" if name.startswith("assets/") else "no-cache",
    }
    if etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if compressed:
        headers["Content-Encoding"] = "gzip"
    return Response(
        _compressed(found) if compressed else found.path.read_bytes(),
        headers=headers,
        media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"),
    )


@lru_cache(maxsize=64)
def _compressed(found: Found) -> bytes:
    return gzip.compress(found.path.read_bytes(), compresslevel=6, mtime=0)


def _not_built(root: Path) -> Response:
    return page(
        "The board is not built",
        f"Expected the built board in {root}, found no index.html there.\n\n"
        "In a checkout of Lightboard run `make build` (or `make demo`), then reload this page. An installed "
        "package carries the built board: install it anew with `pip install .`.\n\n"
        "The HTTP interface below /api works meanwhile.",
        status=503,
    )
