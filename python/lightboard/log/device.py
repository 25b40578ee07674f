"""Numbers that a GPU is still computing: fetched without waiting for it."""

import math
import sys
from typing import Any

from lightboard.log.numbers import plain_float


class Coming:
    """A number that a device is computing, or copying."""

    __slots__ = ("_event", "_host", "_source", "_what")

    def __init__(self, source: Any, host: Any, event: Any, what: str) -> None:
        # The source too, so that nothing else gets its memory before it is copied.
        self._source, self._host, self._event, self._what = source, host, event, what

    def wait(self) -> float:
        """Return the number when it is there.

        Raises:
            RuntimeError: The device has failed.
        """
        self._event.synchronize()
        return plain_float(self._host, self._what)


Number = float | Coming


def coming(value: Any, what: str) -> Coming | None:
    """Begin to fetch the number that a tensor of torch holds on an NVIDIA or AMD GPU, without waiting for it.

    None for all else. On other devices torch has no copy that a thread can wait for: none that is safe on `mps`, none
    that leaves the processor free on `xpu`. Nor is there one while a graph is captured, or for tensors of a subclass.
    """
    if not getattr(value, "is_cuda", False):
        return None
    # Other libraries have tensors that say so, too.
    library: Any = sys.modules.get(type(value).__module__.partition(".")[0])
    try:
        source = value.detach()
        if type(source) is not library.Tensor or math.prod(source.shape) != 1 or source.dtype.is_complex:
            return None
        if library.cuda.is_current_stream_capturing():
            return None
        host = source.new_empty(source.shape, device="cpu", pin_memory=True)
        host.copy_(source, non_blocking=True)
        event = library.cuda.Event(blocking=True)
        event.record(library.cuda.current_stream(source.device))
    except (AttributeError, TypeError, RuntimeError):
        return None  # What then fetches it as ever says why, if that fails as well.
    return Coming(source, host, event, what)
