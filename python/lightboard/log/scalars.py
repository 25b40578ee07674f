"""Numbers."""

import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal, get_args

from lightboard._core import Writer
from lightboard.log.awaited import Numbers
from lightboard.log.device import Number
from lightboard.log.files import TAKEN_WITH_REPORTS, NumbersCall
from lightboard.log.numbers import describe, plain_flag, plain_tag, plain_words
from lightboard.log.recorder import Recorder
from lightboard.log.timer import Timer

Reduce = Literal["mean", "median", "min", "max", "sum"]
REDUCES = get_args(Reduce)


class Scalars(Recorder):
    """Logs numbers."""

    # What was said of bringing ranks together, by tag.
    _reduces: dict[str, str]
    # What else was said, by tag: display name and description.
    _words: dict[str, tuple[str, str]]
    # What counts the calls of `log` that are given no step.
    _log_steps: Iterator[int]

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: Any = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
        display_name: str = "",
        summary_description: str = "",
        reduce: Reduce | None = None,
    ) -> None:
        """Log one number.

        Written as a simple value, unless `new_style` says otherwise; with metadata if it is given words or `reduce`
        (spec/events.md, Writing).

        Args:
            tag: The series; stored as given.
            scalar_value: A number, a numeric string, or an array, tensor or list with exactly one element, of NumPy,
                torch, JAX or TensorFlow. Stored as float32: beyond its range as ±inf. NaN and ±inf are kept.
            global_step: Fits into 64 bits; a fraction is cut off, with one warning. `None` counts up: a tag's first
                call without a step is step 0. A call that is refused uses up none.
            walltime: Seconds since 1970; `None` is now.
            new_style: Store a tensor value, as TensorFlow 2 does, in place of a simple one.
            double_precision: With `new_style`, store float64.
            display_name: What to show in place of the tag; tensorboardX has it, and stores a simple value with it.
            summary_description: What the tag means, in Markdown; as for `display_name`.
            reduce: How readers are to bring the curves of several ranks together: "mean", "median", "min", "max" or
                "sum". Nothing is reduced here: each rank logs its own number, and waits for no other. Stored with the
                tag's first number; as for `display_name`.

        Raises:
            TypeError: Something is no number, or the tag no str.
            ValueError: Not one element; a string that is no number; a tag that is no valid text; `display_name`,
                `summary_description` or `reduce` with `new_style` or `double_precision`; another `reduce` than the tag
                had before.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        # No parameter by keyword only, and little looked at here: either would cost as much as the record.
        if reduce is not None and not self._has_told(tag, reduce):
            style, words = (new_style, double_precision), (display_name, summary_description)
            self._convert_scalar(tag, scalar_value, global_step, walltime, style, words, reduce)
            self._reduces[tag] = reduce
            return
        code = self._files.direct.add_plain_scalar(
            tag,
            scalar_value,
            global_step,
            walltime,
            new_style,
            double_precision,
            display_name,
            summary_description,
        )
        if code:
            # There is something to tell, something was not plain, or the files have to be opened anew. Elsewhere, since
            # a function that keeps its arguments for another takes half as long again to enter.
            if code == TAKEN_WITH_REPORTS:
                self._files.tell()
                return
            style, words = (new_style, double_precision), (display_name, summary_description)
            self._convert_scalar(tag, scalar_value, global_step, walltime, style, words, None)

    def _convert_scalar(
        self,
        tag: object,
        value: object,
        global_step: object,
        walltime: object,
        style: tuple[object, object],
        words: tuple[object, object],
        reduce: str | None,
    ) -> None:
        name = plain_tag(tag)
        described = plain_words(words[0], "display_name"), plain_words(words[1], "summary_description")
        flags = plain_flag(style[0], "new_style"), plain_flag(style[1], "double_precision")
        is_described = any(described) or reduce is not None
        if is_described and any(flags):
            raise ValueError(
                "display_name, summary_description, reduce: expected them with a simple value only, found them with "
                "new_style or double_precision. Leave out one or the other."
            )
        number = self._number(value, f"scalar_value of tag {name!r:.200}")
        step, wall_time = self._number_moment("scalar", name, global_step, walltime)
        call: NumbersCall
        if is_described:
            # Readers take what stands with `reduce`, or else what stands first.
            before = self._words.get(name, ("", ""))
            described = (described[0] or before[0], described[1] or before[1])
            if described != before:
                reduce = reduce or self._reduces.get(name)
            self._words[name] = described
            call = partial(_add_described, step, wall_time, (*described, reduce))
        else:
            call = partial(_add, step, wall_time, flags)
        self._files.record_numbers([(None, [(name, number)], call)])

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log several numbers, each as the series `main_tag` of a sub-run of its own.

        The sub-run of a key is the directory `<log_dir>/<main_tag with / replaced by _>_<key>`. Written there as simple
        values (spec/events.md, Writing: Scalar).

        Args:
            main_tag: The series.
            tag_scalar_dict: Key to number, as for `add_scalar`.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`; the same for all.

        Raises:
            TypeError, ValueError, OverflowError: As for `add_scalar`; also for a key that leads out of the log
                directory, or to the sub-run of another. Nothing is logged then.
            OSError: With `on_error="raise"`, a sub-run's directory or file cannot be made, or earlier records could not
                be written.
        """
        main_tag = plain_tag(main_tag, "main_tag")
        if not isinstance(tag_scalar_dict, Mapping):
            raise TypeError(
                f"tag_scalar_dict of {main_tag!r:.200}: expected a dict of keys and numbers, found "
                f"{describe(tag_scalar_dict)}."
            )
        numbers: dict[str, Number] = {}
        for key, value in list(tag_scalar_dict.items()):  # Converting may run a program's code.
            path = self._sub_run(main_tag, key)
            if path in numbers:
                raise ValueError(
                    f"key of {main_tag!r:.200}: expected a sub-run of its own for each, found another key for {path} "
                    f"before {key!r:.200}."
                )
            numbers[path] = self._number(value, f"scalar_value of key {key!r:.200} of {main_tag!r:.200}")
        step, wall_time = self._number_moment("scalars", main_tag, global_step, walltime)
        call = partial(_add, step, wall_time, (False, False))
        self._files.record_numbers([(path, [(main_tag, number)], call) for path, number in numbers.items()])

    def log(self, values: Mapping[str, Any], global_step: Any = None, walltime: float | None = None) -> None:
        """Log several numbers of one moment, in one record; cheaper than a call of `add_scalar` for each.

        Written as simple values, float32, of one event (spec/events.md, Writing: Several scalars).

        Args:
            values: Tag to number, as for `add_scalar`. Each is a series of the run itself (`add_scalars` makes
                sub-runs).
            global_step: As for `add_scalar`, the same for all. `None` counts these calls up, whatever the tags; a call
                that is refused uses up none.
            walltime: As for `add_scalar`; the same for all.

        Raises:
            TypeError, ValueError, OverflowError: As for `add_scalar`. Nothing is logged then.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        code = self._files.direct.add_plain_scalars(values, global_step, walltime, self._log_steps)
        if code == TAKEN_WITH_REPORTS:
            self._files.tell()
        elif code:
            if not isinstance(values, Mapping):
                raise TypeError(f"values: expected a dict of tags and numbers, found {describe(values)}.")
            numbers = [
                (plain_tag(tag), self._number(value, f"value of tag {tag!r:.200}"))
                for tag, value in list(values.items())  # Converting may run a program's code.
            ]
            step, wall_time = self._number_moment("log", "", global_step, walltime)
            self._files.record_numbers([(None, numbers, partial(_add_all, step, wall_time))])

    def timed(self, tag: str, global_step: Any = None) -> Timer:
        """Log how many seconds the `with` block took, or each call of the function decorated with it.

        Written as by `add_scalar`. Nothing is logged if it is left by an exception. A coroutine function takes until
        its result is there; a generator cannot be decorated (TypeError).

        Args:
            tag: As for `add_scalar`.
            global_step: As for `add_scalar`.

        Raises:
            TypeError, ValueError, OverflowError, OSError: At the end of the block, as for `add_scalar`.
        """
        return Timer(lambda seconds: self.add_scalar(tag, seconds, global_step))

    def _has_told(self, tag: object, reduce: object) -> bool:
        """Whether it was said of the tag before.

        Raises:
            ValueError: something else was said, or it is nothing that can be said.
        """
        told = self._reduces.get(tag) if isinstance(tag, str) else None
        if told is None:
            if not isinstance(reduce, str) or reduce not in REDUCES:
                raise ValueError(
                    f"reduce: expected one of {', '.join(map(repr, REDUCES))}, found {reduce!r:.80}."
                )
        elif not isinstance(reduce, str) or told != reduce:
            raise ValueError(
                f"reduce of tag {tag!r:.200}: expected {told!r}, as before, found {reduce!r:.80}."
            )
        return told is not None

    def _sub_run(self, main_tag: str, key: object) -> str:
        key = plain_tag(key, f"key of {main_tag!r:.200}")
        if key.startswith("/") or ".." in key.split("/") or "\0" in main_tag + key:
            raise ValueError(
                f"key of {main_tag!r:.200}: expected a name inside the log directory, found {key!r:.200}."
            )
        return os.path.normpath(os.path.join(self._files.path, f"{main_tag.replace('/', '_')}_{key}"))


def _add(
    step: int, wall_time: float, style: tuple[bool, bool], numbers: Numbers, core: Writer, file: int
) -> int:
    ((tag, number),) = numbers
    return core.add_scalar(file, tag, number, step, wall_time, *style)


def _add_described(
    step: int, wall_time: float, words: tuple[str, str, str | None], numbers: Numbers, core: Writer, file: int
) -> int:
    ((tag, number),) = numbers
    return core.add_described_scalar(file, tag, number, *words, step, wall_time)


def _add_all(step: int, wall_time: float, numbers: Numbers, core: Writer, file: int) -> int:
    return core.add_scalars(file, numbers, step, wall_time)
