"""Settings as event files hold them: plain bools, floats and texts by name."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lightboard.log.numbers import describe, plain_float, plain_tag

Setting = bool | float | str

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


def check_mapping(value: object, what: str) -> None:
    """See that it is one.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, Mapping):
        hint = " Give vars() of it." if hasattr(value, "__dict__") else ""
        raise TypeError(f"{what}: expected a dict, found {describe(value)}.{hint}")


def flat_settings(settings: Mapping[str, Any], what: str) -> dict[str, Setting]:
    """Return the settings that are set, those of mappings in them by names with `.` between.

    Raises:
        TypeError: they are no mapping, or a name is no str and no int.
        ValueError: a name or text cannot be stored as UTF-8; mappings are nested more than 16 deep; two names become
            one.
    """
    check_mapping(settings, what)
    flat: dict[str, Any] = {}
    for name, value in _flattened(settings, what, "", 16):
        if name in flat:
            raise ValueError(f"{what}: expected each name once, found {name!r:.200} twice.")
        flat[name] = value
    return plain_settings(flat, what, plain_or_text)


def _flattened(settings: Mapping[str, Any], what: str, above: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth == 0:
        raise ValueError(
            f"{what}: expected mappings nested at most 16 deep, found more below {above[:200]!r}."
        )
    for name, value in settings.items():
        path = above + plain_tag(str(name) if isinstance(name, int) else name, f"name in {what}")
        if isinstance(value, Mapping) and value:
            yield from _flattened(value, what, path + ".", depth - 1)
        else:
            yield path, value


def plain_settings(given: Mapping[str, Any], what: str, convert: Any) -> dict[str, Setting]:
    """Return the settings that are set, each as a plain bool, float or str."""
    return {
        plain_tag(name, f"name in {what}"): convert(value, f"{what}[{name!r:.200}]")
        for name, value in given.items()
        if value is not None
    }


def plain_setting(value: Any, what: str) -> Setting:
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


def plain_or_text(value: Any, what: str) -> Setting:
    """Return `value` as a plain bool, float or str: whatever else it is, as its text.

    Raises:
        ValueError: the text cannot be stored as UTF-8.
    """
    is_scalar = not isinstance(value, list | tuple) and getattr(value, "shape", ()) == ()
    name = getattr(value, "__name__", None)
    if callable(value) and isinstance(name, str):
        return plain_tag(name, what)  # The text of a function holds its address.
    try:
        if is_scalar and not callable(value):
            return plain_setting(value, what)
    except (TypeError, ValueError):
        if isinstance(value, str):
            raise
    if isinstance(value, os.PathLike):
        return plain_tag(os.fspath(value), what)
    # Objects that have no text of their own tell where they lie, which is another place in each run.
    return plain_tag(_ADDRESS.sub("", str(value)), what)


def domains(
    given: Mapping[str, list[Any]], hparams: Mapping[str, Any], settings: Mapping[str, Setting]
) -> dict[str, list[Setting]]:
    """Return the settings that hyper-parameters may have, of those that are set.

    Raises:
        TypeError: a domain is not a list of settings of the type of its hyper-parameter, or there is none such.
    """
    check_mapping(given, "hparam_domain_discrete")
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
            found[name] = [plain_setting(it, what) for it in domain]
    return found
