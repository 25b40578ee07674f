"""Hyper-parameters."""

import os
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from lightboard._core import Writer
from lightboard.log import directory
from lightboard.log.numbers import describe, plain_float, plain_tag
from lightboard.log.recorder import Recorder

Setting = bool | float | str


class Hparams(Recorder):
    """Logs what a run was set to."""

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

        Written as three records of the plugin `hparams` (experiment, session start, session end) and a scalar for each
        metric (spec/events.md, Writing): into the run itself, or into the sub-run `<log_dir>/<run_name>` if a name is
        given. torch makes a sub-run in either case, named by the time.

        Args:
            hparam_dict: Name to setting: a number, bool, str, array or tensor (its first element), or a function (its
                name). `None` is left out. Booleans stay booleans.
            metric_dict: Tag to number, as for `add_scalar`.
            hparam_domain_discrete: Name to a list of all settings that it may have.
            run_name: The name of a sub-run; tensorboardX calls it `name`, and takes it in third place.
            global_step: The step of all these records, as for `add_scalar`.
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
        _check_mapping(hparam_dict, "hparam_dict")
        _check_mapping(metric_dict, "metric_dict")
        settings = _settings(hparam_dict, "hparam_dict", _setting)
        domains = _domains(hparam_domain_discrete or {}, hparam_dict, settings)
        metrics = {
            plain_tag(tag, "name in metric_dict"): plain_float(value, f"metric_dict[{tag!r:.200}]")
            for tag, value in metric_dict.items()
        }
        sub_run = None
        if run_name is not None:
            run_name = plain_tag(run_name, "run_name")
            sub_run = directory.below(self._files.path, run_name, "run_name")
        step = self._steps.step if global_step is None else self._steps.of("", "", global_step)
        wall_time = self._steps.wall_time
        infos = [(name, setting, domains.get(name)) for name, setting in settings.items()]
        tried, tags, at = list(settings.items()), list(metrics), step or 0
        kind = "scalar" if sub_run is None else f"scalar in {sub_run}"
        self._record(
            sub_run,
            lambda core, file: core.add_experiment(file, infos, tags, at, wall_time),
            lambda core, file: core.add_session_start(file, tried, 0, at, wall_time),
            lambda core, file: core.add_session_end(file, True, 0, at, wall_time),
            *(
                partial(_add_metric, tag, number, *self._moment(kind, tag, step, None))
                for tag, number in metrics.items()
            ),
        )

    def config(self, settings: Mapping[str, Any]) -> None:
        """Log what the run is set to, once, when it begins; the end of the session is logged by `close()`.

        Leaving a `with` block by an exception logs that the session failed. Calls add up: each logs all settings so
        far, and a setting that is given again replaces the earlier one. TensorBoard's HPARAMS page shows those of the
        first call only; `config`, `rank` and `capture` of the constructor are one. Written as a session start and end
        of the plugin `hparams` (spec/events.md, Writing).

        Args:
            settings: Name to setting. Mappings in it are flattened, with `.` between the names. Numbers, bools and str
                are kept, `None` is left out, functions and classes are stored by name, and everything else as its
                `str()`.

        Raises:
            TypeError: It is no mapping, or a name no str.
            ValueError: A name or text cannot be stored as UTF-8; mappings are nested more than 16 deep.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        self._settings = {**self._settings, **plain_settings(settings, "settings")}
        if self._session_began is None or self._session_began[1] != os.getpid():
            self._session_began = time.time(), os.getpid()
        items, (began, _) = list(self._settings.items()), self._session_began
        self._record(None, lambda core, file: core.add_session_start(file, items, began, 0, None))

    def _end_session(self, succeeded: bool) -> None:
        """Log the end of the session that `config` began in this process, if there is one that has not ended."""
        if self._session_began is None or self._session_began[1] != os.getpid():
            return  # A forked child ends none of its parent's.
        self._session_began = None
        if self._files.core.is_usable:
            end = time.time()
            self._record(None, lambda core, file: core.add_session_end(file, succeeded, end, 0, None))


def plain_settings(settings: Mapping[str, Any], what: str) -> dict[str, Setting]:
    """Return what `config` logs of `settings`: those that are set, flattened, each as a plain bool, float or str.

    Raises:
        TypeError, ValueError: as `config` does.
    """
    _check_mapping(settings, what)
    return _settings(dict(_flattened(settings, what, "", 16)), what, _setting_or_text)


def _add_metric(tag: str, number: float, step: int, wall_time: float | None, core: Writer, file: int) -> int:
    return core.add_scalar(file, tag, number, step, wall_time, False, False)


def _check_mapping(value: object, what: str) -> None:
    if not isinstance(value, Mapping):
        raise TypeError(f"{what}: expected a dict, found {describe(value)}.")


def _flattened(settings: Mapping[str, Any], what: str, above: str, depth: int) -> Any:
    if depth == 0:
        raise ValueError(
            f"{what}: expected mappings nested at most 16 deep, found more below {above[:200]!r}."
        )
    for name, value in settings.items():
        path = above + plain_tag(name, f"name in {what}")
        if isinstance(value, Mapping):
            yield from _flattened(value, what, path + ".", depth - 1)
        else:
            yield path, value


def _settings(given: Mapping[str, Any], what: str, convert: Any) -> dict[str, Setting]:
    """Return the settings that are set, each as a plain bool, float or str."""
    return {
        plain_tag(name, f"name in {what}"): convert(value, f"{what}[{name!r:.200}]")
        for name, value in given.items()
        if value is not None
    }


def _setting(value: Any, what: str) -> Setting:
    """Return `value` as a plain bool, float or str.

    Raises:
        ValueError: it is none, and no array with an element either.
    """
    if callable(getattr(value, "flatten", None)) and getattr(value, "shape", ()) != ():
        value = next(iter(value.flatten()), value)
    if callable(getattr(value, "item", None)) and 0 not in getattr(value, "shape", ()):  # NumPy, torch, JAX
        value = value.item()
    if isinstance(value, bool | str):
        return plain_tag(value, what) if isinstance(value, str) else value
    if isinstance(value, int | float):
        return plain_float(value, what)
    if callable(value):
        return plain_tag(getattr(value, "__name__", repr(value)), what)
    raise ValueError(
        f"{what}: expected a number, bool, str, function, or an array with at least one element, "
        f"found {describe(value)}. Store it as str() of it, or leave it out."
    )


def _setting_or_text(value: Any, what: str) -> Setting:
    is_scalar = not isinstance(value, list | tuple) and getattr(value, "shape", ()) == ()
    name = getattr(value, "__name__", None)
    if callable(value) and isinstance(name, str):
        return plain_tag(name, what)  # The text of a function holds its address.
    try:
        if is_scalar and not callable(value):
            return _setting(value, what)
    except (TypeError, ValueError):
        if isinstance(value, str):
            raise
    return plain_tag(os.fspath(value) if isinstance(value, os.PathLike) else str(value), what)


def _domains(
    given: Mapping[str, list[Any]], hparams: Mapping[str, Any], settings: Mapping[str, Setting]
) -> dict[str, list[Setting]]:
    _check_mapping(given, "hparam_domain_discrete")
    found = {}
    for name, domain in given.items():
        what = f"hparam_domain_discrete[{name!r:.200}]"
        if name not in hparams:
            raise TypeError(
                f"{what}: expected the name of a hyper-parameter in hparam_dict, found none of this name."
            )
        if not isinstance(domain, list) or not all(isinstance(it, type(hparams[name])) for it in domain):
            raise TypeError(
                f"{what}: expected a list of {type(hparams[name]).__qualname__}, as hparam_dict has it, "
                f"found {describe(domain)}."
            )
        if name in settings:
            found[name] = [_setting(it, what) for it in domain]
    return found
