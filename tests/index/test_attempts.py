"""Restarts and writers: which points a later attempt supersedes, and who is in conflict."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboardX import SummaryWriter as TensorboardX

import lightboard
from index.following import Following
from index.records import append, frame, header, scalar, scalars, session_start, write
from lightboard.index.opened import Index
from lightboard.index.series import Attempts, Series

Follow = Callable[..., Following]
BEGIN = 1_700_000_000
EVERY: tuple[Attempts, Attempts] = ("all", "latest")


@dataclass
class Logged:
    """One event of a file: a scalar, or a session start if it has no tag."""

    time: int
    tag: str | None
    step: int


@dataclass
class File:
    name: str
    header: int
    events: list[Logged] = field(default_factory=list)

    @cached_property
    def begin(self) -> int:
        return max(self.header, self.events[0].time if self.events else 0)

    @cached_property
    def end(self) -> int:
        return max([self.header, *(event.time for event in self.events)])

    def content(self) -> bytes:
        return header(self.header) + b"".join(
            session_start(event.step, event.time)
            if event.tag is None
            else scalar(event.step, event.step, event.tag, event.time)
            for event in self.events
        )


def random_run(dice: random.Random) -> list[File]:
    """Some files, in any order of their names, some of them written at the same time."""
    tags, scale = "abc"[: dice.randint(1, 3)], dice.choice([1] * 20 + [300])
    files, now = [], BEGIN
    for number in dice.sample(range(9), dice.randint(1, 5)):
        now = max(BEGIN, now + dice.choice([-8, -3, 0, 1, 5]))
        file = File(f"events.out.tfevents.{number}.host.{number}.0", now)
        step = dice.randrange(8)
        for _ in range(dice.randrange(10) * scale):
            now += dice.choice([0, 1, 1])
            if dice.random() < 0.15 / scale:
                file.events.append(Logged(now, None, dice.randrange(12 * scale)))
            if dice.random() < 0.2 / scale:
                step = max(0, step - dice.randrange(6 * scale))
            file.events.append(Logged(now, dice.choice(tags), step))
            step += dice.choice([0, 1, 1, 2])
        files.append(file)
    return files


Point = tuple[int, int]
"""Attempt and step."""


def expected(files: list[File]) -> dict[str, tuple[list[Point], list[Point]]]:
    """Of each tag every point, and those that no later attempt supersedes; as spec/api.md has it, event by event."""
    files = sorted(files, key=lambda file: (file.header, file.name))
    attempt = 0
    so_far: list[tuple[File, Logged]] = []
    labelled: list[tuple[File, Logged, int]] = []
    for file in files:
        meets = False
        for tag in {event.tag for event in file.events if event.tag}:
            first = next(event for event in file.events if event.tag == tag)
            before = [(other, event) for other, event in so_far if event.tag == tag]
            if before:
                other, last = before[-1]
                meets |= other.end > file.begin or first.step <= last.step
        if meets:
            attempt, so_far = attempt + 1, []
        opened = meets  # A start before the first scalar opens the same attempt.
        for event in file.events:
            if event.tag is None:
                back = any(
                    logged.step > event.step
                    if other is file
                    else other.end <= file.begin and logged.step >= event.step
                    for other, logged in so_far
                    if logged.tag
                )
                if back and not opened:
                    attempt, so_far = attempt + 1, []
            else:
                opened = False
                so_far.append((file, event))
            labelled.append((file, event, attempt))
    answer = {}
    for tag in {event.tag for _, event, _ in labelled if event.tag}:
        every = [one for one in labelled if one[1].tag == tag]
        number = np.array([number for *_, number in every])
        step = np.array([event.step for _, event, _ in every])
        end = np.array([file.end for file, *_ in every])
        within = np.array([id(file) for file, *_ in every])
        superseded = np.zeros(len(every), bool)
        for other, taker, later in labelled:
            if taker.tag in (tag, None):
                restarted = (within == id(other)) | (end <= other.begin)
                superseded |= (number < later) & (step >= taker.step) & restarted
        listed = list(zip(number.tolist(), step.tolist(), strict=True))
        answer[tag] = listed, [one for one, gone in zip(listed, superseded, strict=True) if not gone]
    return answer


def points(index: Index, run: str, tag: str, attempts: Attempts) -> list[Point]:
    return points_of(index.series(tag, run, attempts=attempts)[0])


def points_of(series: Series) -> list[Point]:
    return list(zip(series.attempt.tolist(), series.step.tolist(), strict=True))


def test_any_run_has_the_attempts_of_the_specification(tmp_path: Path) -> None:
    dice = random.Random(0)
    runs = {f"run{number}": random_run(dice) for number in range(150)}
    for name, files in runs.items():
        for file in files:
            write(tmp_path / "logs" / name, file.content(), file.name)
    model = {name: expected(files) for name, files in runs.items()}
    superseded = 0
    # The second time from the cache.
    for _ in range(2):
        with lightboard.open(tmp_path / "logs", cache_dir=tmp_path / "cache") as index:
            found = {
                attempts: {(one.run.name, one.tag): points_of(one) for one in index.series(attempts=attempts)}
                for attempts in EVERY
            }
            for name, answer in model.items():
                for tag, (every, latest) in answer.items():
                    assert found["all"][name, tag] == every, (name, runs[name])
                    assert found["latest"][name, tag] == latest, (name, runs[name])
                    superseded += len(every) - len(latest)
    assert superseded > 500


@pytest.mark.row("E01")
def test_an_answer_tells_what_it_leaves_out(tmp_path: Path, follow: Follow) -> None:
    run = tmp_path / "run"
    write(run, scalars(range(10)), "events.out.tfevents.1.host.1.0")
    write(run, scalars(range(4, 7), wall_time=BEGIN + 100), "events.out.tfevents.2.host.2.0")
    write(run, scalars(range(4, 6), wall_time=BEGIN + 200), "events.out.tfevents.3.host.3.0")
    following = follow(tmp_path)
    following.until_loaded()
    members = ("attempt", "attempts", "start", "length", "points", "superseded", "superseded_from")
    latest, every = following.scalars(attempts="latest"), following.scalars(attempts="all")
    assert [[entry[member] for member in members] for entry in latest.header["series"]] == [
        [0, 3, 0, 4, 10, 6, 4],
        [1, 3, 4, 0, 3, 3, 4],
        [2, 3, 4, 2, 2, 0, None],
    ]
    assert latest.columns["step"].tolist() == [0, 1, 2, 3, 4, 5]
    assert [it.header["pictures"][0]["x_max"] for it in (latest, every)] == [5, 9]
    assert (latest.header["attempts"], every.header["attempts"]) == ("latest", "all")
    assert [entry["superseded"] for entry in every.header["series"]] == [6, 3, 0]
    assert every.columns["step"].tolist() == [*range(10), 4, 5, 6, 4, 5]
    smoothed = following.scalars(attempts="latest", smoothing=("ema", 0.5)).columns["smoothed"]
    np.testing.assert_allclose(smoothed[4:], [4, (0.5 * 4 + 5) / 1.5])


@pytest.fixture
def restart(tmp_path: Path) -> Callable[..., TensorboardX]:
    """Makes tensorboardX's writer for one directory, again and again."""
    count = 0

    def restart(purge_step: int | None = None) -> TensorboardX:
        nonlocal count
        count += 1
        # Without a suffix, writers of one second would share a file.
        return TensorboardX(
            str(tmp_path / "logs" / "run"), purge_step=purge_step, filename_suffix=f".{count}"
        )

    return restart


@pytest.mark.row("W18")
@pytest.mark.parametrize("first_marked", [False, True])
def test_purge_step_of_tensorboardx_counts_for_all_tags_from_the_first_marker_on(
    tmp_path: Path, restart: Callable[..., TensorboardX], first_marked: bool
) -> None:
    with restart(0 if first_marked else None) as writer:
        for step in range(10):
            writer.add_scalar("loss", step, step)
            writer.add_scalar("accuracy", step, step)
    for start in (5, 6):
        with restart(start) as writer:
            writer.add_scalar("loss", start, start)
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        assert index.runs["run"].attempts == 2
        assert points(index, "run", "loss", "latest") == [*((0, step) for step in range(5)), (1, 5), (1, 6)]
        assert points(index, "run", "accuracy", "latest") == [(0, step) for step in range(5)]
        assert points(index, "run", "accuracy", "all") == [(0, step) for step in range(10)]


def test_a_purge_step_beyond_everything_supersedes_nothing(
    tmp_path: Path, restart: Callable[..., TensorboardX]
) -> None:
    for start, end in ((0, 5), (5, 8), (20, 22)):
        with restart(start) as writer:
            for step in range(start, end):
                writer.add_scalar("loss", step, step)
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        assert index.runs["run"].attempts == 1
        assert [step for _, step in points(index, "run", "loss", "latest")] == [*range(8), 20, 21]


@pytest.mark.row("W18")
def test_session_starts_of_tensorboards_writer_inside_a_file(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path / "logs" / "run"))

    def log(tag: str, step: int) -> None:
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=step)])
        writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))

    def start(step: int) -> None:
        writer.add_event(
            Event(wall_time=time.time(), step=step, session_log=SessionLog(status=SessionLog.START))
        )

    # As TensorFlow's supervisor: at step 0 of a file that goes on.
    start(0)
    for step in range(10):
        log("loss", step)
    log("epoch", 1)
    start(10)
    log("loss", 10)
    start(7)
    for step in range(7, 9):
        log("loss", step)
    writer.close()
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        assert [step for _, step in points(index, "run", "loss", "latest")] == [*range(9)]
        assert points(index, "run", "loss", "latest")[-3:] == [(0, 6), (1, 7), (1, 8)]
        assert points(index, "run", "epoch", "latest") == [(0, 1)]


def test_tags_that_count_otherwise_are_not_compared(tmp_path: Path) -> None:
    run = tmp_path / "logs" / "run"
    epochs = b"".join(scalar(epoch, epoch, "epoch_loss", BEGIN + 500 + epoch) for epoch in range(3))
    write(run, scalars(range(0, 300, 100), "loss") + epochs, "events.out.tfevents.1.host.1.0")
    write(run, scalars([150, 250], "loss", BEGIN + 1000), "events.out.tfevents.2.host.2.0")
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        assert [step for _, step in points(index, "run", "loss", "latest")] == [0, 100, 150, 250]
        assert points(index, "run", "epoch_loss", "latest") == [(0, 0), (0, 1), (0, 2)]


@pytest.mark.row("E04")
def test_repeated_and_missing_steps_stay_in_log_order(tmp_path: Path) -> None:
    steps = [0, 0, 7, 3, 3, 9]
    content = header() + b"".join(scalar(step, place, "loss", BEGIN) for place, step in enumerate(steps))
    write(tmp_path / "logs" / "run", content)
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        series = index.runs["run"].series("loss", attempts="latest")[0]
        assert (series.step.tolist(), series.value.tolist()) == (steps, [0, 1, 2, 3, 4, 5])


@pytest.mark.row("E03")
def test_a_name_that_sorts_first_pre_empts_nothing(tmp_path: Path) -> None:
    run = tmp_path / "logs" / "run"
    write(run, scalars(range(10), wall_time=BEGIN), "events.out.tfevents.9.host.1.0")
    write(run, scalars(range(10, 15), wall_time=BEGIN + 100), "events.out.tfevents.1.host.1.0")
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        assert [step for _, step in points(index, "run", "loss", "latest")] == [*range(15)]


def test_a_restart_that_is_read_while_it_is_written_is_news_of_every_series(
    tmp_path: Path, follow: Follow
) -> None:
    first = write(tmp_path / "run", scalars(range(10)), "events.out.tfevents.1.host.1.0")
    append(first, b"".join(scalar(step, step, "eval", BEGIN + 20) for step in range(10)))
    second = write(tmp_path / "run", header(BEGIN + 100), "events.out.tfevents.2.host.2.0")
    following = follow(tmp_path)
    following.until_loaded()
    following.until_quiet()
    before = following.index.version
    append(second, session_start(5, BEGIN + 101))
    following.until(lambda: following.run("run")["attempts"] == 2)
    following.until_quiet()
    assert following.changes(before)["any_series"] == [0]
    assert following.scalars("eval", attempts="latest").columns["step"].tolist() == [0, 1, 2, 3, 4]
    # The first one was not at its end after all: nothing of it is superseded.
    before = following.index.version
    append(first, scalar(10, 10, "loss", BEGIN + 200))
    following.until(lambda: following.run("run")["points"] == 21)
    following.until_quiet()
    assert following.changes(before)["any_series"] == [0]
    assert following.scalars("eval", attempts="latest").columns["step"].tolist() == [*range(10)]


@pytest.mark.row("E02", "W06", "W19")
def test_two_writers_that_interleave_are_a_conflict_and_supersede_nothing(
    tmp_path: Path, follow: Follow
) -> None:
    run = tmp_path / "ranks"
    files = [f"events.out.tfevents.1700000000.gpu{rank}.{rank + 10}.0" for rank in range(2)]
    for rank, name in enumerate(files):
        write(run, scalars(range(10), wall_time=BEGIN + rank), name)
    # Of a third process, the file of which has nothing but its header.
    write(run, header(BEGIN + 2), "events.out.tfevents.1700000000.gpu2.12.0")
    following = follow(tmp_path)
    following.until_loaded()
    conflict = following.run("ranks")["conflict"]
    assert conflict["files"] == files
    assert conflict["writers"] == [{"host": "gpu0", "pid": 10}, {"host": "gpu1", "pid": 11}]
    for part in (
        '2 files that log "loss" at the same time',
        *files,
        str(run),
        "Give each writer a directory of its own",
    ):
        assert part in conflict["message"]
    assert following.attempts() == [list(range(10))] * 2
    latest = following.scalars(attempts="latest").header["series"]
    assert [(entry["attempt"], entry["superseded"]) for entry in latest] == [(0, 0), (1, 0)]


@pytest.mark.row("E02", "W06")
def test_writers_without_a_common_tag_are_a_conflict_while_both_are_at_work(
    tmp_path: Path, follow: Follow
) -> None:
    old = time.time() - 1000
    for run, other, age in (("live", 2, None), ("same", 1, None), ("over", 2, old)):
        write(tmp_path / run, scalars(range(10), "loss"), "events.out.tfevents.1700000000.host.1.0")
        name = f"events.out.tfevents.1700000000.host.{other}.1"
        write(tmp_path / run, scalars(range(10), "eval"), name)
        for file in (tmp_path / run).iterdir():
            if age:
                os.utime(file, (age, age))
    following = follow(tmp_path)
    following.until_loaded()
    runs = following.runs()
    assert {name: bool(run["conflict"]) for name, run in runs.items()} == {
        "live": True,
        "same": False,
        "over": False,
    }
    assert {run["attempts"] for run in runs.values()} == {1}


def test_restarts_are_no_conflict(tmp_path: Path, follow: Follow) -> None:
    run = tmp_path / "run"
    write(run, scalars(range(10)), "events.out.tfevents.1.host.1.0")
    # TensorFlow cuts the header's time to whole seconds.
    late = frame(Event(wall_time=BEGIN + 10, file_version="brain.Event:2").SerializeToString())
    late += b"".join(scalar(step, step, "loss", BEGIN + 10.5 + step) for step in range(3))
    append(run / "events.out.tfevents.1.host.1.0", scalar(10, 10, "loss", BEGIN + 10.25))
    write(run, late, "events.out.tfevents.2.host.2.0.v2")
    following = follow(tmp_path)
    following.until_loaded()
    assert following.run("run")["conflict"] is None
    assert following.scalars(attempts="latest").columns["step"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("told", [{}, {"config": {"lr": 0.1}}, {"rank": 0, "ranks": "all"}])
@pytest.mark.filterwarnings("ignore:.*writers_at_once")
def test_what_a_writer_tells_when_it_is_made_begins_no_work(tmp_path: Path, told: dict[str, Any]) -> None:
    """The writer of a restart may be made before the last one ends."""
    first = lightboard.SummaryWriter(tmp_path / "run", **told)
    for step in range(10):
        first.add_scalar("loss", step, step)
    second = lightboard.SummaryWriter(tmp_path / "run", **told)
    first.close()
    time.sleep(0.01)  # The clock must show that one had ended when the other began.
    for step in range(5, 20):
        second.add_scalar("loss", -step, step)
    second.close()
    with lightboard.open(tmp_path) as board:
        (run,) = board.runs
        assert (run.attempts, run.conflict) == (2, None)
        (latest,) = board.series("loss", run.name, attempts="latest")
        assert latest.value.tolist() == [*range(5), *range(-5, -20, -1)]


def test_a_start_before_each_value_costs_no_look_at_all_values(tmp_path: Path, follow: Follow) -> None:
    """A look at each block for each value would take minutes."""
    count = 300_000
    write(tmp_path / "run", header() + (session_start(0) + scalar(1, 1.0)) * count)
    following = follow(tmp_path)
    following.until_loaded()
    assert following.run("run")["attempts"] == count
    cells = following.table()
    assert (cells.columns["count"].tolist(), cells.columns["last_value"].tolist()) == ([1], [1.0])
    assert following.groups({"all": ["run"]}).columns["n"].tolist() == [1]
