"""Change reaches the page: a program logs, an event arrives, and a query has the points."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import described
from boards import board, client
from index.records import append, header, scalar, write
from lightboard._core import Index
from lightboard.api import live
from lightboard.api.app import create_app
from lightboard.api.server import Server
from lightboard.api.settings import Settings
from lightboard.index import decode
from logdirs import write_run

# A training program: it logs one point for every line it is told, and says so.
PROGRAM = """
import sys
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from logdirs import scalar

writer = EventFileWriter(sys.argv[1])
writer.flush()
for step, line in enumerate(sys.stdin):
    writer.add_event(scalar("loss", float(line), step, 1_763_800_000.0 + step))
    writer.flush()
writer.close()
"""


MEMBERS = {"version", "runs", "series", "any_series", "removed", "tags", "all"}


class Events:
    """The changes of one stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.lines = answer.iter_lines()
        self.id = ""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.id = value
            if name == "data":
                change = json.loads(value)
                described.shape("Change").validate(change)
                yield change


def test_what_a_program_logs_arrives_without_asking_again(tmp_path: Path) -> None:
    logdir = tmp_path / "runs"
    with board(logdir, "--port", "0") as running, client(running) as http:
        running.wait_for("Ctrl-C stops")
        version = http.get("/api/runs").json()["version"]
        with http.stream("GET", "/api/live", params={"since": version}) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            changes = iter(Events(answer))
            assert next(changes)["version"] >= version
            with subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(logdir / "a")],
                stdin=subprocess.PIPE,
                text=True,
                env={"PYTHONPATH": str(Path(__file__).parent.parent)},
            ) as program:
                assert program.stdin is not None
                for count in range(1, 4):
                    program.stdin.write("0.5\n")
                    program.stdin.flush()
                    points: list[float] = []
                    while len(points) < count:
                        change = next(changes)
                        assert set(change) == MEMBERS
                        frame = decode(http.post("/api/scalars", json={"tags": ["loss"]}).content)
                        points = frame.columns["value"].tolist()
                    (run,) = http.get("/api/runs").json()["runs"]
                    assert change["runs"] == [run["id"]]
                    assert change["version"] > version
                    assert points == [0.5] * count
                program.stdin.close()


def test_a_client_that_comes_back_gets_what_it_missed(tmp_path: Path) -> None:
    write_run(tmp_path / "a", {"loss": [1]})
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        running.wait_until_read()
        with http.stream("GET", "/api/live") as answer:
            events = Events(answer)
            known = next(iter(events))["version"]
        assert events.id.endswith(f".{known}")
        write_run(tmp_path / "b", {"loss": [1]})
        for params, headers in (({}, {"Last-Event-ID": events.id}), ({"since": events.id}, {})):
            with http.stream("GET", "/api/live", params=params, headers=headers) as answer:
                for change in Events(answer):
                    if change["runs"]:
                        break
            runs = {run["name"]: run["id"] for run in http.get("/api/runs").json()["runs"]}
            assert change["runs"] == [runs["b"]]
            assert not change["all"]


def test_a_client_of_an_earlier_start_is_told_to_fetch_everything(tmp_path: Path) -> None:
    with (
        board(tmp_path, "--port", "0") as first,
        client(first) as http,
        http.stream("GET", "/api/live") as answer,
    ):
        events = Events(answer)
        next(iter(events))
    with board(tmp_path, "--port", "0") as second, client(second) as http:
        for last, since in ((events.id, "0"), ("", "0"), ("1.\xb2", "0"), (None, "1000000"), (None, "x")):
            headers = [] if last is None else [(b"Last-Event-ID", last.encode("latin-1"))]
            with http.stream("GET", "/api/live", headers=headers, params={"since": since}) as answer:
                change = next(iter(Events(answer)))
                assert change["all"]
                assert change["tags"]
                assert set(change) == MEMBERS
        with http.stream("GET", "/api/live", params={"since": events.id}) as answer:
            assert next(iter(Events(answer)))["all"]


def test_changes_come_at_most_ten_a_second(tmp_path: Path) -> None:
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        began = time.monotonic()
        with http.stream("GET", "/api/live") as answer:
            changes = iter(Events(answer))
            next(changes)
            for number in range(8):
                write_run(tmp_path / f"run{number}", {"loss": [1.0]})
            seen = 1
            runs: set[str] = set()
            while len(runs) < 8:
                runs.update(next(changes)["runs"])
                seen += 1
        assert seen <= 1 + (time.monotonic() - began) * 10


def test_a_client_that_leaves_leaves_nothing_behind(tmp_path: Path) -> None:
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        http.get("/api/server")
        files = Path(f"/proc/{running.process.pid}/fd")
        before = len(list(files.iterdir()))
        for _ in range(20):
            with http.stream("GET", "/api/live") as answer:
                next(iter(Events(answer)))
        deadline = time.monotonic() + 10
        while len(list(files.iterdir())) > before + 1 and time.monotonic() < deadline:
            http.get("/api/server")
        assert len(list(files.iterdir())) <= before + 1
        assert running.stop().code == 0


def test_a_client_that_does_not_read_holds_up_nobody(tmp_path: Path) -> None:
    tags = [f"{number:0>1000}" for number in range(200)]
    path = write(tmp_path / "a", header())
    with board(tmp_path, "--port", "0") as running, client(running) as http, socket.socket() as stuck:
        running.wait_until_read()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", http.base_url.port))
        with http.stream("GET", "/api/live") as answer:
            changes = iter(Events(answer))
            next(changes)
            append(path, b"".join(scalar(0, 0.0, tag) for tag in tags))
            while not next(changes)["tags"]:
                pass
            stuck.sendall(b"GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            before = resident_bytes(running.process.pid)
            for step in range(1, 51):
                append(path, b"".join(scalar(step, 0.0, tag) for tag in tags))
                seen: set[str] = set()
                while len(seen) < len(tags):
                    change = next(changes)  # Raises where nothing comes for a minute.
                    seen.update(change["series"])
            # 50 events of 200 kB; what the kernel takes for a connection is not the server's.
            assert resident_bytes(running.process.pid) - before < 5_000_000
        stuck.settimeout(30)
        received = b""
        while f'"version":{change["version"]},'.encode() not in received:
            received += stuck.recv(1 << 20)
        assert received.count(b"event: change") < 30, "it was told many changes at once"


def resident_bytes(process: int) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_quiet_stream_says_that_it_is_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "KEEP_ALIVE_SECS", 0.05)
    index = Index([("runs", str(tmp_path))])
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = Server(create_app(index, Settings(logdirs=(), port=port, started=0.0)))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    try:
        with httpx.stream("GET", f"http://127.0.0.1:{port}/api/live", trust_env=False) as answer:
            assert ": still here" in answer.iter_lines()
    finally:
        server.should_exit = True
        serving.join()
        index.close()
