"""A view in a Lightboard's address, behind #: parts with values in Rison (board/src/model/address.ts, notation.ts)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeAlias, TypeVar
from urllib.parse import unquote

Json: TypeAlias = "bool | float | str | list[Json] | dict[str, Json] | None"
Item = TypeVar("Item")

PART = re.compile(r"([A-Za-z]{1,20})=(.*)", re.DOTALL)
ESCAPE_CUT = re.compile(r"%(?![0-9A-Fa-f]{2})")
TOKEN = re.compile(r"[^\s!'(),:]*")
BARE = re.compile(r"[^\s!'(),:\-0-9][^\s!'(),:]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
QUOTED = re.compile(r"(?:![!']|[^!'])*")
WORDS: Mapping[str, bool | None] = {"t": True, "f": False, "n": None}

DEEPEST = 16
"""Levels of brackets, as the board reads them."""


class _UnreadableError(Exception):
    """What stands there is no value."""


def parts(fragment: str) -> dict[str, Json]:
    """Read what stands behind # in an address; what the board cannot read is left out, as it does."""
    found: dict[str, Json] = {}
    for text in fragment.split("&"):
        part = PART.fullmatch(text)
        if part is None or ESCAPE_CUT.search(part[2]):
            continue
        with suppress(_UnreadableError, UnicodeDecodeError):
            found[part[1]] = _Reader(unquote(part[2], errors="strict")).whole()
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def whole(self) -> Json:
        value = self._value(0)
        if self.at < len(self.text):
            raise _UnreadableError
        return value

    def _value(self, depth: int) -> Json:
        if depth > DEEPEST:
            raise _UnreadableError
        if self._takes("'"):
            return self._quoted()
        if self._takes("("):
            return dict(self._items(lambda: self._member(depth)))
        if self._takes("!"):
            if self._takes("("):
                return self._items(lambda: self._value(depth + 1))
            for letter, word in WORDS.items():
                if self._takes(letter):
                    return word
            raise _UnreadableError
        return self._bare()

    def _member(self, depth: int) -> tuple[str, Json]:
        name = self._quoted() if self._takes("'") else self._bare()
        if not isinstance(name, str) or not self._takes(":"):
            raise _UnreadableError
        return name, self._value(depth + 1)

    def _items(self, item: Callable[[], Item]) -> list[Item]:
        """Read up to the closing bracket, which may lack at the end: programs that find links leave it out."""
        if self._takes(")") or self._is_at_end():
            return []
        items = [item()]
        while self._takes(","):
            items.append(item())
        if not self._takes(")") and not self._is_at_end():
            raise _UnreadableError
        return items

    def _quoted(self) -> str:
        text = self._match(QUOTED)
        if not self._takes("'") and not self._is_at_end():
            raise _UnreadableError
        return re.sub("!(.)", r"\1", text)

    def _bare(self) -> str | float:
        token = self._match(TOKEN)
        if BARE.fullmatch(token):
            return token
        if NUMBER.fullmatch(token):
            return float(token)
        raise _UnreadableError

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def _takes(self, character: str) -> bool:
        if not self.text.startswith(character, self.at):
            return False
        self.at += 1
        return True

    def _is_at_end(self) -> bool:
        return self.at == len(self.text)
