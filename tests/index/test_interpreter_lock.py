"""What takes long leaves the interpreter to other threads: every call of the index, and what else reads and waits."""

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np

from lightboard import SummaryWriter, _core

CALLS = """
import json, sys, threading
from array import array
from functools import partial
from itertools import chain, count, islice, repeat, starmap
from operator import itemgetter
from lightboard._core import *
from lightboard.index import decode

folder, cache, event_file, new_file = sys.argv[1:]
index = Index([("runs", folder)], cache_dir=cache)
assert index.refresh(30.0)
(run,) = (run["id"] for run in json.loads(index.runs())["runs"])
listed = decode(index.values("picture", "image", runs=None))
((file,),) = (series["files"] for series in listed.header["series"])
value = (file["id"], int(listed.columns["offset"][0]), 0)
view = dict(axis="step", x_min=None, x_max=None, width=100, smoothing=None)


def again(call, *arguments, **named):
    return starmap(partial(call, *arguments, **named), repeat(()))


# Each goes, and saves its cache, as soon as the next one is taken from the list.
let_go = [Index([("runs", folder)], cache_dir=cache) for _ in range(10)]
assert all(other.refresh(30.0) for other in let_go)

calls = {
    "Index": again(Index, [("runs", folder)]),
    "Index.wait": again(index.wait, 0, 0.0),
    "Index.refresh": again(index.refresh, 0.0),
    "Index.changes": again(index.changes, 0),
    "Index.runs": again(index.runs),
    "Index.tags": again(index.tags),
    "Index.hparams": again(index.hparams),
    "Index.run_hparams": again(index.run_hparams, run),
    "Index.series": again(index.series),
    "Index.columns": again(index.columns, run, "loss"),
    "Index.scalars": again(index.scalars, ["loss"], runs=None, **view),
    "Index.groups": again(index.groups, ["loss"], [("all", [run])], alignment=None, **view),
    "Index.table": again(index.table, ["loss"], runs=None, at_step=None),
    "Index.values": again(index.values, "picture", "image", runs=None),
    "Index.reduce": again(index.reduce, run, "loss"),
    "Index.described": again(index.described, run, "loss", "scalar"),
    "Index.read_values": again(index.read_values, run, "picture", "image", [value], with_files=True),
    "Index.value_file": again(index.value_file, run, "picture", "image", value, 0),
    "Index.close": again(index.close),
    "Index.__del__": map(let_go.pop, repeat(-1, len(let_go))),
    "EventReader.feed": again(EventReader().feed, b"", False),
    "audit_file": again(audit_file, event_file, 1.0),
    "recover_file": map(recover_file, repeat(event_file), map(new_file.format, count())),
    "list_caches": again(list_caches, cache),
    "clear_caches": again(clear_caches, cache, folder),
    "to_float32": again(to_float32, array("d", bytes(1 << 20))),
}
# Who waits for the interpreter asks for it at once. Python gives way between two steps of a program, of which there is
# none while the calls are made again and again, or where a call gives it up: then it waits until the other one had it.
sys.setswitchinterval(1e-6)


def gives_way(calls, times):
    turn, ran = threading.Lock(), []
    turn.acquire()
    other = threading.Thread(target=lambda: (turn.acquire(), ran.append(True)))
    other.start()
    steps = chain(starmap(turn.release, [()]), islice(calls, times))
    gave = any(map(itemgetter(1), zip(steps, map(len, repeat(ran)))))
    other.join()
    return gave


assert not gives_way(again(kinds), 20_000), "a call that gives nothing up lets nobody run"
for name, call in calls.items():
    # It ends as soon as the other one ran, which may be late where much else runs.
    print(name, gives_way(call, 50 if name == "Index" else 2_000_000), flush=True)
"""

# They look at what is in memory already, and are over at once.
SHORT = {
    "Index.version",
    "Index.closed",
    "Index.arrow_points",
    "EventReader.offset",
    "EventReader.records",
    "EventReader.file_version",
    "EventReader.source_writer",
    "EventReader.series",
    "EventReader.damage",
    "EventReader.tail",
    "arrow_table",
    "kinds",
}


# Of the writer.
LOGGING = {
    "check_picture",
    "check_sound",
    "check_video",
    "default_edges",
    "frame",
    "watch_forks",
}


def names(owner: object, prefix: str = "") -> set[str]:
    return {f"{prefix}{name}" for name in vars(owner) if not name.startswith("_")}


def test_other_threads_run_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    with SummaryWriter(folder) as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.add_image("picture", np.zeros((3, 4, 4), np.uint8), 0)
    (event_file,) = folder.iterdir()
    arguments = [folder, tmp_path / "cache", event_file, tmp_path / "recovered-{}"]
    done = subprocess.run(
        [sys.executable, "-c", CALLS, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    gave_way = dict(line.split() for line in done.stdout.splitlines())
    assert [name for name, gave in gave_way.items() if gave != "True"] == []
    # A new call belongs among them, or among those that are short.
    of_classes = names(_core.Index, "Index.") | names(_core.EventReader, "EventReader.")
    calls = {name for name in names(_core) if not inspect.isclass(getattr(_core, name))}
    assert (of_classes | calls | {"Index"}) - SHORT - LOGGING == set(gave_way) - {"Index.__del__"}
