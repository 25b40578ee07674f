"""The application: routes, failures and access, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from lightboard._core import Index
from lightboard.api.access import Access
from lightboard.api.compression import Compression
from lightboard.api.errors import ApiError, Incidents, on_api_error, on_http_exception
from lightboard.api.live import Feed, live_routes
from lightboard.api.routes.doctor import Doctor, doctor_routes
from lightboard.api.routes.groups import group_routes
from lightboard.api.routes.runs import run_routes
from lightboard.api.routes.scalars import scalar_routes
from lightboard.api.routes.server import server_routes
from lightboard.api.routes.table import table_routes
from lightboard.api.routes.values import value_routes
from lightboard.api.routes.view_file import view_file_routes
from lightboard.api.settings import Settings
from lightboard.api.static import Board


def create_app(index: Index, settings: Settings) -> Starlette:
    """Build the HTTP interface of spec/api.md over `index`, and the board at `/`.

    A server that waits for open connections before the lifespan ends must call `app.state.feed.end()` first: a
    stream of changes has no end of its own.
    """
    feed = Feed(index)
    doctor = Doctor(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        feed.start()
        yield
        await doctor.stop()
        await feed.stop()

    app = Starlette(
        routes=[
            *run_routes(index),
            *scalar_routes(index),
            *group_routes(index),
            *table_routes(index),
            *value_routes(index),
            *live_routes(feed),
            *view_file_routes(settings),
            *server_routes(settings),
            *doctor_routes(doctor, settings),
        ],
        middleware=[Middleware(Access, settings=settings), Middleware(Incidents), Middleware(Compression)],
        exception_handlers={HTTPException: on_http_exception, ApiError: on_api_error},
        lifespan=lifespan,
    )
    app.state.feed = feed
    app.router.redirect_slashes = False
    # Not a mount at "/": that would also answer for the addresses above when the method is a wrong one.
    app.router.default = Board()
    return app
