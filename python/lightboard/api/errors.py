"""The one shape of every failure: a status, a code, and what to do about it (spec/api.md)."""

import logging
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lightboard.api.page import page

log = logging.getLogger("lightboard.api")


class ApiError(Exception):
    """A request that cannot be answered, with the reason for whoever sent it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def error_response(
    scope: Scope, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with the error as JSON; as a page where a person opened the address in a browser."""
    accepts_html = "text/html" in Headers(scope=scope).get("accept", "")
    if accepts_html and not scope["path"].startswith("/api/"):
        response: Response = page(f"Lightboard: {code.replace('_', ' ')}", message, status=status)
    else:
        response = JSONResponse(
            {"error": {"code": code, "message": message}},
            status_code=status,
            headers={"Cache-Control": "no-store"},
        )
    response.headers.update(headers or {})
    return response


async def on_api_error(request: Request, error: Exception) -> Response:
    """Answer an `ApiError`."""
    if not isinstance(error, ApiError):
        raise error
    return error_response(request.scope, error.status, error.code, error.message)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the router raises: unknown addresses and methods."""
    if not isinstance(error, HTTPException):
        raise error
    asked = f"{request.method} {request.url.path}"
    if error.status_code == 405:
        allowed = " or ".join(sorted((error.headers or {}).get("Allow", "another method").split(", ")))
        code, message = "method_not_allowed", f"{asked}: expected {allowed}, found {request.method}."
    elif error.status_code == 404:
        code, message = "not_found", f"{asked}: there is nothing at this address. The board is at /."
    else:
        code, message = "bad_request", f"{asked}: {error.detail}"
    return error_response(request.scope, error.status_code, code, message, error.headers)


class Incidents:
    """Turns an unexpected exception into a 500 with an id that finds its traceback in the terminal."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sender(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, sender)
        except ClientDisconnect:
            return
        except Exception:
            if started:
                raise  # The server logs it and breaks the connection: half an answer must not look whole.
            incident = secrets.token_hex(4)
            log.exception("incident %s: %s %r failed", incident, scope["method"], scope["path"])
            message = (
                f"The server failed to answer {scope['method']} {scope['path']}: this is a mistake in Lightboard. "
                f"The traceback is in the terminal that runs it, under incident {incident}; please report it."
            )
            await error_response(scope, 500, "internal", message)(scope, receive, send)
