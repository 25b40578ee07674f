"""uvicorn, set up for one person's board."""

import logging
import signal
import socket

import uvicorn
from starlette.applications import Starlette

STOP_SECS = 1
"""How long answers under way may take once the server was told to stop."""


class Server(uvicorn.Server):
    """A uvicorn server that ends the streams of changes before it waits for connections to close."""

    def __init__(self, app: Starlette) -> None:
        self._feed = app.state.feed
        # Its warnings are about what clients send, who are answered; one recommends to install a websocket library.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=STOP_SECS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        self._feed.end()
        await super().shutdown(sockets)


def serve(app: Starlette, listening: socket.socket) -> None:
    """Answer on a bound socket until SIGINT or SIGTERM, then return."""
    server = Server(app)

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises the signals it caught once more when it is done, for whoever had them before: for us, who
    # have nothing left to do. Without this, a stop that was asked for would end in a traceback or a signal.
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    server.run(sockets=[listening])
