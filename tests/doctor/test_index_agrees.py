"""Lightboard's index against the doctor's own pass: they agree, and where they do not, the doctor says so."""

import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.summary.writer.record_writer import RecordWriter

from doctor.looking import codes, found, look_at, report_on
from index.following import Following
from index.records import frame, header, scalar, session_start, write
from lightboard import SummaryWriter, _core
from logdirs import FIRST_WALL_TIME, flip_payload_byte, write_run
from logdirs import scalar as scalar_event

pytestmark = pytest.mark.usefixtures("only_records")


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("LIGHTBOARD_CACHE_DIR", str(folder))
    return folder


def keep(logdir: Path, cache: Path) -> None:
    """Read a log directory as a board does, which keeps what it read."""
    following = Following((logdir.name, str(logdir)), cache=cache)
    following.until_loaded()
    following.index.close()


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and times of all files."""
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_they_agree_with_and_without_a_cache(tmp_path: Path, cache: Path) -> None:
    for number in range(3):
        path = write_run(tmp_path / f"run{number}", {"loss": [3.0, 2.0, 1.0], "lr": [0.1, 0.1, 0.1]})
        path.with_name("copy.tfevents").write_bytes(path.read_bytes())
    flip_payload_byte(write_run(tmp_path / "damaged", {"loss": [3.0, 2.0, 1.0]}), 2)
    (tmp_path / "run0" / "none.tfevents").write_text("These are no events at all.")
    for _ in range(2):
        report = report_on(tmp_path)
        assert {finding.code for finding in report.findings if finding.kind.stage == "index"} == set()
        assert report.facts["index"].startswith("7 series of 5 files")
        keep(tmp_path, cache)


def test_a_look_changes_neither_log_directory_nor_cache(tmp_path: Path, cache: Path) -> None:
    write_run(tmp_path / "run", {"loss": [float(step) for step in range(3000)]})
    before = content(tmp_path)
    look_at(tmp_path)
    assert content(cache) == {}, "no cache is made"
    keep(tmp_path, cache)
    kept = content(cache)
    assert any(path.endswith(".segment") for path in kept)
    write_run(tmp_path / "new", {"loss": [3.0, 2.0, 1.0]})
    look_at(tmp_path)
    assert content(cache) == kept
    shutil.rmtree(tmp_path / "new")
    assert content(tmp_path) == before


DATA = {
    "number": {"simple_value": 1.0},
    "histogram": {"histo": HistogramProto(num=1.0, bucket_limit=[1.0], bucket=[1.0])},
    "tensor": {"tensor": TensorProto(dtype=1, float_val=[2.0])},
    "float64": {"tensor": TensorProto(dtype=2, double_val=[float("nan")])},
    "text": {"tensor": TensorProto(dtype=7, string_val=[b"text"])},
    "broken": {"tensor": TensorProto(dtype=1, tensor_content=b"123")},
    "none": {},
}
VALUES = st.tuples(
    st.sampled_from(["a", "b"]),
    st.sampled_from(sorted(DATA)),
    st.sampled_from([None, "", "scalars", "histograms", "text", "tensor", "wishes"]),
    st.integers(-2, 5),
)
"""Tag, data, the plugin that is told, step. A tag may be of any kinds, and back and forth."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(VALUES | st.integers(0, 5), max_size=8), min_size=1, max_size=3))
def test_whatever_is_logged_they_agree(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, str, str | None, int] | int]]
) -> None:
    """Of restarts (a number is the step of a session start), of several kinds, of what no reader knows."""
    logdir = tmp_path_factory.mktemp("logs")
    for number, logged in enumerate(files):
        content = header(1_700_000_000.0 + 100 * number)
        for second, what in enumerate(logged):
            wall_time = 1_700_000_001.0 + 100 * number + second
            if isinstance(what, int):
                content += session_start(what, wall_time)
                continue
            tag, data, plugin, step = what
            value = Summary.Value(tag=tag, **DATA[data])
            if plugin is not None:
                value.metadata.plugin_data.plugin_name = plugin
            event = Event(step=step, wall_time=wall_time, summary=Summary(value=[value]))
            content += frame(event.SerializeToString())
        write(logdir / "run", content, f"events.out.tfevents.170000000{number}.host.{number}.0")
    assert "index_differs" not in codes(logdir)


@pytest.mark.detects("index_differs")
def test_bytes_that_changed_in_the_middle_of_a_file_that_was_read(tmp_path: Path, cache: Path) -> None:
    """The index looks at a file's beginning and its last record, not at what lies between."""
    path = write_run(tmp_path / "run", {"loss": [3.0, 2.0, 1.0, 0.5]})
    write_run(tmp_path / "healthy", {"loss": [3.0, 2.0, 1.0, 0.5]})
    keep(tmp_path, cache)
    with path.open("wb") as file:
        records = RecordWriter(file)
        records.write(header(FIRST_WALL_TIME)[12:-4])
        for step, value in enumerate([3.0, 9.0, 1.0, 0.5]):
            records.write(scalar_event("loss", value, step, FIRST_WALL_TIME + step).SerializeToString())
    finding = found("index_differs", tmp_path)
    (place,) = finding.places
    assert (place.path, place.tag) == (str(path), "loss")
    assert place.seen == "0.5 to 3.0 in the index, 0.5 to 9.0 in the files"


@pytest.mark.detects("index_differs")
def test_a_record_that_was_damaged_after_it_was_read(tmp_path: Path, cache: Path) -> None:
    path = write_run(tmp_path / "run", {"loss": [3.0, 2.0, 1.0, 0.5]})
    keep(tmp_path, cache)
    flip_payload_byte(path, 2)
    (place,) = found("index_differs", tmp_path).places
    assert place.seen == "5 records in the index, 4 in the file"
    assert "record_corrupt" in codes(tmp_path)


def test_a_file_that_grows_between_the_passes_is_no_difference(tmp_path: Path) -> None:
    write_run(tmp_path / "resting", {"loss": [3.0, 2.0, 1.0]})
    path = write(tmp_path / "growing", header() + scalar(0, 1.0))

    def write_while_looked_at(_what: str, _share: float) -> None:
        with path.open("ab") as file:
            file.write(scalar(1, 1.0))

    report = report_on(tmp_path, progress=write_while_looked_at)
    assert report.failures == ()
    assert "index_differs" not in {finding.code for finding in report.findings}
    assert path.stat().st_size > 3 * len(scalar(1, 1.0)), "it grew"


def test_a_file_that_is_replaced_between_the_passes_is_no_difference(tmp_path: Path) -> None:
    path = write(tmp_path / "run", header() + scalar(0, 1.0) + scalar(1, 2.0))
    others = iter(range(1000))

    def replace_while_looked_at(_what: str, _share: float) -> None:
        new = tmp_path / f"{next(others)}.new"
        new.write_bytes(header() + scalar(0, 5.0) * (3 + next(others) % 5))
        os.replace(new, path)

    report = report_on(tmp_path, progress=replace_while_looked_at)
    assert report.failures == ()
    assert "index_differs" not in {finding.code for finding in report.findings}


def test_folders_that_are_passed_over_are_told_by_the_stage_files(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"loss": [3.0, 2.0]})
    write_run(tmp_path / ".trash" / "run", {"loss": [3.0, 2.0]})
    (tmp_path / "link").symlink_to(tmp_path / "run")
    assert codes(tmp_path) == set()


def test_runs_of_any_name_are_found_in_the_index(tmp_path: Path) -> None:
    names = [
        "a\\b",
        "a\nb",
        os.fsdecode(b"\xff\xfe"),
        r"\xff\xfe",
        "日本",
        "x y",
        "-dash",
        "c:d",
        "trailing ",
    ]
    for name in names:
        write_run(tmp_path / name / "below", {"loss": [3.0, 2.0]})
    (tmp_path / "0").symlink_to(tmp_path / "x y")
    report = report_on(tmp_path, tmp_path / "日本")
    assert (report.findings, report.failures) == ([], ())
    # One is found in two log directories, two cannot be told apart; the link to one is none.
    assert report.facts["index"].startswith(f"{len(names) + 1 - 2} series of {len(names) + 1 - 2} files")


@pytest.mark.detects("index_run_missing")
@pytest.mark.parametrize("comes_back", [True, False])
def test_a_run_that_was_away_when_the_index_looked(tmp_path: Path, comes_back: bool) -> None:
    write_run(tmp_path / "run", {"loss": [3.0, 2.0]})
    path = write_run(tmp_path / "away", {"loss": [3.0, 2.0]})
    moves = iter([(tmp_path / "away", tmp_path / ".away"), (tmp_path / ".away", tmp_path / "away")])

    def move(what: str, _share: float) -> None:
        if what == "index" and (ways := next(moves, None)) and (comes_back or ways[0] == tmp_path / "away"):
            ways[0].rename(ways[1])

    findings = [one for one in look_at(tmp_path, progress=move) if one.kind.stage == "index"]
    if comes_back:
        (finding,) = findings
        assert (finding.code, finding.places[0].path) == ("index_run_missing", str(path))
    else:
        assert findings == [], "it is gone"


@pytest.mark.detects("index_failed")
def test_an_index_that_finds_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a log directory that does not fit into memory, on a machine whose temporary folder cannot be used."""
    with SummaryWriter(tmp_path / "runs" / "run") as writer:
        for step in range(60_000):
            writer.add_scalar("loss", step / 7, step)
    monkeypatch.setattr("lightboard.doctor.indexed.Index", partial(_core.Index, max_memory=1 << 20))
    assert codes(tmp_path / "runs") == set()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "room"))
    finding = found("index_failed", tmp_path / "runs")
    assert str(tmp_path / "room") in finding.seen


def test_a_budget_that_does_not_suffice_is_told(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"loss": [3.0, 2.0]})
    report = report_on(tmp_path, budget=1e-9)
    assert (report.findings, report.failures, report.exit_code) == ([], (), 3)
    assert "index" not in report.facts
    assert any("The index has not read all" in left for left in report.left_out)


@pytest.mark.detects("cache_unusable")
def test_a_cache_that_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path / "runs" / "run", {"loss": [3.0, 2.0]})
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("LIGHTBOARD_CACHE_DIR", str(tmp_path / "cache" / "below"))
    finding = found("cache_unusable", tmp_path / "runs")
    assert finding.seen.endswith(f"{tmp_path / 'cache'} is no folder.")
