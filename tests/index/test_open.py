"""`lightboard.open`: runs, series and columns for programs, and Arrow streams for the libraries that take them."""

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import lightboard
from index.records import append, header, scalar, scalars, write
from lightboard.index import Index, UnknownNameError

NAMES = ["run", "tag", "attempt", "step", "wall_time", "value"]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs; `a` was restarted at step 3 and has two tags."""
    write(tmp_path / "a", scalars(range(5)), "events.out.tfevents.1.host.1.0")
    again = b"".join(scalar(step, -step, wall_time=1_700_000_100.0 + step) for step in range(3, 6))
    lr = b"".join(scalar(step, 0.5, "lr", 1_700_000_100.0 + step) for step in range(3, 6))
    write(tmp_path / "a", header(1_700_000_100.0) + again + lr, "events.out.tfevents.2.host.2.0")
    write(tmp_path / "b", scalars(range(10)))
    return tmp_path


@pytest.fixture
def index(runs: Path) -> Iterator[Index]:
    with lightboard.open(runs, cache_dir=None) as index:
        yield index


def test_every_point_of_every_run(index: Index) -> None:
    assert [(series.run.name, series.count) for series in index.series(tag="loss")] == [("a", 8), ("b", 10)]
    series = index.runs["a"]["loss"]
    assert series.attempt.tolist() == [0] * 5 + [1] * 3
    assert series.step.tolist() == [0, 1, 2, 3, 4, 3, 4, 5]
    assert series.value.tolist() == [0, 1, 2, 3, 4, -3, -4, -5]
    assert series.wall_time.tolist()[:2] == [1_700_000_001.0, 1_700_000_002.0]
    dtypes = [column.dtype for column in (series.attempt, series.step, series.wall_time, series.value)]
    assert dtypes == [np.int32, np.int64, np.float64, np.float64]
    assert (series.last_step, series.last_value, len(series)) == (5, -5.0, 8)
    with pytest.raises(ValueError, match="read-only"):
        series.value[0] = 1


def test_values_are_exact(tmp_path: Path) -> None:
    steps = [0, 2**53 + 1, 2**63 - 1, -(2**63)]
    values = [float("nan"), float("inf"), float("-inf"), float(np.float32(0.1))]
    records = (scalar(step, value) for step, value in zip(steps, values, strict=True))
    write(tmp_path / "run", header() + b"".join(records))
    with lightboard.open(tmp_path, cache_dir=None) as index:
        (series,) = index.series()
        assert series.step.tolist() == steps
        np.testing.assert_array_equal(series.value, values)
        assert series.last_value == values[-1]
        assert pa.table(series)["step"].to_pylist() == steps


def test_columns_outlive_the_index(runs: Path) -> None:
    with lightboard.open(runs, cache_dir=None) as index:
        value = index.runs["b"]["loss"].value
    del index
    gc.collect()
    assert value.tolist() == list(range(10))


def test_runs(index: Index) -> None:
    runs = index.runs
    assert [run.name for run in runs] == ["a", "b"]
    a = runs["a"]
    assert (a.points, a.tags, a.attempts, a.last_step, len(a.files)) == (11, 2, 2, 5, 2)
    assert runs[a.id] == runs[f"{a.logdir}/a"] == runs[0] == a
    assert "a" in runs
    assert "c" not in runs
    assert index.tags == {"loss": ["scalar"], "lr": ["scalar"]}
    assert "2 runs, 2 tags, 21 points" in repr(index)
    assert "'a'" in repr(runs)
    assert "18 points" in repr(index.series("loss"))


def test_names_that_nothing_has(index: Index) -> None:
    with pytest.raises(UnknownNameError, match=r"found 'los'\. Did you mean 'loss'\?"):
        index.series("los")
    with pytest.raises(KeyError, match=r"found 'c'\. There are 'a', 'b'"):
        index.series("loss", run="c")
    with pytest.raises(KeyError, match=r"of the run 'b'.*There are 'loss'"):
        index.runs["b"]["lr"]
    with pytest.raises(KeyError, match="It was logged as scalar: ask with kind='scalar'"):
        index.series("lr", kind="histogram")


def test_some_runs_and_some_tags(index: Index) -> None:
    runs = index.runs
    found = index.series(tag=["loss", "lr"], run=["b", runs["a"]])
    assert [(series.run.name, series.tag) for series in found] == [("a", "loss"), ("a", "lr"), ("b", "loss")]
    assert [series.tag for series in found[1:]] == ["lr", "loss"]


def test_equal_names_in_several_log_directories(runs: Path) -> None:
    with lightboard.open(runs, {"old": runs}, cache_dir=None) as index:
        with pytest.raises(KeyError, match="'old/a'"):
            index.runs["a"]
        assert index.runs["old/a"].logdir == "old"
        named = pa.table(index.series("lr"))["run"].unique().to_pylist()
        assert named == [f"{runs.name}/a", "old/a"]


def test_refresh_reads_what_is_on_disk(runs: Path, index: Index) -> None:
    for step in range(10, 30):
        append(next((runs / "b").iterdir()), scalar(step, step))
        write(runs / f"new{step}", scalars(range(2)))
        index.refresh(timeout=30)
        assert index.runs["b"]["loss"].step[-1] == step
        assert len(index.runs[f"new{step}"]["loss"]) == 2


def test_time_is_over(runs: Path, index: Index) -> None:
    with pytest.raises(TimeoutError, match=r"within 0 s, read [\d,]+ of [\d,]+ bytes"):
        index.refresh(timeout=0)
    index.close()
    with pytest.raises(ValueError, match="closed"):
        index.refresh()
    assert len(index.runs["b"]["loss"]) == 10


@pytest.mark.row("F18")
def test_log_directories_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="at least one log directory"):
        lightboard.open()
    with pytest.raises(FileNotFoundError, match=str(tmp_path / "nothing")):
        lightboard.open(tmp_path / "nothing", cache_dir=None)
    with pytest.raises(ValueError, match='found the address "s3://bucket/runs"'):
        lightboard.open("s3://bucket/runs", cache_dir=None)
    with pytest.raises(ValueError, match='found the address "s3:/bucket/runs"'):
        lightboard.open(Path("s3://bucket/runs"), cache_dir=None)
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        lightboard.open(tmp_path / "file", cache_dir=None)
    with lightboard.open(tmp_path, cache_dir=None) as index:
        assert len(index.runs) == 0


def test_a_damaged_cache_is_read_anew_before_an_answer(
    runs: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    write(runs / "long", scalars(range(3000)))
    lightboard.open(runs, cache_dir=cache).close()
    for segment in cache.rglob("*.segment"):
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 1
        segment.write_bytes(content)
    with lightboard.open(runs, cache_dir=cache) as index:
        for series in index.series("loss"):
            assert len(series.step) == series.count
        assert index.runs["long"]["loss"].value.tolist() == list(range(3000))


def test_importing_lightboard_does_not_import_numpy() -> None:
    program = "import sys, lightboard; assert 'numpy' not in sys.modules; lightboard.open; import numpy"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_interrupts_end_a_wait(tmp_path: Path) -> None:
    """The index looks at its files once in 1,000 seconds here, so that a refresh lasts."""
    program = (
        "import lightboard._core as core, signal, sys\n"
        f"index = core.Index([('x', {str(tmp_path)!r})], poll_secs=1000.0)\n"
        "assert index.wait(0, 30.0) > 0\n"  # The first round has begun: a wish waits for the next one.
        "try:\n"
        "    print('waiting', flush=True)\n"
        "    index.refresh()\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(2)
    out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == ("interrupted\n", 0)


def rows(index: Index) -> list[tuple[object, ...]]:
    return [
        (series.run.name, series.tag, *point)
        for series in index.series()
        for point in zip(
            *(column.tolist() for column in (series.attempt, series.step, series.wall_time, series.value)),
            strict=True,
        )
    ]


def test_pyarrow(index: Index) -> None:
    table = pa.table(index.series())
    table.validate(full=True)
    assert table.schema.names == NAMES
    text = pa.dictionary(pa.int32(), pa.string())
    assert table.schema.types == [text, text, pa.int32(), pa.int64(), pa.float64(), pa.float64()]
    assert [tuple(row.values()) for row in table.to_pylist()] == rows(index)


def test_polars(index: Index) -> None:
    frame = pl.DataFrame(index.series())
    assert frame.columns == NAMES
    assert frame.rows() == rows(index)
    assert frame.filter(pl.col("run") == "b").height == 10


def test_pandas(index: Index) -> None:
    frame = pd.DataFrame.from_arrow(index.series())
    assert list(frame.columns) == NAMES
    assert list(frame.itertuples(index=False, name=None)) == rows(index)


def test_duckdb(index: Index) -> None:
    points = index.series()
    found = duckdb.sql("select run, tag, count(*), max(value) from points group by all order by all")
    assert found is not None
    assert found.fetchall() == [("a", "loss", 8, 4.0), ("a", "lr", 3, 0.5), ("b", "loss", 10, 9.0)]
    assert points is not None


def test_the_table_of_runs(index: Index) -> None:
    table = pa.table(index.runs)
    assert table["name"].to_pylist() == ["a", "b"]
    assert table["parent"].to_pylist() == [None, None]
    assert table["points"].to_pylist() == [11, 10]
    assert pl.DataFrame(index.runs)["state"].to_list() == [run.state for run in index.runs]


def test_batches_are_bounded_and_no_series_is_empty(tmp_path: Path) -> None:
    write(tmp_path / "long", scalars(range(150_000)))
    with lightboard.open(tmp_path, cache_dir=None) as index:
        reader = pa.RecordBatchReader.from_stream(index.series())
        batches = list(reader)
        assert [batch.num_rows for batch in batches] == [65536, 65536, 18928]
        assert pa.Table.from_batches(batches)["step"].to_pylist() == list(range(150_000))


def test_no_series(index: Index) -> None:
    none = index.series()[:0]
    assert pa.table(none).num_rows == 0
    assert pl.DataFrame(none).columns == NAMES


def test_streams_may_be_left_half_read_or_unread(index: Index) -> None:
    points = index.series()
    for _ in range(100):
        points.__arrow_c_stream__()
        pa.RecordBatchReader.from_stream(points).read_next_batch()
    gc.collect()
    capsule = points.__arrow_c_stream__()
    first = pa.RecordBatchReader._import_from_c_capsule(capsule)
    with pytest.raises(
        pa.ArrowInvalid
    ):  # A capsule is good for one reader; the series make another each time.
        pa.RecordBatchReader._import_from_c_capsule(capsule)
    del capsule, index
    gc.collect()
    assert first.read_all().num_rows == pa.table(points).num_rows == 21


def test_a_stream_of_a_run_that_is_gone_fails_with_the_reason(runs: Path, index: Index) -> None:
    points = index.series("loss")
    for file in (runs / "b").iterdir():
        file.unlink()
    index.refresh(timeout=30)
    with pytest.raises(pa.ArrowInvalid, match="the run was removed"):
        pa.table(points)
    with pytest.raises(KeyError, match="the run was removed"):
        _ = points[1].value


def test_other_kinds_are_listed_and_have_no_table_of_points(tmp_path: Path) -> None:
    from tensorboardX import SummaryWriter

    with SummaryWriter(str(tmp_path / "run")) as writer:
        writer.add_text("note", "hello", 1)
    with lightboard.open(tmp_path, cache_dir=None) as index:
        assert list(index.series()) == []
        (series,) = index.series(kind=None)
        assert (series.kind, series.count, series.last_step, len(series)) == ("text", 1, 1, 1)
        with pytest.raises(TypeError, match="expected a series of the kind 'scalar'"):
            _ = series.value
        with pytest.raises(TypeError, match="expected a series of the kind 'scalar'"):
            pa.table(index.series(kind=None))


def test_threads_share_an_index(index: Index) -> None:
    counts: list[int] = []
    workers = [
        threading.Thread(target=lambda: counts.extend(len(s.step) for _ in range(50) for s in index.series()))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 4 * 50 * 21


def test_nothing_is_written_into_the_log_directory(runs: Path, index: Index) -> None:
    before = sorted(os.fspath(path) for path in runs.rglob("*"))
    pa.table(index.series())
    index.close()
    assert sorted(os.fspath(path) for path in runs.rglob("*")) == before
