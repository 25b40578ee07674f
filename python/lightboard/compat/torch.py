"""`import lightboard.compat.torch`: from here on `torch.utils.tensorboard` has Lightboard's writer.

Programs go on saying `from torch.utils.tensorboard import SummaryWriter`. Importing this does not import torch: the
names are replaced when the program imports that module, also where the package tensorboard is missing, which torch's
own module cannot do without. `undo` brings torch's own names back.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from lightboard.events import RecordWriter
from lightboard.log import FileWriter, SummaryWriter

MODULE = "torch.utils.tensorboard"
# Those of its module `writer`, and all.
WRITERS = {"SummaryWriter": SummaryWriter, "FileWriter": FileWriter}
NAMES = {**WRITERS, "RecordWriter": RecordWriter}

# What stood under a name of a module before.
_replaced: dict[tuple[ModuleType, str], object] = {}


class _Finder(MetaPathFinder):
    """Finds the module where it is, and has the names in it replaced when it is imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != MODULE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """Imports as `loader` does, then replaces names."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        try:
            self._loader.exec_module(module)
        except ImportError as error:
            if error.name is not None and error.name.partition(".")[0] != "tensorboard":
                raise
            # Without tensorboard torch's module is nothing; ours needs none.
            writer = ModuleType(f"{MODULE}.writer")
            sys.modules[writer.__name__] = writer
            module.__dict__["writer"] = writer
        _replace(module)


_finder = _Finder()


def patch() -> None:
    """Replace the names, now or when the module is imported. Importing this module has done so already."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    module = sys.modules.get(MODULE)
    if module is not None:
        _replace(module)


def undo() -> None:
    """Bring torch's own names back; writers that the program has made stay what they are."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for (module, name), before in _replaced.items():
        if before is None:
            # There was none, since torch's module cannot be imported here: the next import shall say so.
            sys.modules.pop(module.__name__, None)
        else:
            setattr(module, name, before)
    _replaced.clear()


def _replace(package: ModuleType) -> None:
    for module, names in ((package, NAMES), (sys.modules.get(f"{MODULE}.writer"), WRITERS)):
        for name, ours in names.items():
            if module is not None and getattr(module, name, None) is not ours:
                _replaced.setdefault((module, name), getattr(module, name, None))
                setattr(module, name, ours)


patch()
