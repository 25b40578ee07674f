"""POST /api/table: what became of some tags in some runs, as a column frame."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightboard._core import Index
from lightboard.api.body import read_body
from lightboard.api.routes.scalars import columns
from lightboard.api.view import take_tags


def table_routes(index: Index) -> list[Route]:
    """Build the route of the table query."""

    async def table(request: Request) -> Response:
        body = await read_body(request)
        tags = take_tags(body)
        runs = body.optional_texts("runs")
        at_step = body.optional_integer("at_step", -(2**63), 2**63 - 1)
        body.end()
        return columns(await asyncio.to_thread(index.table, tags, runs=runs, at_step=at_step))

    return [Route("/api/table", table, methods=["POST"])]
