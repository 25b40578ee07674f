"""POST /api/scalars: the points of some tags as a column frame."""

import asyncio
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightboard._core import Index
from lightboard.api.body import read_body
from lightboard.api.view import take_baseline, take_smoothing, take_tags, take_view

ATTEMPTS: Final[tuple[Literal["latest", "all"], ...]] = ("latest", "all")


def scalar_routes(index: Index) -> list[Route]:
    """Build the route of the scalars query."""

    async def scalars(request: Request) -> Response:
        body = await read_body(request)
        tags = take_tags(body)
        runs = body.optional_texts("runs")
        view = take_view(body)
        smoothing = take_smoothing(body)
        attempts = body.choice("attempts", ATTEMPTS, "latest")
        baseline = take_baseline(body)
        quantiles = body.flag("quantiles")
        body.end()
        frame = await asyncio.to_thread(
            index.scalars,
            tags,
            runs=runs,
            axis=view.axis,
            x_min=view.x_min,
            x_max=view.x_max,
            width=view.width,
            smoothing=smoothing,
            attempts=attempts,
            baseline=baseline,
            quantiles=quantiles,
        )
        return columns(frame)

    return [Route("/api/scalars", scalars, methods=["POST"])]


def columns(frame: bytes) -> Response:
    """Answer with a column frame."""
    media_type = "application/vnd.lightboard.columns"
    return Response(frame, media_type=media_type, headers={"Cache-Control": "no-store"})
