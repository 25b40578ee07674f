"""Forked and spawned processes: each logs into files of its own, and none disturbs another."""

import os
import signal
from pathlib import Path

import pytest

from log.program import Program, run, succeed
from log.records import event_files, payloads, points_of, steps


def by_pid(directory: Path) -> dict[int, list[int]]:
    """The steps that each process logged, from the pid in its file's name."""
    found: dict[int, list[int]] = {}
    for path in event_files(directory):
        found.setdefault(int(path.name.split(".")[-2]), []).extend(point.step for point in points_of(path))
    return found


def test_a_forked_child_gets_a_file_of_its_own(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run")
writer.add_scalar("loss", 0.0, 0)
child = os.fork()
if child == 0:
    for step in range(100, 200):
        writer.add_scalar("loss", 0.0, step)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
writer.add_scalar("loss", 0.0, 1)
say(os.getpid()); say(child)
"""
    parent, child = map(int, succeed(text, tmp_path).split())
    assert by_pid(tmp_path / "run") == {parent: [0, 1], child: list(range(100, 200))}


def test_a_forked_child_that_logs_nothing_makes_no_file(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run")
writer.add_scalar("loss", 0.0, 0)
child = os.fork()
if child == 0:
    writer.flush()
    writer.close()
    sys.exit(0)  # The interpreter's exit hooks run in the child as well.
assert os.waitpid(child, 0)[1] == 0
"""
    succeed(text, tmp_path)
    assert len(event_files(tmp_path / "run")) == 1
    assert steps(tmp_path / "run") == [0]


def test_a_child_of_a_child(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run")
for depth in range(3):
    writer.add_scalar("loss", 0.0, depth)
    writer.add_scalars("both", {"a": depth}, depth)
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        os._exit(0) if depth else sys.exit(status)
writer.add_scalar("loss", 0.0, 3)
writer.add_scalars("both", {"a": 3}, 3)
os._exit(0)
"""
    succeed(text, tmp_path)
    for path, tag in ((tmp_path / "run", "loss"), (tmp_path / "run" / "both_a", "both")):
        assert sorted(by_pid(path).values()) == [[0], [1], [2], [3]], tag


def test_fork_while_another_thread_logs(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run")
stop = threading.Event()
logged = 0
def log():
    global logged
    while not stop.is_set():
        writer.add_scalar("busy", 0.0, logged)
        writer.add_scalars("busy_both", {"a": 0.0}, logged)
        logged += 1
thread = threading.Thread(target=log)
thread.start()
children = []
for number in range(30):
    child = os.fork()
    if child == 0:
        for step in range(20):
            writer.add_scalar("child", 0.0, step)
            writer.flush()
        os._exit(0)
    children.append(child)
    if len(children) > 3:
        assert os.waitpid(children.pop(0), 0)[1] == 0
for child in children:
    assert os.waitpid(child, 0)[1] == 0
stop.set()
thread.join()
writer.close()
say(os.getpid()); say(logged)
"""
    pid, logged = map(int, succeed(text, tmp_path).split())
    found = by_pid(tmp_path / "run")
    assert found.pop(pid) == list(range(logged))
    assert list(found.values()) == [list(range(20))] * 30


def test_a_forked_child_closes_what_it_inherits(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run")
writer.add_scalars("loss", {"a": 1.0}, 1)
writer.flush()
child = os.fork()
if child == 0:
    links = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{fd}"))
        except FileNotFoundError:
            pass
    os._exit(sum("tfevents" in link for link in links))
say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert succeed(text, tmp_path).strip() == "0"


@pytest.mark.parametrize("logs", [True, False])
def test_a_forked_child_dies_of_sigterm(tmp_path: Path, logs: bool) -> None:
    text = f"""
writer = SummaryWriter("run")
writer.add_scalar("loss", 0.0, 0)
child = os.fork()
if child == 0:
    if {logs}:
        writer.add_scalar("loss", 0.0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    while True: signal.pause()
say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
writer.add_scalar("loss", 0.0, 2)
"""
    assert succeed(text, tmp_path).strip() == str(-signal.SIGTERM)
    assert sorted(steps(tmp_path / "run")) == ([0, 1, 2] if logs else [0, 2])


def test_a_command_started_by_the_program_dies_of_sigterm(tmp_path: Path) -> None:
    text = """
import subprocess
writer = SummaryWriter("run")
command = subprocess.Popen(["sleep", "1000"])
command.terminate()
say(command.wait())
"""
    assert succeed(text, tmp_path).strip() == str(-signal.SIGTERM)


POOL = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

def log(number):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer = SummaryWriter(f"run{number}")
    for step in range(100):
        writer.add_scalar("loss", 0.0, step)
    kept.append(writer)

kept = []

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1] if len(sys.argv) > 1 else METHOD)
    if EXECUTOR:
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            list(pool.map(log, range(4)))
    else:
        processes = [context.Process(target=log, args=(number,)) for number in range(4)]
        for process in processes: process.start()
        for process in processes: process.join()
        assert [process.exitcode for process in processes] == [0] * 4
"""


@pytest.mark.parametrize("executor", [False, True])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_writers_made_in_children_of_multiprocessing(tmp_path: Path, method: str, executor: bool) -> None:
    succeed(f"METHOD, EXECUTOR = {method!r}, {executor}\n" + POOL, tmp_path)
    for number in range(4):
        assert steps(tmp_path / f"run{number}") == list(range(100))


def test_a_writer_inherited_by_children_of_multiprocessing(tmp_path: Path) -> None:
    text = """
import multiprocessing
writer = SummaryWriter("run")

def log(number):
    for step in range(100):
        writer.add_scalar("loss", 0.0, number * 100 + step)

context = multiprocessing.get_context("fork")
processes = [context.Process(target=log, args=(number,)) for number in range(4)]
for process in processes: process.start()
for process in processes: process.join()
log(4)
"""
    succeed(text, tmp_path)
    assert sorted(steps(tmp_path / "run")) == list(range(500))
    assert len(event_files(tmp_path / "run")) == 5


def test_a_writer_cannot_be_sent_to_another_process(tmp_path: Path) -> None:
    text = """
import copy, pickle
writer = SummaryWriter("run")
for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
    try:
        attempt(writer)
    except TypeError as error:
        say(error)
"""
    lines = succeed(text, tmp_path).splitlines()
    assert len(lines) == 3
    assert all("cannot be pickled" in line and "in the process that logs" in line for line in lines)


def test_threads_lose_and_tear_nothing(tmp_path: Path) -> None:
    # Python changes threads as often as it can, not each 5 ms: many times within each call.
    text = """
sys.setswitchinterval(1e-6)
writer = SummaryWriter("run")
all_there = threading.Barrier(8)
def log(number):
    all_there.wait()
    for step in range(2_500):
        writer.add_scalar(f"thread{number}", step, step)
threads = [threading.Thread(target=log, args=(number,)) for number in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    succeed(text, tmp_path)
    (path,) = event_files(tmp_path / "run")
    assert len(payloads(path)) == 20_001
    found: dict[str, list[int]] = {}
    for point in points_of(path):
        found.setdefault(point.tag, []).append(point.step)
    assert found == {f"thread{number}": list(range(2_500)) for number in range(8)}


def test_sigterm_to_a_whole_group(tmp_path: Path) -> None:
    text = """
os.setpgid(0, 0)
writer = SummaryWriter("run")
logged, told = os.pipe()
for number in range(3):
    if os.fork() == 0:
        writer.add_scalar("loss", 0.0, number)
        os.write(told, b".")
        while True: signal.pause()
writer.add_scalar("loss", 0.0, 3)
for _ in range(3): os.read(logged, 1)
say("logged")
while True: signal.pause()
"""
    program = Program(text, tmp_path)
    program.line()
    os.killpg(program.pid, signal.SIGTERM)
    assert program.end()[0] == -signal.SIGTERM
    assert sorted(steps(tmp_path / "run")) == [0, 1, 2, 3]


def test_os_exit_in_a_forked_child_whose_writer_is_its_own(tmp_path: Path) -> None:
    text = """
if os.fork() == 0:
    writer = SummaryWriter("run")
    for step in range(100):
        writer.add_scalar("loss", 0.0, step)
    os._exit(0)
os.wait()
"""
    assert run(text, tmp_path)[0] == 0
    assert steps(tmp_path / "run") == list(range(100))


def test_a_forked_child_keeps_no_copy_of_large_media_on_the_disk(tmp_path: Path) -> None:
    text = """
import numpy as np
writer = SummaryWriter("run")
for step in range(3):
    writer.add_video("large", np.zeros((1, 100, 3, 256, 256), np.uint8), step)

def unnamed():
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            pass  # That of the listing itself, or one that was just closed.
    return [link for link in found if link.endswith("(deleted)")]

assert unnamed()
child = os.fork()
if child == 0:
    os._exit(len(unnamed()))
assert os.waitpid(child, 0)[1] == 0
"""
    succeed(text, tmp_path)
