"""Training programs in processes of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PRELUDE = """
import json, os, signal, sys, threading, warnings
from lightboard import LightboardWarning, SummaryWriter

def say(text):
    print(text, flush=True)

def heard(warned):
    return json.dumps([str(warning.message) for warning in warned])
"""

# Less than pytest gives a test; four processes that import torch take a while where much else runs.
DEADLINE_SECS = 100.0


class Program:
    """A running program that says lines on stdout and is answered on stdin."""

    def __init__(self, text: str, directory: Path, *, python: str = sys.executable) -> None:
        # From a file: multiprocessing's spawn imports the main program again.
        self.file = directory / f"program_{time.monotonic_ns()}.py"
        self.file.write_text(PRELUDE + text)
        self.process = subprocess.Popen(
            [python, str(self.file)],
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "default"},
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def line(self) -> str:
        """The next line it says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"it ended with {self.process.wait()} before it said anything: {self.stderr()}"
        return line.rstrip("\n")

    def answer(self, text: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def stderr(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def end(self) -> tuple[int, str, str]:
        """Wait for its end: exit status (negative: signal), the rest of stdout, stderr. One that hangs is killed."""
        try:
            out, err = self.process.communicate(timeout=DEADLINE_SECS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode, out, err


def run(text: str, directory: Path, *, python: str = sys.executable) -> tuple[int, str, str]:
    """Run a program to its end: exit status (negative: signal), stdout, stderr."""
    return Program(text, directory, python=python).end()


def succeed(text: str, directory: Path, *, python: str = sys.executable) -> str:
    """Run a program that must end well; return its stdout."""
    status, out, err = run(text, directory, python=python)
    assert status == 0, err
    return out


def until(condition: Callable[[], bool], what: str) -> None:
    """Poll for something that another process brings about."""
    deadline = time.monotonic() + DEADLINE_SECS
    while not condition():
        assert time.monotonic() < deadline, f"not within {DEADLINE_SECS} s: {what}"
        time.sleep(0.002)
