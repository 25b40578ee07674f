"""Numbers that a device is still computing: the calling thread does not wait, and nothing is lost or out of order."""

import errno
import math
import os
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from lightboard import LightboardWarning, SummaryWriter
from lightboard.log import awaited
from log.devices import LIBRARY, Stream, Tensor
from log.devices import Event as DeviceEvent
from log.program import succeed, until
from log.records import Point, event_files, events, points, points_of, steps

# What a program in another directory needs to find the device.
FIND = f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_calls_do_not_wait_and_keep_their_order(tmp_path: Path, stream: Stream) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("before", 1.0, 0)
        moments = [time.time()]
        loss = Tensor(stream, 0.5)
        writer.add_scalar("loss", loss, 1)
        moments.append(time.time())
        loss.fill_(99.0)
        writer.add_scalar("loss", 0.25, 2)
        writer.log({"loss": 0.75, "acc": Tensor(stream, 0.125, (1, 1))}, 3)
        writer.add_scalar("lr", 2.0, 4, 1763800000.25)
        assert [point.tag for point in points(tmp_path)] in ([], ["before"])
        stream.run()
        writer.flush()
        writer.add_scalar("after", 3.0, 5)
    assert points(tmp_path) == [
        Point("before", 0, 1), Point("loss", 1, 0.5), Point("loss", 2, 0.25), Point("loss", 3, 0.75),
        Point("acc", 3, 0.125), Point("lr", 4, 2), Point("after", 5, 3),
    ]  # fmt: skip
    times = [event.wall_time for event in events(event_files(tmp_path)[0])]
    assert moments[0] <= times[2] <= moments[1]
    assert times[5] == 1763800000.25


@pytest.mark.parametrize(
    ("value", "stored"),
    [(0.5, 0.5), (3, 3), (True, 1), (math.inf, math.inf), (1e300, math.inf)],
    ids=repr,
)
def test_numbers_of_any_kind(tmp_path: Path, stream: Stream, value: Any, stored: float) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("a", Tensor(stream, value, (1,)), 7)
        stream.run()
    assert points(tmp_path) == [Point("a", 7, stored)]


class Foreign:
    """A number of a library that is like torch in this alone."""

    is_cuda = True

    def item(self) -> float:
        return 0.5


class Subclass(Tensor):
    """Of a program's own."""

    def item(self) -> float:
        return 1.5


@pytest.mark.parametrize("module", [None, "nowhere", "lightboard.log"], ids=repr)
def test_what_another_library_holds_on_a_gpu_is_fetched_as_ever(
    tmp_path: Path, stream: Stream, monkeypatch: pytest.MonkeyPatch, module: str | None
) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("subclass", Subclass(stream, 1.5), 0)
        if module is not None:
            monkeypatch.setattr(Foreign, "__module__", module)
        writer.add_scalar("foreign", Foreign(), 0)
        writer.log({"logged": Foreign()}, 0)
    assert points(tmp_path) == [
        Point("subclass", 0, 1.5),
        Point("foreign", 0, 0.5),
        Point("logged", 0, 0.5),
    ]


def test_add_scalars_and_steps_that_are_counted(tmp_path: Path, stream: Stream) -> None:
    with SummaryWriter(tmp_path) as writer:
        for number in range(3):
            writer.add_scalars("loss", {"a": Tensor(stream, number), "b": number})
            writer.add_scalar("lr", number)
        stream.run()
    for key in "ab":
        assert points(tmp_path / f"loss_{key}") == [Point("loss", number, number) for number in range(3)]
    assert steps(tmp_path, "lr") == [0, 1, 2]


def test_hparams_and_summaries_wait_behind_the_device(tmp_path: Path, stream: Stream) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("m", Tensor(stream, 0.5), 0)
        writer._get_file_writer().add_summary(Summary(value=[Summary.Value(tag="m", simple_value=1)]), 1)
        writer._get_file_writer().add_event(
            Event(summary=Summary(value=[Summary.Value(tag="m", simple_value=2)])), 2
        )
        moments = [time.time()]
        writer.add_hparams({"lr": 0.1}, {"m": Tensor(stream, 3.5), "n": 4.0})
        moments.append(time.time())
        writer.add_hparams({"lr": 0.2}, {"m": Tensor(stream, 5.0)}, run_name="trial", global_step=7)
        stream.run()
    assert points(tmp_path) == [
        Point("m", 0, 0.5), Point("m", 1, 1), Point("m", 2, 2), Point("m", 2, 3.5), Point("n", 0, 4),
    ]  # fmt: skip
    assert points(tmp_path / "trial") == [Point("m", 7, 5)]
    assert moments[0] <= events(event_files(tmp_path)[0])[-2].wall_time <= moments[1]


def test_what_is_refused_is_refused_at_once(tmp_path: Path, stream: Stream) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match=r"tag 'a': expected one number, found .* of shape \(2,\)"):
            writer.add_scalar("a", Tensor(stream, 0.5, (2,)), 1)
        with pytest.raises(TypeError, match="global_step"):
            writer.add_scalar("a", Tensor(stream, 0.5), object())
        with pytest.raises(TypeError, match="walltime"):
            writer.add_scalar("a", Tensor(stream, 0.5), 1, object())  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="tag 'b'"):
            writer.log({"a": Tensor(stream, 0.5), "b": object()}, 1)
        stream.run()
    assert points(tmp_path) == []


def test_flush_waits_for_the_device(tmp_path: Path, stream: Stream) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step in range(100):
            writer.add_scalar("loss", Tensor(stream, step), step)
        threading.Thread(target=stream.run).start()
        writer.flush()
        assert steps(tmp_path) == list(range(100))


def test_a_writer_that_is_left_open(tmp_path: Path) -> None:
    succeed(
        FIND
        + """
from log.devices import Stream, Tensor
stream = Stream()
writer = SummaryWriter("run")
for step in range(100):
    writer.add_scalar("loss", Tensor(stream, step), step)
threading.Timer(0.1, stream.run).start()
""",
        tmp_path,
    )
    assert steps(tmp_path / "run") == list(range(100))


def test_a_writer_that_is_dropped(tmp_path: Path, stream: Stream) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("loss", Tensor(stream, 1), 1)
    files = writer._files
    ended = files.core
    del writer, files
    assert not ended.is_closed
    stream.run()
    until(
        lambda: ended.is_closed and steps(tmp_path) == [1], "the files are closed, with all that was logged"
    )


def test_logging_after_close(tmp_path: Path, stream: Stream) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("loss", Tensor(stream, 1), 1)
    stream.run()
    writer.close()
    writer.add_scalar("loss", Tensor(stream, 2), 2)
    stream.run()
    with pytest.warns(LightboardWarning, match="after close"):
        writer.close()
    assert steps(tmp_path) == [1, 2]


def test_a_device_that_fails_costs_its_own_numbers(tmp_path: Path, stream: Stream) -> None:
    broken = Stream()
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", Tensor(stream, 1), 1)
        writer.add_scalar("loss", Tensor(broken, 2), 2)
        writer.log({"loss": 3, "acc": Tensor(broken, 3)}, 3)
        writer.add_scalar("loss", Tensor(stream, 4), 4)
        broken.failure = "device-side assert triggered\nand much more"
        broken.run()
        stream.run()
        with pytest.warns(LightboardWarning) as warned:
            writer.flush()
        (warning,) = warned
        assert "number of tag 'loss' is lost, since the device failed: device-side assert" in str(
            warning.message
        )
        assert "more" not in str(warning.message)
        # From now on it fails at once: as where there is no queue.
        with pytest.raises(RuntimeError, match="device-side assert"):
            writer.add_scalar("loss", Tensor(broken, 5), 5)
    assert points(tmp_path) == [Point("loss", 1, 1), Point("loss", 3, 3), Point("loss", 4, 4)]


def test_a_device_that_hangs(tmp_path: Path, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awaited, "PATIENCE_SECS", 0.01)
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("loss", Tensor(stream, 1), 1)
    writer.add_scalar("loss", 2, 2)
    with pytest.warns(LightboardWarning, match="2 calls are not logged yet: the device"):
        writer.flush()
    with pytest.warns(LightboardWarning, match="2 calls are lost"):
        writer.close()
    stream.run()  # Too late, and no reason to open the files again.
    assert points(tmp_path) == []
    assert len(event_files(tmp_path)) == 1


TAG = "x" * 300
BIG = Summary(value=[Summary.Value(tag="big", simple_value=1), Summary.Value(tag="text" * (1 << 18))])
MANY = {
    "calls": (
        lambda writer, step, stream: writer.add_scalar("loss", Tensor(stream, step), step),
        2_000,
        8_000,
    ),
    "numbers": (
        lambda writer, step, stream: writer.log({f"{TAG}{it}": Tensor(stream, it) for it in range(20)}, step),
        50,
        400,
    ),
    "bytes": (lambda writer, step, _: writer._get_file_writer().add_summary(BIG, step), 4, 9),
}


@pytest.mark.parametrize(("log", "least", "most"), MANY.values(), ids=MANY)
def test_the_queue_is_bounded(
    tmp_path: Path,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
    log: Callable[[SummaryWriter, int, Stream], None],
    least: int,
    most: int,
) -> None:
    monkeypatch.setattr(awaited, "SAID_AFTER_SECS", 0.01)
    said: list[str] = []

    def computed_when_it_is_said(message: Warning, *_: object, **__: object) -> None:
        said.append(str(message))
        stream.run()

    with SummaryWriter(tmp_path) as writer, warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", computed_when_it_is_said)
        writer.add_scalar("first", Tensor(stream, 0), 0)
        taken = 0
        while not said:
            assert taken <= most
            log(writer, taken, stream)
            taken += 1
        stream.run()
    assert least < taken <= most
    assert said[0].startswith(f"{taken} calls wait for numbers that the device has not computed yet")
    written = {point.step for point in points(tmp_path)}
    assert written == set(range(taken))


class Instant(Stream):
    """A device that computes at once."""

    def ask(self, work: Callable[[], None]) -> None:
        work()


def test_where_no_thread_can_be_had_the_call_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with SummaryWriter(tmp_path) as writer:
        monkeypatch.setattr(threading.Thread, "start", refused)
        for step in range(3):
            writer.add_scalar("loss", Tensor(Instant(), step), step)
            writer.add_scalar("loss", step + 0.5, step)
        assert not writer._files.awaited.is_waiting
        writer.close()
    assert [point.value for point in points(tmp_path)] == [0, 0.5, 1, 1.5, 2, 2.5]


def test_an_interrupt_while_the_thread_starts(
    tmp_path: Path, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: threading.Thread) -> None:
        raise KeyboardInterrupt

    with SummaryWriter(tmp_path) as writer:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", interrupted)
            with pytest.raises(KeyboardInterrupt):
                writer.add_scalar("loss", Tensor(stream, 1), 1)
        writer.add_scalar("loss", Tensor(stream, 2), 2)
        stream.run()
    assert steps(tmp_path) == [2]


def test_logging_in_an_exit_hook(tmp_path: Path) -> None:
    succeed(
        FIND
        + """
import atexit
from log.devices import Stream, Tensor
class Instant(Stream):
    def ask(self, work):
        work()
writer = SummaryWriter("run")
def evaluate():
    writer.add_scalar("loss", Tensor(Instant(), 1), 1)
    writer.add_scalar("loss", 2, 2)
atexit.register(evaluate)
""",
        tmp_path,
    )
    assert steps(tmp_path / "run") == [1, 2]


def test_whatever_is_raised_in_the_thread_costs_one_call(
    tmp_path: Path, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(_: DeviceEvent) -> None:
        raise SystemExit("left")

    with SummaryWriter(tmp_path) as writer:
        with monkeypatch.context() as patch:
            patch.setattr(DeviceEvent, "synchronize", left)
            writer.add_scalar("loss", Tensor(stream, 1), 1)
            with pytest.warns(LightboardWarning, match=r"a call is lost: .*SystemExit\('left'\)"):
                writer.flush()
        writer.add_scalar("loss", Tensor(stream, 2), 2)
        stream.run()
    assert steps(tmp_path) == [2]


def test_a_full_disk_is_told_to_a_program_that_logs_from_the_device_only(tmp_path: Path) -> None:
    said = succeed(
        FIND
        + """
import itertools, resource, time
from log.devices import Stream, Tensor
stream = Stream()
writer = SummaryWriter("run", on_error="raise")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    for step in itertools.count():
        writer.add_scalar("loss", Tensor(stream, step), step)
        stream.run()
        time.sleep(0.002)
except OSError as error:
    say(error.errno)
stream.run()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer.close()
""",
        tmp_path,
    )
    assert said.split() == [str(errno.EFBIG)]


def test_a_signal_handler_that_logs_while_files_are_opened(tmp_path: Path, stream: Stream) -> None:
    with SummaryWriter(tmp_path) as writer:
        awaited = writer._files.awaited
        writer.add_scalar("loss", Tensor(stream, 1), 1)
        with writer._files.lock():  # Which the handler finds held by what it interrupts.
            stream.run()
            until(lambda: not awaited.is_waiting, "the number is written")
            writer.flush()
            writer.add_scalar("loss", Tensor(stream, 2), 2)
            stream.run()
            writer.flush()
            assert steps(tmp_path) == [1, 2]


@pytest.mark.parametrize("ends", ["os._exit(0)", "sys.exit()"])
def test_a_forked_child_leaves_them_to_its_parent(tmp_path: Path, ends: str) -> None:
    succeed(
        FIND
        + f"""
from log.devices import Stream, Tensor
stream = Stream()
writer = SummaryWriter("run")
writer.add_scalar("loss", Tensor(stream, 1), 1)
writer.add_scalar("loss", 2, 2)
if not os.fork():
    writer.add_scalar("child", 1.0, 1)
    writer.flush()
    writer.close()
    {ends}
os.wait()
stream.run()
writer.close()
""",
        tmp_path,
    )
    files = [points_of(path) for path in event_files(tmp_path / "run")]
    assert sorted(files) == [[Point("child", 1, 1)], [Point("loss", 1, 1), Point("loss", 2, 2)]]


def test_a_forked_child_tells_nothing_of_its_parent(tmp_path: Path, stream: Stream) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", Tensor(stream, 1), 1)
        stream.failure = "device-side assert"
        stream.run()
        until(lambda: writer._files.awaited.has_reports, "the number is lost")
        if not (child := os.fork()):
            os._exit(writer._files.awaited.has_reports)
        assert os.waitpid(child, 0)[1] == 0
        with pytest.warns(LightboardWarning, match="device-side assert"):
            writer.flush()


def test_many_threads(tmp_path: Path) -> None:
    streams = [Stream() for _ in range(4)]
    with SummaryWriter(tmp_path) as writer:

        def train(number: int) -> None:
            for step in range(300):
                value = Tensor(streams[number], step) if step % 3 else step
                writer.add_scalar(f"loss/{number}", value, step)
                if step % 7 == 0:
                    streams[number].run()
            streams[number].run()

        threads = [threading.Thread(target=train, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number in range(4):
        assert steps(tmp_path, f"loss/{number}") == list(range(300))


def test_a_writer_that_writes_nothing_does_not_wait(tmp_path: Path, stream: Stream) -> None:
    with SummaryWriter(tmp_path / "run", write_to_disk=False) as writer:
        writer.add_scalar("loss", Tensor(stream, 1), 1)
        with pytest.raises(ValueError, match="expected one number"):
            writer.add_scalar("loss", Tensor(stream, 1, (2,)), 1)


def test_while_a_graph_is_captured_the_number_is_fetched_as_ever(
    tmp_path: Path, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LIBRARY.cuda, "is_current_stream_capturing", lambda: True)
    with SummaryWriter(tmp_path) as writer, pytest.raises(AssertionError, match="calling thread waits"):
        writer.add_scalar("loss", Tensor(stream, 1), 1)
