"""GET and POST /api/doctor."""

import asyncio
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from tensorboardX import SummaryWriter

from boards import board, client
from lightboard.api.routes.doctor import Doctor, doctor_routes
from lightboard.api.settings import LogDirectory, Settings
from lightboard.doctor import processes
from logdirs import flip_payload_byte, write_run

TRAP = "raise SystemExit('a module of the working directory was imported')"


def finished(http: httpx.Client) -> dict[str, Any]:
    """Ask until the look has ended, which its own limits end; with pauses, as it has the lowest priority."""
    while (body := http.get("/api/doctor").json())["looking"]:
        time.sleep(0.1)
    return body  # type: ignore[no-any-return]


def test_the_board_tells_what_the_doctor_finds(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "good", {"loss": [1.0] * 5})
    flip_payload_byte(write_run(tmp_path / "runs" / "bad", {"loss": [1.0] * 5}), 3)
    # Names that a command line would take for options or for a name and a path, and a module that hides Python's own.
    (tmp_path / "json.py").write_text(TRAP)
    named = f"-x={tmp_path / 'runs'}"
    program = (sys.executable, "-P", "-m", "lightboard")
    with board("--port", "0", "--", named, program=program, cwd=tmp_path) as running, client(running) as http:
        first = http.get("/api/doctor").json()
        assert first["looking"]
        assert first["report"] is None
        body = finished(http)
        assert body["message"] == ""
        assert body["began"] <= body["ended"]
        report = body["report"]
        assert report["exit_code"] == 1
        assert report["url"] == running.address
        hiding = [one for one in report["findings"] if one["severity"] != "note"]
        assert {place["run"] for one in hiding for place in one["places"]} == {"bad"}

        (tmp_path / "runs" / "bad").rename(tmp_path / "away")
        assert http.post("/api/doctor", json={}).json()["report"] == report
        assert finished(http)["report"]["exit_code"] == 0


def test_a_look_that_is_ended_leaves_nothing_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a plugin of TensorBoard's, which the doctor loads in a process of its own."""
    program = tmp_path / "python"
    program.write_text(
        f"#!/bin/sh\nsleep 600 &\necho $! > {tmp_path}/new\nmv {tmp_path}/new {tmp_path}/pid\nwait\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    async def look() -> int:
        doctor = Doctor(Settings((LogDirectory("runs", str(tmp_path)),), port=1, started=0))
        doctor.look(None)
        while not (tmp_path / "pid").exists():
            await asyncio.sleep(0)
        await doctor.stop()
        return int((tmp_path / "pid").read_text())

    started = asyncio.run(look())
    while processes.is_alive(started):
        pass  # It has been told to end; the test's own limit ends this, too.


def test_a_look_that_ends_by_itself_leaves_nothing_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it wait for that, which holds its output open."""
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {tmp_path}/pid\necho '{{\"seen\": 1}}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    async def look() -> dict[str, Any]:
        doctor = Doctor(Settings((LogDirectory("runs", str(tmp_path)),), port=1, started=0))
        doctor.look(None)
        while (body := doctor.body())["looking"]:
            await asyncio.sleep(0)
        return body

    assert asyncio.run(look())["report"] == {"seen": 1}
    started = int((tmp_path / "pid").read_text())
    while processes.is_alive(started):
        pass  # As above.


def answer(doctor: Doctor, settings: Settings) -> bytes:
    """What GET /api/doctor is answered by."""

    async def ask() -> bytes:
        transport = httpx.ASGITransport(Starlette(routes=doctor_routes(doctor, settings)))
        async with httpx.AsyncClient(transport=transport, base_url="http://board") as http:
            return (await http.get("/api/doctor")).content

    return asyncio.run(ask())


def test_text_that_is_no_unicode_is_sent(tmp_path: Path) -> None:
    settings = Settings((LogDirectory("runs", str(tmp_path)),), port=1, started=0)
    doctor = Doctor(settings)
    doctor._began, doctor._report = 1.0, {"seen": "\udcff"}
    assert json.loads(answer(doctor, settings))["report"] == {"seen": "\udcff"}


def test_what_is_no_number_is_sent_as_json_that_browsers_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python writes NaN and Infinity, which are no JSON."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho '{\"seen\": [NaN, Infinity, -Infinity, 1.5]}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    settings = Settings((LogDirectory("runs", str(tmp_path)),), port=1, started=0)
    doctor = Doctor(settings)

    async def look() -> None:
        doctor.look(None)
        while doctor.body()["looking"]:
            await asyncio.sleep(0)

    asyncio.run(look())
    assert strict(answer(doctor, settings))["report"] == {"seen": ["NaN", "Infinity", "-Infinity", 1.5]}


def strict(body: bytes) -> Any:
    """The body, as a browser reads it."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(body, parse_constant=refuse)


def test_a_run_of_numbers_that_are_none(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step, value in enumerate([1.0, math.nan, math.inf, -math.inf]):
            writer.add_scalar("loss", value, step, walltime=[1.7e9, math.nan, math.inf, -math.inf][step])
        writer.add_hparams({"lr": math.nan}, {"best": math.inf}, name="hparams")
    with board("--port", "0", tmp_path) as running, client(running) as http:
        while strict(answered := http.get("/api/doctor").content)["looking"]:
            pass  # As above.
    found = {finding["code"] for finding in strict(answered)["report"]["findings"]}
    assert {"not_finite", "wall_time_wrong"} <= found


def test_a_look_that_cannot_begin_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As when Python was removed, or updated, under a board that runs.
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))

    async def look() -> dict[str, Any]:
        doctor = Doctor(Settings((LogDirectory("runs", str(tmp_path)),), port=1, started=0))
        doctor.look(None)
        while (body := doctor.body())["looking"]:
            await asyncio.sleep(0)
        return body

    body = asyncio.run(look())
    assert body["report"] is None
    assert body["began"] <= body["ended"]
    assert "could not be started" in body["message"]
    assert str(tmp_path / "gone") in body["message"]
