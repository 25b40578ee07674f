"""Boards in processes of their own, for tests that talk to them."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api import described

START_SECS = 60
STOP_SECS = 20
LIGHTBOARD = (sys.executable, "-m", "lightboard")


@dataclass
class Finished:
    """Everything a command said and how it ended."""

    code: int
    out: str
    err: str


@dataclass
class Board:
    """A running `lightboard`."""

    process: subprocess.Popen[str]
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    _ended: bool = False
    _said: threading.Condition = field(default_factory=threading.Condition)
    _readers: list[threading.Thread] = field(default_factory=list)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until standard output matches `pattern`."""
        with self._said:
            self._said.wait_for(lambda: self._ended or re.search(pattern, "".join(self.out)), START_SECS)
        found = re.search(pattern, "".join(self.out))
        assert found, f"no {pattern!r} in {self.out}, {self.err}"
        return found

    @property
    def address(self) -> str:
        """The address that the terminal prints, without a token."""
        return self.wait_for(r"Open (http://[^\s?]+)")[1]

    def wait_until_read(self) -> None:
        """Wait until all that is in the log directories has been read; the terminal tells of runs before that."""
        with client(self) as http:
            while not _is_read(http.get("/api/runs").json()):
                pass  # Each question waits for an answer; the test's own limit ends this.

    def stop(self, how: signal.Signals = signal.SIGTERM) -> Finished:
        """End the process with a signal and return all it said."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.finish()

    def finish(self) -> Finished:
        """Wait until the process ends of itself and return all it said."""
        code = self.process.wait(STOP_SECS)
        for reader in self._readers:
            reader.join(STOP_SECS)
        return Finished(code, "".join(self.out), "".join(self.err))

    def follow(self) -> None:
        """Read both outputs as they come."""
        for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            assert stream is not None
            reader = threading.Thread(target=self._read, args=(stream, lines))
            reader.start()
            self._readers.append(reader)

    def _read(self, stream: Iterator[str], lines: list[str]) -> None:
        for line in stream:
            with self._said:
                lines.append(line)
                self._said.notify_all()
        with self._said:
            self._ended = True
            self._said.notify_all()


@contextmanager
def board(
    *arguments: str | Path,
    program: Sequence[str | Path] = LIGHTBOARD,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    unprivileged: bool = False,
) -> Iterator[Board]:
    """`lightboard ARGUMENTS` in a child process; whatever the test does, it is gone afterwards.

    `program` serves a board in another way.
    `unprivileged`: reserved ports and the permissions of files bind it, even where the tests run as root.
    """
    command = [*map(str, program), *map(str, arguments)]
    process = subprocess.Popen(
        bound_by_permissions(command) if unprivileged else command,
        cwd=cwd,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    running = Board(process)
    running.follow()
    try:
        yield running
    finally:
        process.kill()
        running.finish()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def bound_by_permissions(command: list[str]) -> list[str]:
    """The command, bound by reserved ports and the permissions of files even where the tests run as root."""
    if os.getuid() != 0:
        return command
    return ["setpriv", "--bounding-set=-net_bind_service,-dac_override,-dac_read_search", *command]


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without a desktop and without SSH, so that tests read the same everywhere."""
    without = {"DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "BROWSER"}
    return {name: value for name, value in os.environ.items() if name not in without} | dict(changes or {})


def client(running: Board) -> httpx.Client:
    """An HTTP client for the board; whatever it is answered must be as spec/api.yaml describes it."""
    hooks = {"response": [described.check]}
    return httpx.Client(base_url=running.address, timeout=START_SECS, trust_env=False, event_hooks=hooks)


def _is_read(listed: dict[str, Any]) -> bool:
    loading = listed["loading"]
    states = {one["state"] for one in (*listed["logdirs"], *listed["runs"])}
    return loading["bytes_read"] >= loading["bytes_total"] and "loading" not in states
