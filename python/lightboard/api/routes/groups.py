"""POST /api/groups: what the runs of a group have in common at each x, as a column frame."""

import asyncio
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightboard._core import Index
from lightboard.api.body import Body, read_body
from lightboard.api.errors import ApiError
from lightboard.api.routes.scalars import columns
from lightboard.api.view import take_baseline, take_smoothing, take_tags, take_view

ALIGNMENTS: Final[tuple[Literal["exact", "interpolate"], ...]] = ("exact", "interpolate")
MAX_GROUPS = 1_000
"""Groups of one request."""


def group_routes(index: Index) -> list[Route]:
    """Build the route of the groups query."""

    async def groups(request: Request) -> Response:
        body = await read_body(request)
        tags = take_tags(body)
        groups = _take_groups(body)
        view = take_view(body)
        smoothing = take_smoothing(body)
        alignment = body.optional_choice("alignment", ALIGNMENTS)
        baseline = take_baseline(body)
        body.end()
        try:
            frame = await asyncio.to_thread(
                index.groups,
                tags,
                groups,
                axis=view.axis,
                x_min=view.x_min,
                x_max=view.x_max,
                width=view.width,
                smoothing=smoothing,
                alignment=alignment,
                baseline=baseline,
            )
        except ValueError as error:  # All else was checked: a group has too many points.
            raise ApiError(400, "invalid_member", f"groups: {error}.") from None
        return columns(frame)

    return [Route("/api/groups", groups, methods=["POST"])]


def _take_groups(body: Body) -> list[tuple[str, list[str]]]:
    groups = []
    for group in body.bodies("groups", MAX_GROUPS):
        groups.append((group.text("name"), group.texts("runs")))
        group.end()
    return groups
