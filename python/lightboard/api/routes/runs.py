"""GET /api/runs and GET /api/tags: what there is."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightboard._core import Index

NO_STORE = {"Cache-Control": "no-store"}


def run_routes(index: Index) -> list[Route]:
    """Build the routes that pass the index's own answers through."""

    async def runs(_: Request) -> Response:
        body = await asyncio.to_thread(index.runs)
        return Response(body, media_type="application/json", headers=NO_STORE)

    async def tags(_: Request) -> Response:
        body = await asyncio.to_thread(index.tags)
        return Response(body, media_type="application/json", headers=NO_STORE)

    return [Route("/api/runs", runs, methods=["GET"]), Route("/api/tags", tags, methods=["GET"])]
