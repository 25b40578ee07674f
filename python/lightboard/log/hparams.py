"""Hyper-parameters."""

import os
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from lightboard._core import Writer
from lightboard.log import directory
from lightboard.log.awaited import Numbers, NumbersToCome
from lightboard.log.device import Number
from lightboard.log.files import Call, NumbersCall
from lightboard.log.numbers import plain_tag
from lightboard.log.recorder import Recorder
from lightboard.log.settings import (
    Setting,
    check_mapping,
    domains,
    flat_settings,
    plain_setting,
    plain_settings,
)


class Hparams(Recorder):
    """Logs what a run was set to: its session, and one for each sub-run that `add_hparams` makes.

    Readers differ in which session start of a run counts: TensorBoard has the first, our own the last. So a later one
    says all that those before it said, and what TensorBoard has to know stands in the first.
    """

    # What the constructor and `config` have set, which holds for sub-runs too.
    _settings: dict[str, Setting]
    # What the start of the run's own session says, or will say if it is held back; None if there is none.
    _told: dict[str, Setting] | None
    # When, and in which process, the session began whose end `close` is to log.
    _session_began: tuple[float, int] | None

    def add_hparams(
        self,
        hparam_dict: Mapping[str, Any],
        metric_dict: Mapping[str, Any],
        hparam_domain_discrete: Mapping[str, list[Any]] | str | None = None,
        run_name: str | None = None,
        global_step: Any = None,
        *,
        name: str | None = None,
    ) -> None:
        """Log hyper-parameters, and the metrics by which TensorBoard compares runs on its HPARAMS page.

        They go into the sub-run `<log_dir>/<run_name>` if a name is given, and else into the run itself, but for this:
        a run has one session, of which TensorBoard shows what was said first. Where the run was set to something else
        before, by `config` or another call, they go into a new sub-run named by the time, as torch's do always. A
        sub-run has the settings of `config`, and those of `rank` and `capture`, besides its own.

        Written as three records of the plugin `hparams` (experiment, session start, session end) and a scalar for each
        metric (spec/events.md, Writing). Where `config` began the session, `close()` logs its end.

        Args:
            hparam_dict: Name to setting: a number, bool, str, array or tensor (its first element), or a function (its
                name). `None` is left out. Booleans stay booleans.
            metric_dict: Tag to number, as for `add_scalar`.
            hparam_domain_discrete: Name to a list of all settings that it may have.
            run_name: The name of a sub-run; tensorboardX calls it `name`, and takes it in third place.
            global_step: The step of all these records, as for `add_scalar`. `None` is 0, but for metrics that the run
                itself has logged before: they go on from the highest step of their tag.
            name: As `run_name`.

        Raises:
            TypeError: A name is no str; something is no mapping; a metric is no number; a domain is not a list of
                settings of the same type as the hyper-parameter's.
            ValueError: A setting is of another type; `run_name` leads out of the log directory.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, the sub-run cannot be made, or earlier records could not be written.
        """
        if isinstance(hparam_domain_discrete, str):  # tensorboardX: name, global_step
            run_name, global_step, hparam_domain_discrete = hparam_domain_discrete, run_name, None
        run_name = name if run_name is None else run_name
        check_mapping(hparam_dict, "hparam_dict")
        check_mapping(metric_dict, "metric_dict")
        given = plain_settings(hparam_dict, "hparam_dict", plain_setting)
        domain = {} if hparam_domain_discrete is None else hparam_domain_discrete
        choices = domains(domain, hparam_dict, given)
        metrics = {
            plain_tag(tag, "name in metric_dict"): self._number(value, f"metric_dict[{tag!r:.200}]")
            for tag, value in list(metric_dict.items())  # Converting may run a program's code.
        }
        sub_run = None
        if run_name is not None:
            run_name = plain_tag(run_name, "run_name")
            sub_run = directory.below(self._files.path, run_name, "run_name")
        elif self._is_set_otherwise(given):
            sub_run = _new_sub_run(self._files.path)
        step = self._steps.step if global_step is None else self._steps.of("", "", global_step)
        settings = {**self._settings, **given}
        began = None
        if sub_run is None:
            settings = self._told = {**(self._told or {}), **given}
            self._files.unhold()
            began = self._began_here()
        infos = [(name, setting, choices.get(name)) for name, setting in settings.items()]
        tags, at, wall_time = list(metrics), step or 0, self._steps.wall_time
        records: list[Call] = [
            lambda core, file: core.add_experiment(file, infos, tags, at, wall_time),
            _session_start(settings, began or 0, at, wall_time),
        ]
        if began is None:
            records.append(lambda core, file: core.add_session_end(file, True, 0, at, wall_time))
        scalars = self._metrics(sub_run, metrics, step)
        try:
            self._record(sub_run, *records)
        finally:
            self._files.record_numbers(scalars)

    def config(self, settings: Mapping[str, Any]) -> None:
        """Log what the run is set to, once, when it begins; the end of the session is logged by `close()`.

        Leaving a `with` block by an exception, but for `sys.exit` with 0, logs that the session failed. Calls add up:
        each logs all settings so far, and a setting that is given again replaces the earlier one. TensorBoard shows
        those of the first call only, with `rank` and `capture` of the constructor; `config` of the constructor is such
        a call. Written as a session start and end of the plugin `hparams` (spec/events.md,
        Writing).

        Args:
            settings: Name to setting. Mappings in it are flattened, with `.` between the names. Numbers, bools and str
                are kept, `None` is left out, functions and classes are stored by name, and everything else as its
                `str()`, without the address that objects tell which have none of their own.

        Raises:
            TypeError: It is no mapping, or a name no str and no int.
            ValueError: A name or text cannot be stored as UTF-8; mappings are nested more than 16 deep; two names
                become one.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        self._record(None, self._begun(settings))

    def _config_first(self, settings: Mapping[str, Any]) -> None:
        """Set what the constructor knows.

        The session start with it is logged before the first record, so that what `config` or `add_hparams` say stands
        in it too, if that is the first. Should the process be killed before, another record tells what was known.
        """
        call = self._begun(settings)
        items = list(self._settings.items())
        self._record(None, lambda core, file: core.add_known(file, items))
        self._files.hold(call)

    def _begun(self, settings: Mapping[str, Any]) -> Call:
        """Return what logs the start of the run's own session, with these settings besides those before."""
        flat = flat_settings(settings, "settings")
        self._settings = {**self._settings, **flat}
        self._told = {**(self._told or {}), **flat}
        self._files.unhold()
        began = self._began_here() or time.time()
        self._session_began = began, os.getpid()
        return _session_start(self._told, began, 0, None)

    def _end_session(self, succeeded: bool) -> None:
        """Log the end of the session that `config` began in this process, if there is one that has not ended."""
        if self._began_here() is None:
            return  # A forked child ends none of its parent's.
        self._session_began = None
        if self._files.core.is_usable:
            end = time.time()
            self._record(None, lambda core, file: core.add_session_end(file, succeeded, end, 0, None))

    def _began_here(self) -> float | None:
        if self._session_began is None or self._session_began[1] != os.getpid():
            return None
        return self._session_began[0]

    def _is_set_otherwise(self, settings: Mapping[str, Setting]) -> bool:
        """Whether the run's own session has begun, and without these settings."""
        has_begun = self._told is not None and not self._files.is_holding
        return has_begun and not settings.items() <= (self._told or {}).items()

    def _metrics(
        self, sub_run: str | None, metrics: Mapping[str, Number], step: int | None
    ) -> list[tuple[str | None, NumbersToCome, NumbersCall]]:
        kind = "scalar" if sub_run is None else f"scalar in {sub_run}"
        # Looked up when the first of them is written, since numbers before may be still to come.
        reached: Callable[[], Mapping[str, int]] = dict
        if sub_run is None and step is None:
            reached = cache(partial(self._files.last_steps, frozenset(metrics)))
        return [
            (
                sub_run,
                [(tag, number)],
                partial(_add_metric, *self._number_moment(kind, tag, step, None), reached),
            )
            for tag, number in metrics.items()
        ]


def _session_start(settings: Mapping[str, Setting], began: float, step: int, wall_time: float | None) -> Call:
    items = list(settings.items())
    return lambda core, file: core.add_session_start(file, items, began, step, wall_time)


def _add_metric(
    step: int,
    wall_time: float,
    reached: Callable[[], Mapping[str, int]],
    numbers: Numbers,
    core: Writer,
    file: int,
) -> int:
    ((tag, number),) = numbers
    step = max(step, reached().get(tag, step))
    return core.add_scalar(file, tag, number, step, wall_time, False, False)


def _new_sub_run(path: str) -> str:
    while os.path.lexists(sub_run := os.path.join(path, str(time.time()))):
        pass  # Until the clock has gone on.
    return sub_run
