"""The JSON body of a request, read member by member."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any, NoReturn, TypeVar

from starlette.requests import Request

from lightboard.api.errors import ApiError

Option = TypeVar("Option", bound=str)

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Enough for 200,000 run ids."""
MAX_NESTING = 64
"""Objects and lists in each other. What the parser takes is sometimes more than can be written again."""


class Body:
    """A JSON object whose members are taken one by one; each that is not as expected is an `ApiError` (400)."""

    def __init__(self, members: dict[str, Any], where: str = "") -> None:
        self._members = members
        self._where = where
        self._asked: list[str] = []

    def text(self, name: str) -> str:
        """Take a required string."""
        value = self._take(name)
        if not _is_text(value):
            self._refuse(name, "a string", value)
        return str(value)

    def texts(self, name: str, most: int | None = None) -> list[str]:
        """Take a required list of strings, at most `most`."""
        value = self._take(name)
        if not _are_texts(value):
            self._refuse(name, "a list of strings", value)
        if most is not None and len(value) > most:
            self._refuse(name, f"at most {most} strings", len(value))
        return list(value)

    def optional_texts(self, name: str) -> list[str] | None:
        """Take a list of strings, or None for null or absence."""
        value = self._take(name)
        if value is not None and not _are_texts(value):
            self._refuse(name, "a list of strings, or null", value)
        return None if value is None else list(value)

    def choice(self, name: str, options: Collection[Option], default: Option | None) -> Option:
        """Take one of `options`; a default of None makes it required."""
        value = self._take(name, default)
        for option in options:
            if value == option:
                return option
        self._refuse(name, " or ".join(f'"{option}"' for option in options), value)

    def optional_choice(self, name: str, options: Collection[Option]) -> Option | None:
        """Take one of `options`, or None for null or absence."""
        value = self._take(name)
        for option in options:
            if value == option:
                return option
        if value is not None:
            self._refuse(name, " or ".join(f'"{option}"' for option in options) + ", or null", value)
        return None

    def body(self, name: str) -> Body | None:
        """Take an object, or None for null or absence."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._refuse(name, "an object, or null", value)
        return Body(value, f"{self._where}{name}.")

    def members(self, name: str) -> dict[str, Any]:
        """Take a required object, whatever is in it."""
        value = self._take(name)
        if not isinstance(value, dict):
            self._refuse(name, "an object", value)
        return value

    def bodies(self, name: str, most: int) -> list[Body]:
        """Take a required list of at most `most` objects."""
        value = self._take(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._refuse(name, "a list of objects", value)
        if len(value) > most:
            self._refuse(name, f"at most {most} objects", len(value))
        return [Body(item, f"{self._where}{name}[{place}].") for place, item in enumerate(value)]

    def flag(self, name: str) -> bool:
        """Take true or false; absence is false."""
        value = self._take(name, False)
        if type(value) is not bool:
            self._refuse(name, "true or false", value)
        return value

    def integer(self, name: str, default: int | None, low: int, high: int) -> int:
        """Take an integer from `low` to `high`; a default of None makes it required."""
        value = self._take(name, default)
        if type(value) is not int or not low <= value <= high:
            self._refuse(name, f"an integer from {low} to {high}", value)
        return value

    def optional_integer(self, name: str, low: int, high: int) -> int | None:
        """Take an integer from `low` to `high`, or None for null or absence."""
        value = self._take(name)
        if value is not None and (type(value) is not int or not low <= value <= high):
            self._refuse(name, f"an integer from {low} to {high}, or null", value)
        return None if value is None else int(value)

    def number(self, name: str) -> float | None:
        """Take a finite number, or None for null or absence."""
        value = self._take(name)
        return None if value is None else self._finite(name, "a finite number, or null", value)

    def fraction(self, name: str) -> float:
        """Take a required number in [0, 1)."""
        expected = "a number from 0 to below 1"
        value = self._take(name)
        number = self._finite(name, expected, value)
        if not 0 <= number < 1:
            self._refuse(name, expected, value)
        return number

    def positive(self, name: str) -> float:
        """Take a required finite number above 0."""
        expected = "a finite number above 0"
        value = self._take(name)
        number = self._finite(name, expected, value)
        if number <= 0:
            self._refuse(name, expected, value)
        return number

    def end(self) -> None:
        """Refuse members that nobody asked for: a misspelt one would otherwise be ignored."""
        if self._members:
            name = next(iter(self._members))
            what = self._where.removesuffix(".") or "The body"
            _refuse(what, f"only the members {', '.join(self._asked)}", name)

    def _finite(self, name: str, expected: str, value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:  # An integer beyond every float.
                self._refuse(name, expected, value)
            if math.isfinite(number):
                return number
        self._refuse(name, expected, value)

    def _refuse(self, name: str, expected: str, found: object) -> NoReturn:
        _refuse(self._where + name, expected, found)

    def _take(self, name: str, default: object = None) -> Any:
        self._asked.append(name)
        return self._members.pop(name, default)


async def read_body(request: Request) -> Body:
    """Read a JSON object of at most `MAX_BODY_BYTES`; raises `ApiError` (400, 413, 415)."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise ApiError(
            415,
            "unsupported_media_type",
            f"Content-Type: expected application/json, found {media_type or 'none'}.",
        )
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise ApiError(
                413, "too_large", f"The body: expected at most {MAX_BODY_BYTES} bytes, found more."
            )
        chunks.append(chunk)
    try:
        members = json.loads(b"".join(chunks), parse_constant=_refuse_constant)
        check_nesting(members)
    except (ValueError, RecursionError) as error:
        raise ApiError(
            400, "invalid_json", f"The body: expected a JSON object in UTF-8, found {error}."
        ) from None
    if not isinstance(members, dict):
        _refuse("The body", "a JSON object", members, code="invalid_json")
    return Body(members)


def check_nesting(value: object) -> None:
    """Raise ValueError if objects and lists stand in each other more than `MAX_NESTING` deep."""
    level = [value]
    for _ in range(MAX_NESTING):
        level = [child for parent in level for child in _children(parent) if isinstance(child, dict | list)]
        if not level:
            return
    raise ValueError(f"more than {MAX_NESTING} objects and lists in each other")


def _children(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # A lone surrogate is a legal JSON escape, but no text.
        return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name}, which is not JSON")


def _refuse(name: str, expected: str, found: object, *, code: str = "invalid_member") -> NoReturn:
    shown = "nothing" if found is None else json.dumps(found)
    if len(shown) > 80:
        shown = shown[:77] + "..."
    raise ApiError(400, code, f"{name}: expected {expected}, found {shown}.")
