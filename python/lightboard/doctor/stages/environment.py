"""Checks of the stage `environment`: the packages of the Python that runs the doctor."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import lightboard
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.tree import readable

TENSORBOARD = ("tensorboard", "tb-nightly")
OWN_PLUGINS = frozenset({*TENSORBOARD, "tensorboard-plugin-wit", "tensorflow-tensorboard"})

PLUGIN_SECONDS = 20.0

IMPORTED = ("protobuf", "grpcio", "numpy")
IMPORT = "import grpc, tensorboard.compat.proto.event_pb2, tensorboard.summary.writer.event_file_writer"
"""What TensorBoard and torch's writer import of other packages first."""

_tried: dict[tuple[tuple[str, str], ...], str] = {}

LOAD = """
import importlib.metadata, sys
for point in importlib.metadata.entry_points(group="tensorboard_plugins"):
    if point.dist is not None and point.dist.name == sys.argv[1]:
        try:
            point.load()
        except BaseException as error:
            sys.exit(f"{point.name}: {type(error).__name__}: {error}")
"""
"""What TensorBoard does when it starts, for the plugins of one package."""


@dataclass(frozen=True)
class Misfit:
    """TensorBoard below a version does not work with a package from a version on, or (None) without it."""

    tensorboard: tuple[int, ...]
    package: str
    version: tuple[int, ...]
    why: str


MISFITS = (
    Misfit((2, 21), "setuptools", (82,), "it imports pkg_resources, which setuptools 82 has no more"),
    Misfit((2, 17, 1), "numpy", (2,), "it uses names that NumPy 2 has no more"),
    Misfit((2, 11, 1), "numpy", (1, 24), "it uses names that NumPy 1.24 has no more"),
    Misfit((2, 12), "protobuf", (4,), "its messages were made for protobuf 3"),
)


@dataclass(frozen=True)
class Installed:
    """A distribution: what is installed, which version, in which folder, and where that is recorded."""

    name: str
    version: str
    folder: str
    record: str


def tell(look: Look) -> Iterator[Finding]:
    """Say which Python and which packages were looked at."""
    first = _first(look.installed)
    facts = [f"Python {platform.python_version()}", f"lightboard {lightboard.__version__}"]
    facts += [
        f"{name} {first[name].version}" for name in (*TENSORBOARD, "tensorboardx", "torch") if name in first
    ]
    look.facts["environment"] = ", ".join(facts)
    yield from ()


def tensorboard_twice(look: Look) -> Iterator[Finding]:
    """Report TensorBoard under two names, or recorded twice in one folder (a left-over of pip's, conda beside pip)."""
    found = [one for one in look.installed if one.name in TENSORBOARD]
    by_folder: dict[str, list[Installed]] = defaultdict(list)
    for one in found:
        by_folder[one.folder].append(one)
    doubled = [one for together in by_folder.values() if len(together) > 1 for one in together]
    if not doubled and len({one.name for one in found}) > 1:
        doubled = found
    if doubled:
        yield Finding(
            "tensorboard_twice",
            " and ".join(f"{one.name} {one.version}" for one in doubled) + " are installed.",
            [Place(path=readable(one.record), seen=f"{one.name} {one.version}") for one in doubled],
        )


def misfits(look: Look) -> Iterator[Finding]:
    """Report packages with which the installed TensorBoard does not work."""
    first = _first(look.installed)
    tensorboard = next((first[name] for name in TENSORBOARD if name in first), None)
    if tensorboard is None:
        return
    for misfit in MISFITS:
        package = first.get(misfit.package)
        if package is None or _numbers(tensorboard.version) >= misfit.tensorboard:
            continue
        if _numbers(package.version) >= misfit.version:
            below = ".".join(map(str, misfit.version))
            yield Finding(
                "packages_do_not_fit",
                f"{tensorboard.name} {tensorboard.version} with {package.name} {package.version}: {misfit.why}.",
                [Place(path=readable(one.record)) for one in (tensorboard, package)],
                remedy=f"pip install --upgrade tensorboard, or else: pip install '{misfit.package}<{below}'",
            )
            return
    if look.own_board:
        return
    problem = _trial(look, [first[name] for name in (tensorboard.name, *IMPORTED) if name in first])
    if problem:
        yield Finding(
            "packages_do_not_fit",
            f"{tensorboard.name} {tensorboard.version} cannot be imported: {problem}.",
            [Place(path=readable(tensorboard.record))],
        )


def _trial(look: Look, packages: list[Installed]) -> str:
    """Import what TensorBoard cannot do without, once for each set of packages; return what went wrong."""
    key = tuple((one.record, one.version) for one in packages)
    if key not in _tried and look.left:
        try:
            ended = subprocess.run(  # noqa: S603
                [sys.executable, "-P", "-c", IMPORT],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=min(PLUGIN_SECONDS, look.left),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return ""  # A slow disk, perhaps: no sign of what does not fit.
        last = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        _tried[key] = (last or f"it ended with {ended.returncode}") if ended.returncode else ""
    return _tried.get(key, "")


def plugins(look: Look) -> Iterator[Finding]:
    """Load other people's plugins as TensorBoard does at its start, each package's in a process of its own."""
    owners = {
        point.dist.name
        for point in importlib.metadata.entry_points(group="tensorboard_plugins")
        if point.dist is not None and _normal(point.dist.name) not in OWN_PLUGINS
    }
    if look.own_board or not owners or not any(one.name in TENSORBOARD for one in look.installed):
        return
    failing, slow = [], []
    for owner in sorted(owners):
        seconds = min(PLUGIN_SECONDS, look.left)
        if not seconds:
            look.left_out.append(f"TensorBoard's plugins of {owner} were not loaded: the time was used up.")
            continue
        try:
            loaded = subprocess.run(  # noqa: S603
                [sys.executable, "-P", "-c", LOAD, owner],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            slow.append(Place(seen=f"{owner}: not loaded after {seconds:.0f} s"))
            continue
        if loaded.returncode:
            last = loaded.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            failing.append(Place(seen=f"{owner}: {last or f'ended with {loaded.returncode}'}"))
    for code, places in (("tensorboard_plugin_fails", failing), ("tensorboard_plugin_slow", slow)):
        if places:
            yield Finding(code, f"{places[0].seen}.", places)


def own_versions(look: Look) -> Iterator[Finding]:
    """Report a compiled core of another version than the package around it."""
    here = os.path.realpath(os.path.dirname(os.path.dirname(lightboard.__file__)))
    own = next((one for one in look.installed if one.name == "lightboard" and one.folder == here), None)
    if own is not None and own.version != lightboard.__version__:
        yield Finding(
            "lightboard_versions_differ",
            f"The package is {own.version}, its compiled core {lightboard.__version__}.",
            [Place(path=readable(own.record))],
        )


def installed() -> list[Installed]:
    """List all distributions on the path, in its order, those that others hide included."""
    found = []
    seen = set()
    for one in importlib.metadata.distributions():
        name, folder = one.metadata["Name"], os.path.realpath(str(one.locate_file("")))
        record = os.path.realpath(str(getattr(one, "_path", folder)))
        if name and record not in seen:
            seen.add(record)
            found.append(Installed(_normal(name), one.version or "", folder, record))
    return found


def _first(installed: list[Installed]) -> dict[str, Installed]:
    """Return, by name, those that an import finds."""
    return {one.name: one for one in reversed(installed)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


CHECKS = (tell, tensorboard_twice, misfits, plugins, own_versions)
