"""GET /api/runs, GET /api/tags and GET /api/hparams: what there is."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightboard._core import Index

NO_STORE = {"Cache-Control": "no-store"}


def run_routes(index: Index) -> list[Route]:
    """Build the routes that pass the index's own answers through."""

    def route(path: str, ask: Callable[[], bytes]) -> Route:
        async def answer(_: Request) -> Response:
            body = await asyncio.to_thread(ask)
            return Response(body, media_type="application/json", headers=NO_STORE)

        return Route(path, answer, methods=["GET"])

    return [
        route("/api/runs", index.runs),
        route("/api/tags", index.tags),
        route("/api/hparams", index.hparams),
    ]
