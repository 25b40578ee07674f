"""The values of series of other kinds than scalar: a list of them, some of them, and the files in them."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightboard._core import Index, UnavailableError, kinds
from lightboard.api.body import Body, read_body
from lightboard.api.errors import ApiError
from lightboard.api.routes.scalars import ATTEMPTS

OTHER_KINDS: Final = tuple(kind for kind in kinds() if kind != "scalar")
MOST_VALUES = 1000
"""Values in one request."""
MAX_OFFSET = 2**63 - 1
MAX_INDEX = 2**32 - 1

STATUS: Final = {
    "unknown_value": 404,
    "file_changed": 410,
    "file_gone": 410,
    "value_too_large": 413,
    "too_many_values": 413,
    "not_decodable": 422,
    "file_unreadable": 503,
    "read_anew": 503,
}
"""Of each code that the index has for a value that cannot be had."""

FILE_HEADERS = {
    # The address names the very bytes: a file that is replaced has another id.
    "Cache-Control": "private, max-age=31536000, immutable",
    # What was logged is not to be trusted: opened by itself it can neither run nor load anything.
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def value_routes(index: Index) -> list[Route]:
    """Build the routes of what stays in the event files."""

    async def values(request: Request) -> Response:
        body = await read_body(request)
        tag, kind, runs = body.text("tag"), body.choice("kind", OTHER_KINDS, ""), body.optional_texts("runs")
        attempts = body.choice("attempts", ATTEMPTS, "latest")
        body.end()
        try:
            frame = await asyncio.to_thread(index.values, tag, kind, runs=runs, attempts=attempts)
        except UnavailableError as error:
            raise _refusal(error) from None
        return _frame(frame)

    async def read(request: Request) -> Response:
        body = await read_body(request)
        run, tag, kind = body.text("run"), body.text("tag"), body.choice("kind", OTHER_KINDS, "")
        references = [_reference(value) for value in body.bodies("values", MOST_VALUES)]
        body.end()
        try:
            frame = await asyncio.to_thread(index.read_values, run, tag, kind, references, with_files=False)
        except UnavailableError as error:
            raise _refusal(error) from None
        return _frame(frame)

    async def file(request: Request) -> Response:
        query = _query(request)
        run, tag, kind = query.text("run"), query.text("tag"), query.choice("kind", OTHER_KINDS, "")
        reference, item = _place(query), query.integer("item", 0, 0, MAX_INDEX)
        query.end()
        try:
            media_type, content = await asyncio.to_thread(index.value_file, run, tag, kind, reference, item)
        except UnavailableError as error:
            raise _refusal(error) from None
        disposition = {} if media_type else {"Content-Disposition": "attachment"}
        return Response(
            content, media_type=media_type or "application/octet-stream", headers=FILE_HEADERS | disposition
        )

    return [
        Route("/api/values", values, methods=["POST"]),
        Route("/api/values/read", read, methods=["POST"]),
        Route("/api/values/file", file, methods=["GET"]),
    ]


def _reference(body: Body) -> tuple[str, int, int]:
    reference = _place(body)
    body.end()
    return reference


def _place(body: Body) -> tuple[str, int, int]:
    return (
        body.text("file"),
        body.integer("offset", None, 0, MAX_OFFSET),
        body.integer("index", None, 0, MAX_INDEX),
    )


def _query(request: Request) -> Body:
    """Read the query like a body; numbers are decimal digits there."""
    members: dict[str, object] = {}
    for name, value in request.query_params.multi_items():
        if name == "token":  # Access takes it.
            continue
        if name in members:
            raise ApiError(400, "invalid_member", f"{name}: expected it once, found it more often.")
        is_number = name in {"offset", "index", "item"} and value.isascii() and value.isdecimal()
        members[name] = int(value) if is_number and len(value) < 20 else value
    return Body(members)


def _frame(frame: bytes) -> Response:
    return Response(
        frame, media_type="application/vnd.lightboard.columns", headers={"Cache-Control": "no-store"}
    )


def _refusal(error: UnavailableError) -> ApiError:
    message = str(error)
    return ApiError(STATUS[error.code], error.code, message[0].upper() + message[1:] + ".")
