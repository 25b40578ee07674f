"""How long a block or a function takes."""

import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from lightboard.log.notices import warn

Function = TypeVar("Function", bound=Callable[..., Any])


class _Block(NamedTuple):
    timer: "Timer"
    # Of the code that it stands in: generators that take turns share a thread's context.
    frame: int
    began: float


# The blocks that a thread or task is in, the innermost last: one timer may be used in itself. One variable for all
# timers, since a context keeps the variables that were set in it.
_blocks: ContextVar[tuple[_Block, ...]] = ContextVar("blocks", default=())


class Timer:
    """Tells how many seconds its `with` block took, or each call of a function that it decorates, unless it raises."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell

    def __enter__(self) -> None:
        _blocks.set((*_blocks.get(), _Block(self, id(sys._getframe(1)), time.perf_counter())))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        ended, blocks, frame = time.perf_counter(), _blocks.get(), id(sys._getframe(1))
        own = [at for at, block in enumerate(blocks) if block.timer is self]
        # What enters it for somebody, as an ExitStack does, leaves it from another frame.
        at = max(own, key=lambda at: (blocks[at].frame == frame, at), default=None)
        if at is not None:
            _blocks.set(blocks[:at] + blocks[at + 1 :])
        if kind is not None:
            return
        if at is None:
            warn(
                "timed: expected the block to be left by the thread or task that entered it, found it left by "
                "another. Its time is not logged."
            )
        else:
            self._tell(ended - blocks[at].began)

    def __call__(self, function: Function) -> Function:
        """Return `function`, timed. A coroutine is timed while it runs, with what it waits for.

        Raises:
            TypeError: it is a generator, of which nobody knows when it ends.
        """
        import inspect

        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            name = getattr(function, "__qualname__", function)
            raise TypeError(
                f"timed: expected a function or a coroutine, found the generator {name}. "
                "Put a with block around what is to be timed in it."
            )
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def timed(*arguments: Any, **named: Any) -> Any:
                with Timer(self._tell):
                    return await function(*arguments, **named)

        else:

            @wraps(function)
            def timed(*arguments: Any, **named: Any) -> Any:
                with Timer(self._tell):
                    return function(*arguments, **named)

        return timed  # type: ignore[return-value]
