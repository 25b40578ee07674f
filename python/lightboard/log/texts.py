"""Texts."""

from typing import Any

from lightboard.log.numbers import plain_tag
from lightboard.log.recorder import Recorder


class Texts(Recorder):
    """Logs texts."""

    def add_text(
        self, tag: str, text_string: str, global_step: Any = None, walltime: float | None = None
    ) -> None:
        """Log a text, which is shown as Markdown.

        Written as a string tensor of shape [1] of the plugin `text`, under `<tag>/text_summary`, as torch does
        (spec/events.md, Writing).

        Args:
            tag: The series, without `/text_summary`.
            text_string: Any text, of any length.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`.

        Raises:
            TypeError: Tag or text is no str; step or wall time is no number.
            ValueError: Tag or text cannot be stored as UTF-8 (a lone surrogate); step or wall time is no number.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        tag = plain_tag(tag) + "/text_summary"
        text = plain_tag(text_string, "text_string")
        step, wall_time = self._moment("text", tag, global_step, walltime)
        self._record(None, lambda core, file: core.add_text(file, tag, text, step, wall_time))
