"""A device that computes when it is told to, with tensors that look like torch's: what the writer uses of them."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

PATIENCE_SECS = 60.0


class Stream:
    """What was asked of the device, in order."""

    def __init__(self) -> None:
        self.failure: str | None = None
        self._asked: deque[Callable[[], None]] = deque()

    def ask(self, work: Callable[[], None]) -> None:
        self._asked.append(work)

    def run(self) -> None:
        """Do all that was asked so far."""
        while self._asked:
            self._asked.popleft()()


class Event:
    """Knows when the device has come to it."""

    def __init__(self, blocking: bool) -> None:
        assert blocking, "it would keep a processor busy"
        self._reached = threading.Event()

    def record(self, stream: Stream) -> None:
        self._stream = stream
        stream.ask(self._reached.set)

    def synchronize(self) -> None:
        assert self._reached.wait(PATIENCE_SECS), "the device was never told to compute"
        if self._stream.failure:
            raise RuntimeError(self._stream.failure)


class Tensor:
    """One number, on the device or (`is_cuda` is False) on the host."""

    def __init__(
        self, stream: Stream, value: Any, shape: tuple[int, ...] = (), *, is_cuda: bool = True
    ) -> None:
        self.device, self.shape, self.is_cuda, self._value = stream, shape, is_cuda, value
        self.dtype = SimpleNamespace(is_complex=isinstance(value, complex))

    def fill_(self, value: Any) -> None:
        """Ask the device to change it."""
        self.device.ask(lambda: setattr(self, "_value", value))

    def detach(self) -> Tensor:
        return self

    def new_empty(self, shape: tuple[int, ...], *, device: str, pin_memory: bool) -> Tensor:
        assert (device, pin_memory) == ("cpu", True)
        return Tensor(self.device, None, shape, is_cuda=False)

    def copy_(self, source: Tensor, *, non_blocking: bool) -> None:
        assert non_blocking
        if self.device.failure:
            raise RuntimeError(self.device.failure)
        self.device.ask(lambda: setattr(self, "_value", source._value))

    def item(self) -> Any:
        if self.is_cuda:
            if self.device.failure:
                raise RuntimeError(self.device.failure)
            raise AssertionError("the calling thread waits for the device")
        assert self._value is not None, "read before it was copied"
        return self._value


Tensor.__module__ = "device_library"
LIBRARY: Any = ModuleType("device_library")
LIBRARY.Tensor = Tensor
LIBRARY.cuda = SimpleNamespace(
    Event=Event, current_stream=lambda stream: stream, is_current_stream_capturing=lambda: False
)
sys.modules["device_library"] = LIBRARY
