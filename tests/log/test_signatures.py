"""Every public name of the peers' writers is there, and takes what theirs takes."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import lightboard
import lightboard.log
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
