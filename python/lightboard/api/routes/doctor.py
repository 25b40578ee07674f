"""GET and POST /api/doctor: the doctor's report on the board's own log directories."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from tempfile import TemporaryFile
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightboard.api.settings import Settings

BUDGET_SECS = 60

GRACE_SECS = 60
"""What a look is given beyond its budget before it is ended."""

NO_STORE = {"Cache-Control": "no-store"}


class Doctor:
    """Looks when it is asked to, at most once at a time.

    A look is a process of its own, at low priority: it reads every file, and the board has to answer meanwhile, within
    the memory that it was given.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._looking: asyncio.Task[None] | None = None
        self._began: float | None = None
        self._ended: float | None = None
        self._report: dict[str, Any] | None = None
        self._message = ""

    @property
    def has_looked(self) -> bool:
        """Whether a look was begun ever."""
        return self._began is not None

    def look(self, url: str | None) -> None:
        """Begin to look, unless a look is under way; `url` is where the board itself is asked, None not to."""
        if self._looking is None or self._looking.done():
            self._began, self._message = time.time(), ""
            self._looking = asyncio.create_task(self._look(url))

    def body(self) -> dict[str, Any]:
        """Tell what is known by now."""
        looking = self._looking is not None and not self._looking.done()
        return {
            "looking": looking,
            "began": self._began,
            "ended": self._ended,
            "message": self._message,
            "report": self._report,
        }

    async def stop(self) -> None:
        """End a look that is under way."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self, url: str | None) -> None:
        try:
            code, out, err = await self._run(url)
        except TimeoutError:
            self._message = f"The doctor had not ended {GRACE_SECS} seconds after its time was used up."
            return
        except OSError as error:
            self._message = f"The doctor could not be started: {error}"
            return
        finally:
            self._ended = time.time()
        try:
            # Browsers know no NaN: where a number is none, its name is told.
            self._report = json.loads(out, parse_constant=str)
        except ValueError:
            last = err.decode(errors="replace").strip().rpartition("\n")[2]
            self._message = f"The doctor ended with {code} and told nothing: {last}"

    async def _run(self, url: str | None) -> tuple[int, bytes, bytes]:
        """Return how the process ended, and what it wrote."""
        question = {
            "logdirs": [[logdir.name, logdir.path] for logdir in self._settings.logdirs],
            "url": url,
            "budget": BUDGET_SECS,
        }
        # No pipes: what the doctor started may hold them open when it has ended itself.
        with TemporaryFile() as asked, TemporaryFile() as out, TemporaryFile() as err:
            asked.write(json.dumps(question).encode())
            asked.seek(0)
            # Not by asyncio, which leaves what the doctor started when it is cancelled while it starts the doctor.
            process = subprocess.Popen(
                # -P: a file json.py in the working directory is none of the doctor's.
                [sys.executable, "-P", "-m", "lightboard.doctor"],
                stdin=asked,
                stdout=out,
                stderr=err,
                # With what it starts, a plugin of TensorBoard's for one, it is a group, which ends as one.
                start_new_session=True,
            )
            try:
                with contextlib.suppress(ProcessLookupError):  # It has ended already, and says why.
                    os.setpriority(os.PRIO_PROCESS, process.pid, 19)
                async with asyncio.timeout(BUDGET_SECS + GRACE_SECS):
                    await asyncio.to_thread(process.wait)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await asyncio.to_thread(process.wait)
            out.seek(0)
            err.seek(0)
            return process.returncode, out.read(), err.read()


def doctor_routes(doctor: Doctor, settings: Settings) -> list[Route]:
    """Build the routes that tell the latest report, and begin another look."""

    def address(request: Request) -> str | None:
        """Where the request reached the board; None of one that wants a token, which is nobody's to hand on."""
        host, port = request.scope["server"]
        there = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
        return None if settings.wide else there

    def answer() -> Response:
        # As ASCII: what other programs are called may hold halves of characters, which UTF-8 has not.
        body = json.dumps(doctor.body(), allow_nan=False)
        return Response(body, media_type="application/json", headers=NO_STORE)

    async def report(request: Request) -> Response:
        if not doctor.has_looked:
            doctor.look(address(request))
        return answer()

    async def look(request: Request) -> Response:
        doctor.look(address(request))
        return answer()

    return [
        Route("/api/doctor", report, methods=["GET"]),
        Route("/api/doctor", look, methods=["POST"]),
    ]
