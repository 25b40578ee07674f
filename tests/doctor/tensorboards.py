"""Real TensorBoards in processes of their own."""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from boards import bound_by_permissions

WAIT_SECS = 90


@dataclass
class TensorBoard:
    """A running server."""

    process: subprocess.Popen[str]
    instances: Path
    """Its temporary directory, in which it notes itself."""
    said: str = ""
    ended: bool = False
    _more: threading.Condition = field(default_factory=threading.Condition)

    @property
    def pid(self) -> int:
        """Of its main process."""
        return self.process.pid

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.wait_for(r"TensorBoard [\d.]+ at (http://\S+)")[1]

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until what it says matches."""
        with self._more:
            self._more.wait_for(lambda: self.ended or re.search(pattern, self.said), WAIT_SECS)
        found = re.search(pattern, self.said)
        assert found, self.said
        return found

    def gone(self) -> None:
        """Wait until the process has ended."""
        self.process.wait(WAIT_SECS)

    def read(self) -> None:
        """Take in all it says, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.said += line
                self._more.notify_all()
        with self._more:
            self.ended = True
            self._more.notify_all()


@contextmanager
def tensorboard(*arguments: str | Path, unprivileged: bool = False) -> Iterator[TensorBoard]:
    """`tensorboard ARGUMENTS` on a free port; answers when this is entered, and is gone afterwards.

    `unprivileged`: the permissions of files bind it, even where the tests run as root.
    """
    command = [sys.executable, "-m", "tensorboard.main", "--port=0", *map(str, arguments)]
    with tempfile.TemporaryDirectory() as instances:
        process = subprocess.Popen(
            bound_by_permissions(command) if unprivileged else command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"TMPDIR": instances, "PYTHONUNBUFFERED": "1"},
            text=True,
        )
        running = TensorBoard(process, Path(instances))
        reader = threading.Thread(target=running.read)
        reader.start()
        try:
            assert running.url
            yield running
        finally:
            process.terminate()
            process.wait()
            reader.join()
            assert process.stdout is not None
            process.stdout.close()
