"""How long a block or a function takes."""

import threading
import time
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class _Here(threading.local):
    """When the blocks began that a thread is in, the innermost last: one timer may be used in itself."""

    def __init__(self) -> None:
        self.began: list[float] = []


class Timer:
    """Tells how many seconds its `with` block took, or each call of a function that it decorates, unless it raises."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell
        self._here = _Here()

    def __enter__(self) -> None:
        self._here.began.append(time.perf_counter())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        ended, began = time.perf_counter(), self._here.began.pop()
        if kind is None:
            self._tell(ended - began)

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
