"""Training programs in processes of their own that log when they are told to."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class Program:
    """A running training program."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def log(self, steps: int) -> None:
        """Log this many more steps and wait until the system has them."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline().strip() == "logged"


@contextmanager
def program(cwd: Path, *writers: tuple[str, Sequence[str], float]) -> Iterator[Program]:
    """A program with writers, each given as the call's arguments in Python, its tags, and the level of its curves.

    Each line on its standard input is a number of steps to log; it answers when the system has them.
    """
    source = "\n".join(
        [
            "import sys",
            "from lightboard import SummaryWriter",
            "writers = [",
            *(f"    (SummaryWriter({call}), {list(tags)!r}, {level})," for call, tags, level in writers),
            "]",
            "step = 0",
            "for line in sys.stdin:",
            "    for step in range(step, step + int(line)):",
            "        for writer, tags, level in writers:",
            "            for tag in tags:",
            "                writer.add_scalar(tag, level + 0.2 * (step % 7) / 7, step)",
            "    step += 1",
            "    for writer, _, _ in writers:",
            "        writer.flush()",
            "    print('logged', flush=True)",
        ]
    )
    process = subprocess.Popen(
        [sys.executable, "-c", source],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Program(process)
    finally:
        process.kill()
        process.communicate()
