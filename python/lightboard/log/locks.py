"""Locks that a fork does not leave held for ever."""

import os
import threading


class ProcessLock:
    """A lock in each process: one that a thread held during a fork stays held for ever in the child.

    Reentrant, since a signal handler of the program may log as well.
    """

    def __init__(self) -> None:
        self._locks: dict[int, threading.RLock] = {}

    def here(self) -> threading.RLock:
        """Return that of this process."""
        return self._locks.setdefault(os.getpid(), threading.RLock())
