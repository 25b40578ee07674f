"""Command to first HTTP answer: `lightboard` and `tensorboard` as a person starts them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

COMMANDS = {
    "lightboard": (["-m", "lightboard"], ["--no-open", "--port"], "/api/runs"),
    "tensorboard": (["-m", "tensorboard.main", "--logdir"], ["--port"], "/data/runs"),
}


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_answer(server: str, directory: Path) -> float:
    """Seconds from starting the command to its first complete 200 answer for the list of runs."""
    before, after, route = COMMANDS[server]
    port = free_port()
    command = [sys.executable, *before, str(directory), *after, str(port)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - start < 60:
            if process.poll() is not None:
                raise RuntimeError(f"expected {command} to serve, it ended with code {process.returncode}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{route}", timeout=30) as answer:
                    answer.read()
                    return time.perf_counter() - start
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.005)
        raise TimeoutError(f"expected {server} to answer {route} within 60 s")
    finally:
        process.terminate()
        process.wait()
