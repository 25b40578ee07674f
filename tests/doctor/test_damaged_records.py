"""What the doctor finds that cannot be read: in TensorBoard's files, damaged as files are in the field."""

import os
import shutil
import struct
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.summary.writer.record_writer import RecordWriter

from doctor.events import scalar as event_of
from doctor.looking import codes, found
from index.records import append, frame, length_header
from index.records import scalar as record
from lightboard import _core
from lightboard.doctor.first_tag import first_tag
from logdirs import append_zeros, cut, flip_payload_byte, write_run

pytestmark = pytest.mark.usefixtures("only_records")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", {"loss": [4.0, 3.0, 2.0, 1.0]})


def let_rest(path: Path) -> None:
    """As if it had not been written to for an hour."""
    status = path.stat()
    os.utime(path, (status.st_atime - 3600, status.st_mtime - 3600))


def length_of(path: Path, offset: int) -> int:
    """Bytes of the record there."""
    (length,) = struct.unpack_from("<Q", path.read_bytes(), offset)
    return int(length) + 16


def test_a_whole_file_has_no_findings(tmp_path: Path, file: Path) -> None:
    assert codes(tmp_path) == set()
    let_rest(file)
    assert codes(tmp_path) == set()


@pytest.mark.detects("E05", "record_corrupt")
def test_a_payload_that_does_not_fit_its_checksum(tmp_path: Path, file: Path) -> None:
    offset = flip_payload_byte(file, 2)
    finding = found("record_corrupt", tmp_path)
    (place,) = finding.places
    assert (place.path, place.run, place.record, place.offset) == (str(file), "run", 2, offset)
    assert place.length == length_of(file, offset)
    behind = file.stat().st_size - offset - place.length
    assert f"{place.length} bytes in 1 place of 1 file hold no readable record" in finding.seen
    assert f"{behind} bytes of whole records stand behind" in finding.seen


@pytest.mark.detects("E06", "record_lost")
def test_a_length_that_does_not_fit_its_checksum(tmp_path: Path, file: Path) -> None:
    offset = flip_payload_byte(file, 1)
    content = bytearray(file.read_bytes())
    lost = length_of(file, offset)
    content[offset + 2] ^= 1
    file.write_bytes(content)
    finding = found("record_lost", tmp_path)
    assert [(place.offset, place.length) for place in finding.places] == [(offset, lost)]
    assert "record_corrupt" not in codes(tmp_path)


@pytest.mark.detects("E06", "record_lost", "record_corrupt")
@pytest.mark.parametrize(
    ("missing", "appended", "code"),
    [(5, 2, "record_corrupt"), (35, 1, "record_lost")],
    ids=["in what is behind it", "at the file's end"],
)
def test_a_torn_record_with_others_behind_it(
    tmp_path: Path, file: Path, missing: int, appended: int, code: str
) -> None:
    """It depends on where the torn record would have ended which of its checksums tells."""
    cut(file, missing)
    append(file, b"".join(record(4 + number, 0.5) for number in range(appended)))
    finding = found(code, tmp_path)
    assert finding.count == 1
    assert f"{appended * len(record(4, 0.5))} bytes of whole records stand behind" in finding.seen
    assert "record_cut" not in codes(tmp_path)


@pytest.mark.detects("E06", "record_cut")
def test_a_file_that_ends_within_a_record(tmp_path: Path, file: Path) -> None:
    whole = file.stat().st_size
    cut(file, 5)
    assert "record_cut" not in codes(tmp_path), "its writer may be at work"
    let_rest(file)
    (place,) = found("record_cut", tmp_path).places
    last = len(record(3, 1.0, wall_time=1_763_800_003.0))
    assert (place.offset, place.length, place.record) == (whole - last, last - 5, 4)


@pytest.mark.detects("E06", "record_zeros")
def test_zeros_at_the_end_and_in_between(tmp_path: Path, file: Path) -> None:
    end = file.stat().st_size
    append_zeros(file, 64)
    assert "record_zeros" not in codes(tmp_path), "what is missing may be under way"
    let_rest(file)
    (place,) = found("record_zeros", tmp_path).places
    assert (place.offset, place.length) == (end, 64)
    append(file, record(4, 0.5))
    let_rest(file)
    (place,) = found("record_zeros", tmp_path).places
    assert (place.offset, place.length) == (end, 64)


@pytest.mark.detects("E06", "record_too_long")
def test_a_record_that_claims_a_tebibyte(tmp_path: Path, file: Path) -> None:
    end = file.stat().st_size
    append(file, length_header(1 << 40) + bytes(range(1, 40)) + record(4, 0.5))
    (place,) = found("record_too_long", tmp_path).places
    assert place.offset == end


@pytest.mark.detects("record_not_an_event")
def test_a_record_that_is_no_event(tmp_path: Path, file: Path) -> None:
    end = file.stat().st_size
    with file.open("ab") as opened:
        RecordWriter(opened).write(b"\xff\xff\xff")
    append(file, record(4, 0.5))
    (place,) = found("record_not_an_event", tmp_path).places
    assert place.offset == end


@pytest.mark.detects("E20", "record_huge")
def test_a_record_that_is_too_large_to_be_passed_on(tmp_path: Path) -> None:
    """An embedding of 64 million numbers, by TensorBoard's writer."""
    for run, size in (("huge", (256 << 20) + 1), ("large", 1 << 20)):
        event = Event(step=1, wall_time=time.time())  # Filled in place: each copy of it takes a while.
        value = event.summary.value.add(tag="embedding")
        value.metadata.plugin_data.plugin_name = "projector"
        value.tensor.dtype = 4
        value.tensor.tensor_shape.dim.add(size=size)
        value.tensor.tensor_content = bytes(size)
        writer = EventFileWriter(str(tmp_path / run))
        writer.add_event(event)
        writer.close()
    (place,) = found("record_huge", tmp_path).places
    assert (place.run, place.record, place.offset) == ("huge", 1, 88)
    assert place.tag == "embedding"
    assert (place.length or 0) > 256 << 20
    shutil.rmtree(tmp_path / "huge")


def test_the_tag_of_a_record_is_in_its_first_bytes(tmp_path: Path) -> None:
    event = event_of(7, tag="first").SerializeToString() + event_of(7, tag="second").SerializeToString()
    file = tmp_path / "file"
    for length in range(len(event) + 1):
        file.write_bytes(b"!" * 20 + event[:length])
        told = first_tag(str(file), 8)
        assert told == ("first" if event.index(b"first") + len(b"first") <= length else None)
    for text in (b"\xff" * 100, b"", b"\x2a\x00" * 9, b"\x2a\x02\x0a\x00" * 9):
        file.write_bytes(b"!" * 12 + text)
        assert first_tag(str(file), 0) is None
    assert first_tag(str(tmp_path / "missing"), 0) is None


@pytest.mark.detects("record_corrupt")
def test_many_damaged_files_are_one_finding(tmp_path: Path) -> None:
    for number in range(20):
        flip_payload_byte(write_run(tmp_path / f"run{number}", {"loss": [1.0, 2.0]}), 1)
    finding = found("record_corrupt", tmp_path)
    assert finding.count == 20
    assert len({place.run for place in finding.places}) == 20


def test_a_file_without_any_record_is_told_by_what_it_is(tmp_path: Path) -> None:
    """The stage `files` says that it is no event file: what cannot be read in it follows from that."""
    (tmp_path / "events.out.tfevents.1").write_bytes(b"version https://git-lfs.github.com/spec/v1\n" * 3)
    assert codes(tmp_path) == set()


EDITS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 60), st.binary(max_size=60)), min_size=1, max_size=4
)
"""Where bytes are replaced, how many, and by which."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, wall_times=st.lists(st.floats(), min_size=4, max_size=4), rests=st.booleans())
def test_whatever_befalls_a_file_the_index_and_the_doctor_agree(
    tmp_path_factory: pytest.TempPathFactory,
    edits: list[tuple[int, int, bytes]],
    wall_times: list[float],
    rests: bool,
) -> None:
    """No check fails, and what each of them can read is the same."""
    logdir = tmp_path_factory.mktemp("logs")
    write_run(logdir / "run", {"loss": [4.0, 3.0, 2.0, 1.0]})
    path = logdir / "run" / "events.out.tfevents.1763800001.other.7.0"
    content = b"".join(record(step, 1.0, wall_time=wall_time) for step, wall_time in enumerate(wall_times))
    content += frame(b"") + record(4, float("nan")) + record(5, float("inf"))
    for offset, length, new in edits:
        content = content[:offset] + new + content[offset + length :]
    path.write_bytes(content)
    if rests:
        let_rest(path)
    assert "index_differs" not in codes(logdir)


def test_reading_does_not_go_past_a_frame_that_is_no_record() -> None:
    """The helper that the tests above append with makes what TensorBoard's own writer makes."""
    event = Event(step=4, wall_time=1.0, file_version="brain.Event:2").SerializeToString()
    assert frame(event) == _core.frame(event)
