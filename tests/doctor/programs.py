"""Programs that log, in processes of their own, for tests of the doctor."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(text: str, *arguments: str | Path, before: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """A Python program that has come as far as to print a line, and then waits for standard input. It is killed.

    `before`: a command that starts it, `unshare` for one.
    """
    process = subprocess.Popen(
        [*before, sys.executable, "-c", text, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        process.stdin.close()
