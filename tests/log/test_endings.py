"""However a program ends: what it logged is on disk."""

import os
import signal
import statistics
import time
from pathlib import Path

import pytest

from lightboard.events import read
from log.program import Program, run, succeed, until
from log.records import event_files, points, points_so_far, steps

LOG_100 = """
writer = SummaryWriter("run")
for step in range(100):
    writer.add_scalar("loss", step / 2, step)
"""


def test_normal_exit_without_close(tmp_path: Path) -> None:
    succeed(LOG_100, tmp_path)
    assert steps(tmp_path / "run") == list(range(100))


def test_sys_exit_without_close(tmp_path: Path) -> None:
    assert run(LOG_100 + "sys.exit(7)", tmp_path)[0] == 7
    assert steps(tmp_path / "run") == list(range(100))


def test_uncaught_exception(tmp_path: Path) -> None:
    status, _, err = run(LOG_100 + "raise RuntimeError('diverged')", tmp_path)
    assert (status, "diverged" in err) == (1, True)
    assert steps(tmp_path / "run") == list(range(100))


def test_uncaught_exception_in_a_with_block(tmp_path: Path) -> None:
    text = (
        "with SummaryWriter('run') as writer:\n    writer.add_scalar('loss', 1.0, 3)\n    raise RuntimeError"
    )
    assert run(text, tmp_path)[0] == 1
    assert steps(tmp_path / "run") == [3]


def test_keyboard_interrupt(tmp_path: Path) -> None:
    program = Program(LOG_100 + "say('logged'); signal.pause()", tmp_path)
    program.line()
    os.kill(program.pid, signal.SIGINT)
    assert program.end()[0] == -signal.SIGINT
    assert steps(tmp_path / "run") == list(range(100))


def test_records_of_other_exit_hooks(tmp_path: Path) -> None:
    text = "import atexit\natexit.register(lambda: writer.add_scalar('loss', 0.0, 100))\n" + LOG_100
    _, _, err = run(text, tmp_path)
    assert steps(tmp_path / "run") == list(range(101))
    assert "Warning" not in err


def test_forgotten_writers_are_closed(tmp_path: Path) -> None:
    text = """
import gc
for number in range(50):
    SummaryWriter("run").add_scalar("loss", 0.0, number)
gc.collect()
say(len([name for name in os.listdir("/proc/self/task")]))
say(len([fd for fd in os.listdir("/proc/self/fd")]))
"""
    threads, descriptors = map(int, succeed(text, tmp_path).split())
    assert threads <= 3
    assert descriptors < 20
    assert sorted(steps(tmp_path / "run")) == list(range(50))


@pytest.mark.parametrize(
    ("name", "meanwhile"),
    [
        ("waiting", "while True: signal.pause()"),
        ("in a Python loop", "while True: pass"),
        ("in a C call that keeps the interpreter locked", "sum(range(10**12))"),
    ],
)
def test_sigterm(tmp_path: Path, name: str, meanwhile: str) -> None:
    program = Program(LOG_100 + f"say('logged')\n{meanwhile}", tmp_path)
    program.line()
    os.kill(program.pid, signal.SIGTERM)
    assert program.end()[0] == -signal.SIGTERM
    assert steps(tmp_path / "run") == list(range(100))


def test_sigterm_with_many_writers(tmp_path: Path) -> None:
    text = """
writers = [SummaryWriter(f"run{number}") for number in range(8)]
for writer in writers:
    writer.add_scalars("loss", {"train": 1.0, "test": 2.0}, 1)
os.kill(os.getpid(), signal.SIGTERM)
while True: signal.pause()
"""
    assert run(text, tmp_path)[0] == -signal.SIGTERM
    for number in range(8):
        for key in ("train", "test"):
            assert steps(tmp_path / f"run{number}" / f"loss_{key}") == [1]


@pytest.mark.parametrize("before", [True, False])
def test_sigterm_with_a_handler_of_the_programs_own(tmp_path: Path, before: bool) -> None:
    handle = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))\n"
    text = (handle + LOG_100 if before else LOG_100 + handle) + "say('logged')\nwhile True: signal.pause()"
    program = Program(text, tmp_path)
    program.line()
    os.kill(program.pid, signal.SIGTERM)
    assert program.end()[0] == 3
    assert steps(tmp_path / "run") == list(range(100))


def test_sigterm_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    text = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        + LOG_100
        + "os.kill(os.getpid(), signal.SIGTERM); say('on')"
    )
    assert succeed(text, tmp_path).strip() == "on"


def test_sigkill_loses_nothing_that_was_handed_over(tmp_path: Path) -> None:
    program = Program(LOG_100 + "say('logged'); signal.pause()", tmp_path)
    program.line()
    until(lambda: len(seen(tmp_path / "run")) == 100, "all records, without a flush")
    program.process.kill()
    program.end()
    assert steps(tmp_path / "run") == list(range(100))


def test_records_are_handed_over_within_200_ms(tmp_path: Path) -> None:
    text = """
import time
writer = SummaryWriter("run")
while True:
    writer.add_scalar("loss", time.time(), double_precision=True, new_style=True)
    time.sleep(0.001)
"""
    program = Program(text, tmp_path)
    until((tmp_path / "run").exists, "the run")
    delays: list[float] = []
    known = 0

    def more() -> bool:
        nonlocal known
        logged, now = seen(tmp_path / "run"), time.time()
        delays.extend([now - logged[known]] if len(logged) > known else [])
        known = len(logged)
        return len(delays) == 15

    until(more, "15 hand-overs")
    program.process.kill()
    program.end()
    # Of each hand-over, what its oldest record waited: what SIGKILL costs at worst. The median, since a machine that is
    # busy with other things delays some.
    assert statistics.median(delays) <= 0.2


def seen(directory: Path) -> list[float]:
    """The values of the whole records that are on disk at this moment."""
    series = [read(path).series for path in event_files(directory)]
    return [float(value) for each in series if "loss" in each for value in each["loss"].value]


def test_flush_is_a_barrier(tmp_path: Path) -> None:
    text = LOG_100 + "writer.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    assert run(text, tmp_path)[0] == -signal.SIGKILL
    assert steps(tmp_path / "run") == list(range(100))


def test_flush_is_a_barrier_for_other_threads_and_sub_runs(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run")
def log(number):
    for step in range(1000):
        writer.add_scalar(f"thread{number}", step, step)
        writer.add_scalars("both", {"a": step, "b": -step}, step)
threads = [threading.Thread(target=log, args=(number,)) for number in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
writer.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run(text, tmp_path)[0] == -signal.SIGKILL
    for number in range(4):
        assert steps(tmp_path / "run", f"thread{number}") == list(range(1000))
    for key in "ab":
        assert sorted(steps(tmp_path / "run" / f"both_{key}", "both")) == sorted(list(range(1000)) * 4)


def test_header_is_on_disk_when_the_constructor_returns(tmp_path: Path) -> None:
    assert run("SummaryWriter('run'); os.kill(os.getpid(), signal.SIGKILL)", tmp_path)[0] == -signal.SIGKILL
    assert points(tmp_path / "run") == []


def test_flush_secs_below_the_hand_over_is_honoured(tmp_path: Path) -> None:
    program = Program(
        "SummaryWriter('run', flush_secs=0).add_scalar('loss', 1.0, 1); say('.'); signal.pause()", tmp_path
    )
    program.line()
    until(lambda: [point.step for point in points_so_far(tmp_path / "run")] == [1], "the record")
    program.process.kill()
    program.end()


def test_logging_after_close_opens_a_new_file_and_warns_once(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run", purge_step=0)
writer.add_scalar("loss", 0.0, 0)
writer.close()
writer.close()
writer.flush()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    writer.add_scalar("loss", 0.0, 1)
    writer.close()
    writer.add_scalar("loss", 0.0, 2)
say(heard(warned))
say(warned[0].filename == __file__)
"""
    heard, filename = succeed(text, tmp_path).splitlines()
    assert heard.count("logging after close()") == 1
    assert filename == "True"
    assert len(event_files(tmp_path / "run")) == 3
    assert sorted(steps(tmp_path / "run")) == [0, 1, 2]


def test_closing_while_other_threads_log(tmp_path: Path) -> None:
    text = """
warnings.simplefilter("ignore")
writer = SummaryWriter("run")
def log(number):
    for step in range(1000):
        writer.add_scalar(f"thread{number}", step, step)
        if step % 500 == 0:
            writer.add_scalars("both", {str(number): step}, step)
threads = [threading.Thread(target=log, args=(number,)) for number in range(4)]
for thread in threads: thread.start()
for _ in range(10):
    writer.close()
    writer.flush()
for thread in threads: thread.join()
"""
    succeed(text, tmp_path)
    for number in range(4):
        assert sorted(steps(tmp_path / "run", f"thread{number}")) == list(range(1000))
        assert sorted(steps(tmp_path / "run" / f"both_{number}", "both")) == [0, 500]


def test_warnings_that_are_errors_lose_nothing_of_other_writers(tmp_path: Path) -> None:
    text = """
import shutil, time
warnings.filterwarnings("error", category=LightboardWarning)
def log():
    writers = [SummaryWriter(f"run{number}") for number in range(20)]
    for writer in writers:
        writer.add_scalar("loss", 0.0, 0)
        writer.flush()
    time.sleep(0.2)  # How often a file is looked for.
    shutil.rmtree("run7")
    shutil.rmtree("run11")
    for writer in writers:
        writer.add_scalar("loss", 0.0, 1)
    logged.set()
    signal.pause()
logged = threading.Event()
threading.Thread(target=log, daemon=True).start()
logged.wait()
"""
    _, _, err = run(text, tmp_path)
    for number in range(20):
        assert steps(tmp_path / f"run{number}") == ([1] if number in (7, 11) else [0, 1])
    assert all(f"run{number}" in err for number in (7, 11))
