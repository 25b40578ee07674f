"""A port that is taken: by whom, and what then."""

import http.server
import os
import re
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from boards import board
from doctor.tensorboards import tensorboard
from lightboard.cli.occupant import find_occupant


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    directory = tmp_path / "runs"
    directory.mkdir()
    return directory


@contextmanager
def default_port_taken() -> Iterator[None]:
    """Hold port 6006, unless somebody else does already."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            taken.bind(("127.0.0.1", 6006))
            taken.listen()
        yield


def test_a_lightboard_is_named_with_its_log_directory(runs: Path, tmp_path: Path) -> None:
    with board(runs, "--port", "0") as first:
        port = first.address.rpartition(":")[2].strip("/")
        with board(tmp_path / "other", "--port", port) as second:
            finished = second.finish()
            assert finished.code == 1
            assert finished.out == ""
            assert re.fullmatch(
                rf"Error: port {port} is taken by Lightboard 0\.1\.0 \(pid {first.process.pid}, since \d\d:\d\d\) "
                rf"on {runs}\.\nGive another port, or let the system choose one: --port 0\n",
                finished.err,
            )
        with board(runs, "--port", port) as again:
            assert (
                f"It shows the same log directories already: http://127.0.0.1:{port}/" in again.finish().err
            )


def test_a_tensorboard_is_named_with_its_log_directory(runs: Path) -> None:
    with tensorboard("--logdir", runs, "--load_fast=false") as server:
        port = server.url.rstrip("/").rpartition(":")[2]
        with board(runs, "--port", port) as refused:
            finished = refused.finish()
        assert finished.code == 1
        assert re.match(
            rf"Error: port {port} is taken by TensorBoard 2\.21\.0 \(pid {server.pid}: .*\) on {runs}\.\n",
            finished.err,
        )


def test_another_web_server_is_named_by_its_process(tmp_path: Path) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    port = server.server_address[1]
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        with board(tmp_path, "--port", str(port)) as refused:
            finished = refused.finish()
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert finished.code == 1
    assert f"port {port} is taken by another program (pid {os.getpid()}: " in finished.err


def test_a_program_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        before = time.monotonic()
        occupant = find_occupant("127.0.0.1", mute.getsockname()[1])
        assert time.monotonic() - before < 10, "each of two questions has a second"
    assert f"another program (pid {os.getpid()}: " in occupant.description


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"name": "lightboard"}',
        b"\xff",
        b"[" * 100_000,
        b'{"name": "lightboard", "logdirs": [1]}',
    ],
)
def test_an_answer_of_another_shape_is_another_program(body: bytes) -> None:
    class Odd(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        occupant = find_occupant("127.0.0.1", server.server_address[1])
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert occupant.description.startswith("another program")


def test_the_default_port_taken_means_the_next_free_one(runs: Path) -> None:
    with default_port_taken(), board(runs) as running:
        port = int(running.address.rpartition(":")[2].strip("/"))
        assert 6006 < port < 6106
        with urllib.request.urlopen(f"{running.address}api/server") as answer:
            assert answer.status == 200
        finished = running.stop()
    assert finished.code == 0
    assert re.match(r"Port 6006 is taken by .*\.\n", finished.err)
    assert f"Taking port {port} instead.\n" in finished.err


def test_a_stopped_board_leaves_its_port_at_once(runs: Path) -> None:
    with board(runs, "--port", "0") as first:
        address = first.address
        with urllib.request.urlopen(f"{address}api/server") as answer:
            answer.read()
        assert first.stop(signal.SIGINT).code == 0
    with board(runs, "--port", address.rpartition(":")[2].strip("/")) as second:
        assert second.address == address


@pytest.mark.parametrize("port", ["-1", "65536", "six"])
def test_a_port_that_is_none_is_refused(runs: Path, port: str) -> None:
    with board(runs, f"--port={port}") as refused:
        finished = refused.finish()
    assert finished.code == 2
    assert "Error: Invalid value for '--port'" in finished.err


def test_a_reserved_port_is_explained(tmp_path: Path) -> None:
    """An ordinary user asks for port 80, where the system reserves it."""
    first_free = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if not first_free.exists() or int(first_free.read_text()) <= 80:
        pytest.skip("no port is reserved here")
    with board(tmp_path, "--port", "80", unprivileged=True) as refused:
        finished = refused.finish()
    assert finished.code == 1
    assert finished.err == (
        "Error: port 80 is reserved for the administrator (Permission denied). "
        "Use one from 1024 to 65535, for example: --port 6006\n"
    )


@pytest.mark.parametrize(
    ("host", "code", "message"),
    [
        ("no-such-host.invalid", 2, "--host: expected a name or address of this machine"),
        ("192.0.2.1", 1, "--host: expected an address of this machine, found 192.0.2.1"),
        ("", 2, "--host: expected a name or address of this machine"),
    ],
)
def test_a_host_that_is_not_this_machine_is_explained(
    tmp_path: Path, host: str, code: int, message: str
) -> None:
    with board(tmp_path, "--port", "0", "--host", host) as refused:
        finished = refused.finish()
    assert finished.code == code
    assert message in finished.err
    assert "0.0.0.0 serves every network it is on" in finished.err
