"""`log`, `timed`, `use_metadata`, and writers that write nothing."""

import asyncio
import contextlib
import os
import threading
import time
import warnings
import weakref
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lightboard import LightboardWarning, SummaryWriter
from log.peers import peer_named
from log.records import event_files, events, points


def test_many_scalars_are_one_record(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.log({"loss": 0.5, "acc/top 1": 1, "損失": float("nan")}, 7, 1763800000.25)
        writer.log({}, 8)
    _, first, second = events(event_files(tmp_path)[0])
    assert (first.step, first.wall_time) == (7, 1763800000.25)
    assert [value.tag for value in first.summary.value] == ["loss", "acc/top 1", "損失"]
    assert [value.simple_value for value in first.summary.value][:2] == [0.5, 1]
    assert np.isnan(first.summary.value[2].simple_value)
    assert (second.step, len(second.summary.value)) == (8, 0)


def test_values_are_those_that_add_scalar_takes(tmp_path: Path) -> None:
    class Metrics(dict[str, Any]):
        pass

    with SummaryWriter(tmp_path) as writer:
        writer.log(
            {"a": np.float32(0.5), "b": np.array([[2]]), "c": "3.5", "d": True, "e": 10**400}, np.int64(3)
        )
        writer.log(Metrics(a=4), "5", "1763800000")  # type: ignore[arg-type]
    assert [(point.tag, point.step, point.value) for point in points(tmp_path)] == [
        ("a", 3, 0.5), ("b", 3, 2), ("c", 3, 3.5), ("d", 3, 1), ("e", 3, float("inf")), ("a", 5, 4),
    ]  # fmt: skip


def test_omitted_steps_count_the_calls(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for _ in range(3):
            writer.log({"a": 1})
        writer.log({"b": 1})
        writer.add_scalar("a", 1)
    assert [(point.tag, point.step) for point in points(tmp_path)] == [
        ("a", 0), ("a", 1), ("a", 2), ("b", 3), ("a", 0),
    ]  # fmt: skip


def test_a_call_that_is_refused_is_not_counted(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for value in (1.0, [1, 2], 2.0, None, np.float32(3), np.zeros(2), "4"):
            with contextlib.suppress(TypeError, ValueError):
                writer.log({"a": value})
        with pytest.raises(ValueError, match="walltime"):
            writer.log({"a": 1.0}, None, "now")  # type: ignore[arg-type]
    assert points(tmp_path) == [("a", step, step + 1.0) for step in range(4)]


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (([("a", 1)],), TypeError, "values: expected a dict of tags and numbers, found list"),
        (({"a": [1, 2]},), ValueError, "value of tag 'a': expected one number"),
        (({"a": 1, "b": None},), TypeError, "value of tag 'b': expected a real number"),
        (({1: 1},), TypeError, "tag: expected a str, found int"),
        (({"\ud800": 1},), ValueError, "lone surrogate"),
        (({"a": 1}, "x"), ValueError, "global_step: expected a whole number"),
        (({"a": 1}, 2**63), OverflowError, "global_step"),
        (({"a": 1}, 1, "now"), ValueError, "walltime: expected a number"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_refused_logs_nothing(
    tmp_path: Path, arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(kind, match=message):
        writer.log(*arguments)
    assert points(tmp_path) == []


class Growing:
    """A number of a library, the dict of which grows when it is asked for the number."""

    shape = ()

    def __init__(self, around: dict[str, Any], *, is_cpu: bool) -> None:
        self.around, self.is_cpu = around, is_cpu

    def item(self) -> float:
        self.around[f"more {len(self.around)}"] = 0.0
        return 1.5


@pytest.mark.parametrize("is_cpu", [True, False], ids=["on the host", "elsewhere"])
def test_a_dict_that_changes_is_logged_as_it_was(tmp_path: Path, is_cpu: bool) -> None:
    metrics: dict[str, Any] = {}
    metrics |= {"a": Growing(metrics, is_cpu=is_cpu), "b": 2.0}
    sub_runs: dict[str, Any] = {}
    sub_runs["c"] = Growing(sub_runs, is_cpu=is_cpu)
    with SummaryWriter(tmp_path) as writer:
        writer.log(metrics, 1)
        writer.add_scalars("main", sub_runs, 1)
    assert points(tmp_path) == [("a", 1, 1.5), ("b", 1, 2.0)]
    assert points(tmp_path / "main_c") == [("main", 1, 1.5)]


def iterate(number: int) -> Iterator[int]:
    yield number


def test_timed_coroutines_and_no_generators(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:

        @writer.timed("seconds", 3)
        async def wait() -> str:
            await asyncio.sleep(0.05)
            return "done"

        assert asyncio.run(wait()) == "done"
        with pytest.raises(TypeError, match="timed: expected a function or a coroutine, found the generator"):

            @writer.timed("seconds")
            def count() -> Iterator[int]:
                yield 1

        with pytest.raises(TypeError, match=r"found the generator functools\.partial"):
            writer.timed("seconds")(partial(iterate, 1))

    (point,) = points(tmp_path)
    assert (point.tag, point.step) == ("seconds", 3)
    assert 0.05 <= point.value < 60


def test_timed_blocks_and_functions(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:

        @writer.timed("step seconds")
        def step() -> None:
            time.sleep(0.01)

        step()
        step()
        began = time.perf_counter()
        with writer.timed("epoch seconds", 7):
            pass
        around = time.perf_counter() - began
        with pytest.raises(ZeroDivisionError), writer.timed("failed"):
            _ = 1 / 0
    first, second, third = points(tmp_path)
    assert (first.tag, first.step, second.step, third.tag, third.step) == (
        "step seconds",
        0,
        1,
        "epoch seconds",
        7,
    )
    assert first.value >= 0.01
    assert 0 <= third.value <= around


def test_one_timer_in_tasks_that_take_turns(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        timer = writer.timed("seconds")

        async def long(may_begin: asyncio.Event, has_begun: asyncio.Event) -> None:
            with timer:
                await asyncio.sleep(0.1)
                may_begin.set()
                await has_begun.wait()

        async def both() -> None:
            may_begin, has_begun = asyncio.Event(), asyncio.Event()
            first = asyncio.create_task(long(may_begin, has_begun))
            await may_begin.wait()
            with timer:
                has_begun.set()
                await first

        asyncio.run(both())
    first, _ = points(tmp_path)
    assert first.value >= 0.1


def test_one_timer_in_generators_that_take_turns(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        timer = writer.timed("seconds")

        def batches() -> Iterator[None]:
            with timer:
                yield

        first, second = batches(), batches()
        next(first)
        time.sleep(0.1)
        next(second)
        assert list(first) == []  # The outer block ends before the inner one.
        assert list(second) == []
        with contextlib.ExitStack() as stack:
            stack.enter_context(timer)
    long, *others = (point.value for point in points(tmp_path))
    assert long >= 0.1
    assert len(others) == 2


def test_a_block_that_another_thread_leaves_is_left_out(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        timer = writer.timed("seconds")
        thread = threading.Thread(target=timer.__enter__)
        thread.start()
        thread.join()
        with pytest.warns(LightboardWarning, match="timed: expected the block to be left by the thread"):
            timer.__exit__(None, None, None)
    assert points(tmp_path) == []


def test_one_timer_in_itself_and_in_threads(tmp_path: Path) -> None:
    inside = threading.Barrier(2)
    with SummaryWriter(tmp_path) as writer:
        timer = writer.timed("seconds")

        def wait() -> None:
            with timer:
                inside.wait()
                time.sleep(0.05)

        thread = threading.Thread(target=wait)
        with timer:
            with timer:
                time.sleep(0.05)
            thread.start()
            inside.wait()
            with contextlib.suppress(ZeroDivisionError), timer:
                _ = 1 / 0
            thread.join()
    inner, other, outer = (point.value for point in points(tmp_path))
    assert inner >= 0.05
    assert other >= 0.05
    assert outer >= inner + 0.05


def test_use_metadata_gives_step_and_wall_time(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        with writer.use_metadata(global_step=5, walltime=1763800000) as same:
            assert same is writer
            writer.add_scalar("a", 1)
            writer.add_scalar("a", 1, 6, 1763800001)
            writer.log({"b": 1})
            writer.add_text("c", "text")
            writer.add_hparams({"lr": 0.1}, {"d": 1})
            writer.add_embedding([[1, 2]])
            writer.add_custom_scalars_multilinechart(["a"])
            with pytest.raises(ValueError, match="no other block"), writer.use_metadata(global_step=1):
                pass
        with pytest.raises(ValueError, match="found neither"), writer.use_metadata():
            pass
        writer.add_scalar("a", 1)
    *inside, after = events(event_files(tmp_path)[0])[1:]
    assert [(event.step, event.wall_time) for event in inside] == [
        (5, 1763800000), (6, 1763800001), *6 * [(5, 1763800000)], (0, 1763800000),
    ]  # fmt: skip
    assert after.step == 0
    assert after.wall_time > 1763800001
    assert (tmp_path / "00005/default/tensors.tsv").exists()


def test_a_writer_that_writes_nothing_still_checks(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run", write_to_disk=False) as writer:
        writer.add_scalar("a", 1)
        writer.add_scalars("a", {"b": 1})
        writer.log({"a": 1}, 1)
        writer.add_text("a", "b")
        writer.config({"lr": 1})
        writer.flush()
        with pytest.raises(TypeError, match="scalar_value"):
            writer.add_scalar("a", None)
        with pytest.raises(ValueError, match="expected one number"):
            writer.log({"a": [1, 2]})
    assert list(tmp_path.iterdir()) == []


def test_without_a_directory_it_makes_none_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SummaryWriter(write_to_disk=False).close()
    assert os.listdir(tmp_path) == []


def test_names_that_tensorboardx_has(tmp_path: Path) -> None:
    with SummaryWriter(logdir=tmp_path / "a") as writer:
        assert writer.logdir == writer.log_dir == writer.get_logdir() == str(tmp_path / "a")
    with pytest.warns(LightboardWarning, match="nothing is sent to Comet"):
        SummaryWriter(tmp_path / "b", comet_config={"disabled": False}).close()
    SummaryWriter(tmp_path / "c", comet_config={"disabled": True}).close()
    with pytest.raises(TypeError, match="comet_config: expected a dict, found str"):
        SummaryWriter(tmp_path / "d", comet_config="x")  # type: ignore[arg-type]


def test_a_scalar_with_a_name_to_show_equals_tensorboardx(tmp_path: Path) -> None:
    def log(writer: Any) -> None:
        writer.add_scalar("a", 0.5, 1, 1763800000.25, display_name="Loss", summary_description="the *mean*")
        writer.add_scalar("b", np.float32(2), 1, 1763800000.25, summary_description="損失")

    both = peer_named("tensorboardX").both(tmp_path, log)
    assert both.ours == both.theirs


def test_a_writer_that_is_closed_and_reopened_keeps_nothing_of_before(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    before = len(weakref.finalize._registry)  # type: ignore[attr-defined]
    for step in range(5):
        writer.close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LightboardWarning)  # that it is opened again
            writer.add_scalar("loss", 1.0, step)
    assert len(weakref.finalize._registry) == before  # type: ignore[attr-defined]
    writer.close()
