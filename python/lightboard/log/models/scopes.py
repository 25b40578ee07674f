"""Where the parts of a torch module stand in its graph."""

import re
from collections.abc import Iterator
from typing import Any

from lightboard.log.models.nodes import plain


class Scopes:
    """The scope of each submodule of `model`: `Net/ModuleList[layers]/Linear[0]` for the one at `layers.0`.

    A module that stands at several places has the scope of the first.
    """

    def __init__(self, model: Any, name: str) -> None:
        self._modules: dict[str, Any] = {}
        if callable(getattr(model, "named_modules", None)):
            self._modules = dict(model.named_modules(remove_duplicate=False))
        self._first: dict[int, str] = {}
        for path, module in self._modules.items():
            self._first.setdefault(id(module), path)
        self._scopes = {"": _part(name)}
        self._called: dict[str, str] = {}

    def scope(self, path: str) -> str:
        """Return the scope of the submodule at `path`, by names and dots; `""` is the model itself."""
        if path not in self._scopes:
            module = self._modules.get(path)
            first = path if module is None else self._first[id(module)]
            if first != path:
                self._scopes[path] = self.scope(first)
            else:
                parent, _, name = path.rpartition(".")
                part = _part(name) if module is None else f"{_part(class_name(module))}[{_part(name)}]"
                self._scopes[path] = f"{self.scope(parent)}/{part}"
        return self._scopes[path]

    def called(self, hierarchy: str) -> str:
        """Return the scope of a call in a script, which says `0(Block).1(Linear)`: names and classes, without lists.

        Where several modules may be meant, it is the scope of the one that holds them.
        """
        if hierarchy not in self._called:
            path = ""
            for name, kind in re.findall(r"(\w+)\((\w+)\)", hierarchy):
                found = [
                    place
                    for place in self._below(path)
                    if place.rpartition(".")[2] == name and class_name(self._modules[place]) == kind
                ]
                if len(found) != 1:
                    break
                path = found[0]
            self._called[hierarchy] = self.scope(path)
        return self._called[hierarchy]

    def _below(self, path: str) -> Iterator[str]:
        """Yield the places of the modules that a module may call: its own, and those in its lists."""
        for name, module in self._modules[path].named_children():
            place = f"{path}.{name}" if path else name
            yield place
            if class_name(module) in ("ModuleList", "ModuleDict"):
                yield from self._below(place)

    def attribute(self, path: str) -> tuple[str, Any]:
        """Return the name that a parameter, or another attribute, has in the graph, and the attribute itself."""
        owner, _, name = path.rpartition(".")
        return f"{self.scope(owner)}/{_part(name)}", getattr(self._modules.get(owner), name, None)


def class_name(module: Any) -> str:
    """Return the name of the class that a person wrote, also for a scripted module."""
    name = getattr(module, "original_name", None)
    return name if isinstance(name, str) else type(module).__name__


def _part(name: str) -> str:
    """Return one part of a scope: keys of a ModuleDict may have slashes."""
    return plain(name.replace("/", "_"))
