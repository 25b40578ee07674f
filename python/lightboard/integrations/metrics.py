"""What all integrations do with what a framework hands over: log it, and never end the training for it."""

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from lightboard.log import SummaryWriter
from lightboard.log.notices import LightboardWarning, warn
from lightboard.log.settings import flat_settings

# No refusals: what on_error="raise" raises, and warnings of a program that has made them errors.
TOLD = (OSError, LightboardWarning)


class Spared:
    """Around a call of a writer: warns of what it refuses, or a framework's value fails to tell, in place of raising.

    What cannot be written is no refusal: `on_error` of the writer says what happens then.
    """

    def __init__(self, what: object) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception) or isinstance(error, TOLD):
            return False
        warn(f"{self._what} is not logged. {error}")
        return True


def configured(
    writer: SummaryWriter | None,
    log_dir: str | os.PathLike[str],
    options: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> SummaryWriter:
    """Return a writer that has logged what the run is set to: `writer`, or else a new one.

    A new one logs these settings together with those that its options tell, in one record.

    Raises:
        OSError, TypeError, ValueError, OverflowError: as `SummaryWriter`, of the directory and the options.
    """
    plain: Mapping[str, Any] = {}
    with Spared("settings"):
        plain = flat_settings(settings, "settings")
    if writer is None:
        wanted = flat_settings(options.get("config") or {}, "config")
        return SummaryWriter(log_dir, **{**options, "config": {**plain, **wanted}})
    reopened(writer).config(plain)
    return writer


def log_metrics(
    writer: SummaryWriter, metrics: Mapping[str, Any], step: Any, walltime: float | None = None
) -> None:
    """Log numbers as scalars of the run, in one record, texts as texts, and mappings as `add_scalars` does.

    Of what is none of these, warns; `None` is left out. A step that is omitted counts up for each tag.
    """
    numbers = {}
    for tag, value in metrics.items():
        if isinstance(value, str):
            with Spared(tag):
                writer.add_text(tag, value, step, walltime)
        elif isinstance(value, Mapping):
            with Spared(tag):
                writer.add_scalars(tag, value, step, walltime)
        elif value is not None:
            numbers[tag] = value
    if not numbers or (step is not None and _logged(writer, numbers, step, walltime)):
        return
    for tag, value in numbers.items():
        with Spared(tag):
            writer.add_scalar(tag, value, step, walltime)


def _logged(writer: SummaryWriter, numbers: Mapping[str, Any], step: Any, walltime: float | None) -> bool:
    """Log all of them in one record, and return whether none was refused; else nothing is logged."""
    try:
        writer.log(numbers, step, walltime)
    except TOLD:
        raise
    except Exception:  # Of which number, is said when each is logged by itself.
        return False
    return True


def reopened(writer: SummaryWriter) -> SummaryWriter:
    """Return the writer with a file to log to, also if the framework closed it when training ended.

    Frameworks log after that as well (a last evaluation), which is nobody's mistake to be warned of.
    """
    if writer.file_writer is None:
        writer._get_file_writer().reopen()
    return writer
