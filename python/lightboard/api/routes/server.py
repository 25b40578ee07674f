"""GET /api/server: who answers here; a second start asks it to say who holds the port."""

import os

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import lightboard
from lightboard.api.settings import Settings


def server_routes(settings: Settings) -> list[Route]:
    """Build the route that says who this server is."""
    identity = {
        "name": "lightboard",
        "version": lightboard.__version__,
        "pid": os.getpid(),
        "started": settings.started,
        "logdirs": [{"name": logdir.name, "path": logdir.readable_path} for logdir in settings.logdirs],
    }

    async def server(_: Request) -> Response:
        return JSONResponse(identity, headers={"Cache-Control": "no-store"})

    return [Route("/api/server", server, methods=["GET"])]
