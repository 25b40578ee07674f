"""A disk that is full, or fails: training goes on, what fits in memory is kept, nothing is torn.

Each test runs twice: on a small tmpfs, which needs root, and with a limit on the size of files as the fault.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from log.program import Program, succeed
from log.records import event_files, payloads, steps

LIMIT = 256 * 1024


class Disk(NamedTuple):
    """A place with little room, and the program text that fills it and frees it."""

    path: Path
    fill: str
    free: str


@pytest.fixture(params=["tmpfs", "limit on file sizes"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if request.param != "tmpfs":
        limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({}, resource.RLIM_INFINITY))"
        yield Disk(tmp_path, limit.format(LIMIT), limit.format("resource.RLIM_INFINITY"))
        return
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={2 * LIMIT}", "tmpfs", path],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(
            f"mounting a tmpfs needs root: {mounted.stderr.strip()}; the limit on file sizes is tested"
        )
    ballast = path / "ballast"
    yield Disk(path, f"open({str(ballast)!r}, 'wb').write(bytes({LIMIT}))", f"os.unlink({str(ballast)!r})")
    subprocess.run(["umount", "--lazy", path], check=True)


LOG_MORE_THAN_FITS = """
writer = SummaryWriter("run" {options})
{fill}
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    for step in range(9_000):
        writer.add_scalar("loss", step, step)
    writer.flush()
say(heard(warned))
"""


def test_freed_disk(disk: Disk) -> None:
    text = (
        LOG_MORE_THAN_FITS.format(fill=disk.fill, options="")
        + f"""
{disk.free}
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    for step in range(9_000, 9_100):
        writer.add_scalar("loss", step, step)
    writer.close()
say(heard(warned))
"""
    )
    program = Program(text, disk.path)
    while_full, after = json.loads(program.line()), json.loads(program.line())
    assert program.end()[0] == 0
    assert len(while_full) == 1
    assert "cannot write to" in while_full[0]
    assert str(disk.path / "run") in while_full[0]
    assert "No space left" in while_full[0] or "File too large" in while_full[0]
    assert after == []
    assert len(event_files(disk.path / "run")) == 1
    assert steps(disk.path / "run") == list(range(9_100))


def test_full_disk_until_close(disk: Disk) -> None:
    text = (
        LOG_MORE_THAN_FITS.format(fill=disk.fill, options="")
        + """
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    writer.close()
say(heard(warned))
"""
    )
    program = Program(text, disk.path)
    program.line()
    (lost,) = json.loads(program.line())
    assert program.end()[0] == 0
    found = steps(disk.path / "run")  # Reads to the very end: the torn record has been cut off.
    assert found == list(range(len(found)))
    assert 0 < len(found) < 9_000
    assert f"{9_000 - len(found)} records" in lost
    assert "lost" in lost


def test_full_disk_at_exit(disk: Disk) -> None:
    program = Program(LOG_MORE_THAN_FITS.format(fill=disk.fill, options=""), disk.path)
    program.line()
    status, _, err = program.end()
    assert status == 0
    assert "records for" in err
    found = steps(disk.path / "run")
    assert found == list(range(len(found)))


def test_raise(disk: Disk) -> None:
    text = f"""
writer = SummaryWriter("run", on_error="raise")
{disk.fill}
try:
    for step in range(9_000):
        writer.add_scalar("loss", step, step)
    writer.flush()
except OSError as error:
    say(json.dumps([error.errno, error.filename, str(error)]))
{disk.free}
writer.close()
say(step)
"""
    program = Program(text, disk.path)
    errno, filename, message = json.loads(program.line())
    last = int(program.line())
    assert program.end()[0] == 0
    assert os.strerror(errno) in message
    assert filename == str(event_files(disk.path / "run")[0])
    assert steps(disk.path / "run") == list(range(last + 1))


def test_the_newest_are_dropped_and_counted_when_memory_is_full(tmp_path: Path) -> None:
    text = f"""
import resource
writer = SummaryWriter("run")
resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, resource.RLIM_INFINITY))
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    for step in range(1_000_000):
        writer.add_scalar("a tag that is as long as it takes to fill the memory soon" * 4, step, step)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    writer.flush()
    writer.add_scalar("loss", 1.0, 1_000_000)
    writer.close()
say(heard(warned))
"""
    program = Program(text, tmp_path)
    failing, lost = json.loads(program.line())
    assert program.end()[0] == 0
    (path,) = event_files(tmp_path / "run")
    on_disk = len(payloads(path)) - 1
    assert path.stat().st_size < 80 << 20
    assert "cannot write to" in failing
    assert f"{1_000_001 - on_disk} records" in lost
    assert "Writing works again" in lost


def test_a_full_disk_holds_no_loop_up(disk: Disk) -> None:
    text = (
        LOG_MORE_THAN_FITS.format(fill=disk.fill, options="")
        + """
import time
start = time.perf_counter()
for step in range(100_000):
    writer.add_scalar("loss", step, step)
say(time.perf_counter() - start)
os._exit(0)
"""
    )
    program = Program(text, disk.path)
    program.line()
    assert float(program.line()) < 5
    assert program.end()[0] == 0


@pytest.mark.parametrize("mode", ["raise", "warnings as errors"])
@pytest.mark.parametrize(
    "call",
    [
        "add_scalars('m', {'a': 1.0, 'b': 2.0}, 7)",
        "add_hparams({'lr': 1}, {'m': 2.0}, None, 'trial', 7)",
        "file_writer.add_graph((GraphDef(), RunMetadata()))",
    ],
)
def test_a_call_that_tells_of_a_full_disk_logs_all_the_same(tmp_path: Path, mode: str, call: str) -> None:
    text = f"""
import resource
from tensorboard.compat.proto.config_pb2 import RunMetadata
from tensorboard.compat.proto.graph_pb2 import GraphDef
writer = SummaryWriter("run", on_error={"raise" if mode == "raise" else "warn"!r})
if {mode != "raise"}: warnings.filterwarnings("error", category=LightboardWarning)
writer.add_scalars("m", {{"a": 0, "b": 0}}, 0)
writer.add_hparams({{"lr": 1}}, {{"m": 0}}, None, "trial", 0)
writer.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (50, resource.RLIM_INFINITY))
writer.add_scalar("loss", 0, 0)
writer._files.core.flush()  # What it finds is told by the next call.
try:
    writer.{call}
except (OSError, LightboardWarning):
    say("told")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer.close()
"""
    assert succeed(text, tmp_path) == "told\n"
    run = tmp_path / "run"
    if "scalars" in call:
        assert [steps(run / key, "m") for key in ("m_a", "m_b")] == [[0, 7], [0, 7]]
    elif "hparams" in call:
        assert len(payloads(event_files(run / "trial")[0])) == 1 + 2 * 4
        assert steps(run / "trial", "m") == [0, 7]
    else:
        assert len(payloads(event_files(run)[0])) == 4
