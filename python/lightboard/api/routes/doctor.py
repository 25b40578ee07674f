"""GET and POST /api/doctor: the doctor's report on the board's own log directories."""

import asyncio
import json
import os
import sys
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lightboard.api.settings import Settings

BUDGET_SECS = 60
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

    def look(self) -> None:
        """Begin to look, unless a look is under way."""
        if self._looking is None or self._looking.done():
            self._began, self._message = time.time(), ""
            self._looking = asyncio.create_task(self._look())

    def body(self) -> dict[str, Any]:
        """Tell what is known by now; the first question begins the first look."""
        if self._began is None:
            self.look()
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

    async def _look(self) -> None:
        try:
            code, out, err = await self._run()
        except OSError as error:
            self._message = f"The doctor could not be started: {error}"
            return
        finally:
            self._ended = time.time()
        try:
            self._report = json.loads(out)
        except ValueError:
            last = err.decode(errors="replace").strip().rpartition("\n")[2]
            self._message = f"The doctor ended with {code} and told nothing: {last}"

    async def _run(self) -> tuple[int | None, bytes, bytes]:
        """Return how the process ended, and what it wrote."""
        logdirs = [f"{logdir.name}={logdir.path}" for logdir in self._settings.logdirs]
        # Asking a board that wants a token for its data would need that on a command line, where others see it.
        url = () if self._settings.wide else ("--url", f"http://127.0.0.1:{self._settings.port}/")
        arguments = ("doctor", "--json", "--budget", str(BUDGET_SECS), *url, "--", *logdirs)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "lightboard", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            os.setpriority(os.PRIO_PROCESS, process.pid, 19)
            out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode, out, err


def doctor_routes(doctor: Doctor) -> list[Route]:
    """Build the routes that tell the latest report, and begin another look."""

    async def report(_: Request) -> Response:
        return JSONResponse(doctor.body(), headers=NO_STORE)

    async def look(_: Request) -> Response:
        doctor.look()
        return JSONResponse(doctor.body(), headers=NO_STORE)

    return [
        Route("/api/doctor", report, methods=["GET"]),
        Route("/api/doctor", look, methods=["POST"]),
    ]
