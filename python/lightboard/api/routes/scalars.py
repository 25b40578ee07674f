"""POST /api/scalars: the points of one tag as a column frame."""

import asyncio
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightboard._core import Index
from lightboard.api.body import read_body
from lightboard.api.errors import ApiError

AXES: Final[tuple[Literal["step", "relative", "wall"], ...]] = ("step", "relative", "wall")
ATTEMPTS: Final[tuple[Literal["latest", "all"], ...]] = ("latest", "all")
MAX_WIDTH = 16_384
"""Pixel columns; wider than any screen."""


def scalar_routes(index: Index) -> list[Route]:
    """Build the route of the scalars query."""

    async def scalars(request: Request) -> Response:
        body = await read_body(request)
        tag = body.text("tag")
        runs = body.texts("runs")
        axis = body.choice("axis", AXES, "step")
        x_min, x_max = body.number("x_min"), body.number("x_max")
        width = body.integer("width", 800, 1, MAX_WIDTH)
        smoothing = body.fraction("smoothing", 0.0)
        attempts = body.choice("attempts", ATTEMPTS, "latest")
        body.end()
        if x_min is not None and x_max is not None and x_min > x_max:
            raise ApiError(400, "invalid_member", f"x_max: expected at least x_min = {x_min}, found {x_max}.")
        frame = await asyncio.to_thread(
            index.scalars,
            tag,
            runs=runs,
            axis=axis,
            x_min=x_min,
            x_max=x_max,
            width=width,
            smoothing=smoothing,
            attempts=attempts,
        )
        return Response(
            frame, media_type="application/vnd.lightboard.columns", headers={"Cache-Control": "no-store"}
        )

    return [Route("/api/scalars", scalars, methods=["POST"])]
