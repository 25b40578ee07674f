"""GET and POST /api/view: what is set up, in a file of the log directory that a person asks for by name."""

import asyncio
import errno
import json
import math
import os
import secrets
import stat
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lightboard.api.body import check_nesting, read_body
from lightboard.api.errors import ApiError
from lightboard.api.settings import LogDirectory, Settings

FILE_NAME = "lightboard.view.json"
MAX_FILE_BYTES = 1024 * 1024
READ_ONLY = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
NO_STORE = {"Cache-Control": "no-store"}


class NoViewError(Exception):
    """The file is there, but no view can be read from it."""


def view_file_routes(settings: Settings) -> list[Route]:
    """Build the routes of the view files."""

    async def read(_: Request) -> Response:
        files = await asyncio.to_thread(lambda: [_described(logdir) for logdir in settings.logdirs])
        content = _encoded({"files": files})
        return Response(content, media_type="application/json", headers=NO_STORE)

    async def write(request: Request) -> Response:
        body = await read_body(request)
        name, view = body.text("logdir"), body.members("view")
        body.end()
        logdir = next((one for one in settings.logdirs if one.name == name), None)
        if logdir is None:
            names = ", ".join(f'"{one.name}"' for one in settings.logdirs)
            raise ApiError(
                400,
                "invalid_member",
                f'logdir: expected the name of a log directory ({names}), found "{name}".',
            )
        await asyncio.to_thread(_write, logdir, view)
        return JSONResponse({"path": _readable_path(logdir)}, headers=NO_STORE)

    return [
        Route("/api/view", read, methods=["GET"]),
        Route("/api/view", write, methods=["POST"]),
    ]


def _readable_path(logdir: LogDirectory) -> str:
    return os.path.join(logdir.readable_path, FILE_NAME)


def _described(logdir: LogDirectory) -> dict[str, Any]:
    view, message = None, ""
    try:
        view = _read(Path(logdir.path) / FILE_NAME)["view"]
    except FileNotFoundError:
        pass
    except (NoViewError, OSError) as error:
        message = f"{_readable_path(logdir)} was not used: {_reason(error)}."
    return {"logdir": logdir.name, "path": _readable_path(logdir), "view": view, "message": message}


def _read(path: Path) -> dict[str, Any]:
    """Read what `_encoded` can write again: the object in the file, whose member "view" is one."""
    # Not blocking: the name may be a pipe's.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NoViewError("expected a regular file, found another kind")
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise NoViewError(f"expected at most {MAX_FILE_BYTES} bytes, found more")
    try:
        found = json.loads(content, parse_constant=_refuse_constant, parse_float=_finite)
        check_nesting(found)
    except (ValueError, RecursionError) as error:
        raise NoViewError(f"expected JSON in UTF-8, found {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("view"), dict):
        raise NoViewError('expected an object with a member "view" that is one, found something else')
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name}, which is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:20]}, which is too large")
    return number


def _encoded(value: dict[str, Any], indent: int | None = None) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    # Half of a surrogate pair is legal in JSON as an escape only, which looks as in Python.
    return text.encode("utf-8", "backslashreplace")


def _content(file: dict[str, Any]) -> bytes:
    try:
        content = _encoded(file, indent=1) + b"\n"
        if len(content) > MAX_FILE_BYTES:
            content = (
                _encoded(file) + b"\n"
            )  # Other members may be large, and were written without line breaks.
    except ValueError:
        raise ApiError(
            400, "invalid_member", "view: expected numbers of a float64's range, found a larger one."
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise ApiError(
            413,
            "too_large",
            f"view: expected at most {MAX_FILE_BYTES} bytes in the file with its other members, found {len(content)}.",
        )
    return content


def _write(logdir: LogDirectory, view: dict[str, Any]) -> None:
    path = Path(logdir.path) / FILE_NAME
    try:
        known = _to_replace(path)
    except (NoViewError, OSError) as error:
        raise ApiError(
            409,
            "not_a_view",
            f"{_readable_path(logdir)} was left as it is: it is no view of the board, {_reason(error)}. Move or "
            "rename that file, or save the view as a download.",
        ) from None
    content = _content({**known, "view": view})
    # In the same folder, so that one step replaces the file; its name looks like no event file's.
    temporary = path.with_name(f".{FILE_NAME}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        if error.errno in READ_ONLY:
            raise ApiError(403, "read_only", _not_written(logdir, error)) from None
        raise ApiError(503, "not_written", _not_written(logdir, error)) from None


def _to_replace(path: Path) -> dict[str, Any]:
    # Nothing is ever written elsewhere, and a link that somebody made is not taken away.
    if path.is_symlink():
        raise NoViewError("expected a regular file, found a symbolic link")
    try:
        return _read(path)
    except FileNotFoundError:
        return {}


def _not_written(logdir: LogDirectory, error: OSError) -> str:
    return (
        f"{_readable_path(logdir)} could not be written: {_reason(error)}. Save the view as a download instead, or "
        "let the person who may write there do this."
    )


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
