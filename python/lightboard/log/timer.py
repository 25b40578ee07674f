"""How long a block or a function takes."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from types import TracebackType
from typing import Any, TypeVar

from lightboard.log.notices import warn

Function = TypeVar("Function", bound=Callable[..., Any])

# The blocks that a thread or task is in, and when they began, the innermost last: one timer may be used in itself. One
# variable for all timers, since a context keeps the variables that were set in it.
_began: ContextVar[tuple[tuple["Timer", float], ...]] = ContextVar("began", default=())


class Timer:
    """Tells how many seconds its `with` block took, or each call of a function that it decorates, unless it raises."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell

    def __enter__(self) -> None:
        _began.set((*_began.get(), (self, time.perf_counter())))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        ended, blocks = time.perf_counter(), _began.get()
        at = next((at for at in reversed(range(len(blocks))) if blocks[at][0] is self), None)
        if at is not None:
            _began.set(blocks[:at] + blocks[at + 1 :])
        if kind is not None:
            return
        if at is None:
            warn(
                "timed: expected the block to be left by the thread or task that entered it, found it left by "
                "another. Its time is not logged."
            )
        else:
            self._tell(ended - blocks[at][1])

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
