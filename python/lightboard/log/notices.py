"""What the writer tells the person who trains: where it logs, and what goes wrong."""

import os
import sys
import warnings
from collections.abc import Iterable

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class LightboardWarning(UserWarning):
    """Something about the logged data that the program should know; training goes on."""


def warn(message: str) -> None:
    """Warn with `LightboardWarning`, pointing at the line of the program that called into this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE + os.sep):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, LightboardWarning, stacklevel=level)


def warn_of_all(messages: Iterable[str]) -> None:
    """Warn of each, also where the program has made warnings errors: the first is raised, with the others as notes."""
    raised: LightboardWarning | None = None
    for message in messages:
        try:
            warn(message)
        except LightboardWarning as error:
            if raised is None:
                raised = error
            else:
                raised.add_note(message)
    if raised is not None:
        raise raised


def announce(message: str) -> None:
    """Log `message` at INFO to the logger `lightboard`; on stderr if the program has configured no logging.

    Setting the logger's level to WARNING or above silences it either way.
    """
    # A program that has not imported it has configured nothing, and need not wait for its import.
    logging = sys.modules.get("logging")
    if logging is not None:
        logger = logging.getLogger("lightboard")
        if logger.hasHandlers():
            logger.info(message)
            return
        if logger.level > logging.INFO or logger.manager.disable >= logging.INFO:
            return
    if sys.stderr is not None:
        print(f"lightboard: {message}", file=sys.stderr, flush=True)
