"""Every public name of the peers' writers is there, and takes what theirs takes."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import lightboard.events
import lightboard.log
from lightboard.log import FileWriter, SummaryWriter
from log.peers import PEERS

# Of tensorboardX: what it keeps in memory of add_scalars, without bound (`lightboard.open` reads that from the files),
# and what its constructors were given.
LEFT_OUT = {"SummaryWriter.export_scalars_to_json", "FileWriter.use_metadata"}
LEFT_OUT_ATTRIBUTES = {"export_scalars_to_json", "scalar_dict", "kwargs"}

Parameters = dict[str, inspect.Parameter]


def classes(peer: str) -> Iterator[tuple[type[Any], type[Any]]]:
    """Each public class of the peer that has one of ours in its place, and that one."""
    reason = "run by make test-torch"
    module = pytest.importorskip("torch.utils.tensorboard" if peer == "torch" else peer, reason=reason)
    for name in ("SummaryWriter", "FileWriter", "GlobalSummaryWriter"):
        if hasattr(module, name):
            yield getattr(module, name), getattr(lightboard.log, name)
    if peer == "torch":  # tensorboardX has another class of this name.
        yield module.RecordWriter, lightboard.events.RecordWriter


def methods(of: type[Any]) -> dict[str, Parameters]:
    """The public methods, and the constructor, with what each takes."""
    return {
        name: dict(inspect.signature(member).parameters)
        for name, member in inspect.getmembers(of, inspect.isfunction)
        if not name.startswith("_") or name == "__init__"
    }


@pytest.mark.parametrize("peer", PEERS)
def test_every_method_is_there_and_takes_the_same(peer: str) -> None:
    wrong = []
    for theirs, ours in classes(peer):
        mine = methods(ours)
        for name, parameters in methods(theirs).items():
            where = f"{theirs.__module__}.{theirs.__name__}.{name}"
            if f"{theirs.__name__}.{name}" in LEFT_OUT:
                continue
            if name not in mine:
                wrong.append(f"{where} is missing")
                continue
            # Where the two differ, torch's places win; what is tensorboardX's is taken by name.
            places = len(parameters) if peer == "torch" else 0
            wrong += [f"{where}: {what}" for what in differences(parameters, mine[name], places)]
    assert wrong == []


def differences(theirs: Parameters, ours: Parameters, places: int) -> Iterator[str]:
    """What a call that theirs takes would meet here; the first `places` parameters are to have the same place."""
    anything = any(it.kind is inspect.Parameter.VAR_KEYWORD for it in ours.values())
    order = [name for name, it in ours.items() if it.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    for place, (name, parameter) in enumerate(theirs.items()):
        if parameter.kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL):
            continue
        if place < places and order[place : place + 1] != [name]:
            yield f"{name!r} has another place"
        if name not in ours:
            if not anything:
                yield f"no parameter {name!r}"
        elif parameter.default is not inspect.Parameter.empty and not _same(
            ours[name].default, parameter.default
        ):
            yield f"{name!r} is {ours[name].default!r} by default, {parameter.default!r} there"

    for name, parameter in ours.items():
        is_variable = parameter.kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        if parameter.default is inspect.Parameter.empty and not is_variable and name not in theirs:
            yield f"{name!r} is required, and not there"


def test_a_parameter_that_no_peer_knows_is_noticed() -> None:
    def theirs(tag: str, step: int = 0) -> None: ...
    def ours(tag: str, step: int = 0, *, unknown: int) -> None: ...

    found = differences(
        dict(inspect.signature(theirs).parameters), dict(inspect.signature(ours).parameters), 2
    )
    assert list(found) == ["'unknown' is required, and not there"]


# Where a docstring says what stands in the file: in the specification, or by naming a method that does.
WRITES = re.compile(r"spec/events\.md|(?:[Ww]ritten as by|Otherwise as|: see) `add_\w+`")
WRITE_NO_RECORD = {
    f"SummaryWriter.{name}" for name in ("add_embedding", "close", "flush", "get_logdir", "use_metadata")
}


def _public(of: type[Any]) -> list[tuple[str, Any]]:
    members = inspect.getmembers(of, inspect.isfunction)
    return [(f"{of.__name__}.{name}", member) for name, member in members if not name.startswith("_")]


def test_every_method_says_what_it_takes_and_when_it_raises() -> None:
    wrong = []
    for of in (SummaryWriter, FileWriter):
        for name, method in _public(of):
            text = inspect.getdoc(method) or ""
            arguments = [it for it in inspect.signature(method).parameters if it != "self"]
            described = re.findall(
                r"^    (\w+): ", text.partition("Args:\n")[2].partition("\n\n")[0], re.MULTILINE
            )
            if not text or (arguments and described != arguments):
                wrong.append(f"{name} takes {arguments}, and describes {described}")
            if arguments and "Raises:\n" not in text:
                wrong.append(f"{name} says nothing of what it raises")
            if of is SummaryWriter and not WRITES.search(text) and name not in WRITE_NO_RECORD:
                wrong.append(f"{name} does not say what it writes, or by which other method")
    assert wrong == []


def _same(ours: object, theirs: object) -> bool:
    return ours == theirs or (ours is None and theirs == {"disabled": True})


@pytest.mark.parametrize("peer", PEERS)
def test_every_attribute_is_there(peer: str, tmp_path: Any) -> None:
    (theirs, ours), *_ = classes(peer)
    their_writer, our_writer = theirs(str(tmp_path / "theirs")), ours(str(tmp_path / "ours"))
    names = {name for name in dir(their_writer) if not name.startswith("_")} - LEFT_OUT_ATTRIBUTES
    assert sorted(names - set(dir(our_writer))) == []
    their_writer.close()
    our_writer.close()
