"""`FileWriter` and `EventWriter`: for programs that make events themselves."""

import threading
from pathlib import Path

import pytest
from tensorboard.compat.proto.config_pb2 import RunMetadata
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter as TheirRecordWriter

import lightboard.events
from lightboard import LightboardWarning, SummaryWriter
from lightboard.log import FileWriter, GlobalSummaryWriter
from log.program import succeed
from log.records import event_files, events, payloads, points

SUMMARY = Summary(value=[Summary.Value(tag="loss", simple_value=0.5)])


def test_summaries_and_events_join_what_the_writer_logs(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1, 1)
        assert writer.file_writer is not None
        writer.file_writer.add_summary(SUMMARY, 2, 1763800000.25)
        event = Event(summary=SUMMARY)
        writer._get_file_writer().add_event(event, 3, 1763800001.5)
        assert (event.step, event.wall_time) == (3, 1763800001.5)
        writer.file_writer.add_event(Event(step=9, file_version="brain.Event:2"))
        writer.add_scalar("loss", 1, 4)
        assert writer.file_writer.get_logdir() == str(tmp_path)
    _, _, second, third, version, _ = events(event_files(tmp_path)[0])
    assert second == Event(step=2, wall_time=1763800000.25, summary=SUMMARY)
    assert third == event
    assert version.step == 9
    assert version.wall_time > 1763800001.5
    assert [point.step for point in points(tmp_path)] == [1, 2, 3, 4]


def test_each_directory_has_a_writer_until_close(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalars("loss", {"train": 1})
    assert writer.all_writers is not None
    assert list(writer.all_writers) == [str(tmp_path), str(tmp_path / "loss_train")]
    writer.all_writers[str(tmp_path / "loss_train")].add_summary(SUMMARY, 1)
    writer.close()
    assert [point.step for point in points(tmp_path / "loss_train")] == [0, 1]
    assert writer.file_writer is None
    assert writer.all_writers is None
    with pytest.warns(LightboardWarning, match="after close"):
        writer._get_file_writer().add_summary(SUMMARY, 2)
    writer.close()


def test_graphs_are_stored_as_torch_stores_them(tmp_path: Path) -> None:
    graph = GraphDef(node=[NodeDef(name="x", op="Placeholder")])
    with SummaryWriter(tmp_path) as writer:
        writer._get_file_writer().add_graph((graph, RunMetadata()), 1763800000)
        writer._get_file_writer().add_onnx_graph(graph)
    _, first, second, third = events(event_files(tmp_path)[0])
    assert GraphDef.FromString(first.graph_def) == GraphDef.FromString(third.graph_def) == graph
    assert (second.tagged_run_metadata.tag, second.tagged_run_metadata.run_metadata) == ("step1", b"")
    assert first.wall_time == second.wall_time == 1763800000


def test_a_file_writer_of_its_own(tmp_path: Path) -> None:
    writer = FileWriter(tmp_path / "run", 10, 120, ".mine")
    writer.add_summary(SUMMARY, 1)
    writer.flush()
    writer.close()
    writer.reopen()
    writer.add_summary(SUMMARY, 2)
    writer.close()
    writer.close()
    assert [path.suffix for path in event_files(tmp_path / "run")] == [".mine", ".mine"]
    assert [point.step for point in points(tmp_path / "run")] == [1, 2]
    with pytest.raises(ValueError, match="filename_suffix: expected the end of a file name"):
        FileWriter(tmp_path, filename_suffix="/x")


def test_what_is_no_message_is_refused(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(TypeError, match="summary: expected a message of protobuf, found bytes"):
            writer._get_file_writer().add_summary(b"")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="event: expected a message of protobuf, found NoneType"):
            writer._get_file_writer().add_event(None)
        with pytest.raises(TypeError, match="event: expected an Event, found tensorboard"):
            writer._get_file_writer().add_event(Summary())
    assert len(events(event_files(tmp_path)[0])) == 1


def test_records_are_written_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1.copy"
    event = Event(file_version="brain.Event:2", wall_time=1)
    with lightboard.events.EventWriter(path) as writer:
        for record in (event, event.SerializeToString(), bytearray(), memoryview(b"any bytes")):
            writer.write(record)
        writer.flush()
        assert len(payloads(path)) == 4
        with pytest.raises(TypeError, match="event: expected bytes or a message of protobuf, found str"):
            writer.write("text")
    assert payloads(path) == [event.SerializeToString(), event.SerializeToString(), b"", b"any bytes"]
    with pytest.raises(FileExistsError):
        lightboard.events.EventWriter(path)
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"")


def test_records_are_written_into_any_file(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for kind, path in ((lightboard.events.RecordWriter, ours), (TheirRecordWriter, theirs)):
        writer = kind(path.open("wb"))
        writer.write(b"any bytes")
        writer.write(b"")
        writer.flush()
        assert not writer.closed
        writer.close()
        assert writer.closed
    assert ours.read_bytes() == theirs.read_bytes()


def test_a_forked_child_writes_no_record_of_its_parent_again(tmp_path: Path) -> None:
    text = """
from lightboard.events import EventWriter
writer = EventWriter("records")
writer.write(b"before")
if child := os.fork():
    os.waitpid(child, 0)
    writer.write(b"after")
"""
    succeed(text, tmp_path)
    assert payloads(tmp_path / "records") == [b"before", b"after"]


def test_a_fork_while_the_one_writer_is_made(tmp_path: Path) -> None:
    text = """
from lightboard.log import GlobalSummaryWriter, global_writer
made, forked = threading.Event(), threading.Event()

class Slow(global_writer.SummaryWriter):
    def __init__(self, *arguments, **named):
        if not made.is_set():
            made.set()
            forked.wait()
        super().__init__(*arguments, **named)

global_writer.SummaryWriter = Slow
thread = threading.Thread(target=GlobalSummaryWriter.getSummaryWriter)
thread.start()
made.wait()
if child := os.fork():
    forked.set()
    thread.join()
    status = os.waitpid(child, 0)[1]
    say(status)
else:
    signal.alarm(20)
    GlobalSummaryWriter.getSummaryWriter().add_scalar("loss", 1.0)
    os._exit(0)
"""
    assert succeed(text, tmp_path) == "0\n"


def test_tensorboardx_passes_what_the_one_writer_is_made_with_in_place(tmp_path: Path) -> None:
    writer = GlobalSummaryWriter(str(tmp_path / "run"), "", 5, 10, 120, ".end")
    writer.close()
    (path,) = event_files(tmp_path / "run")
    assert path.suffix == ".end"
    assert [event.step for event in events(path)] == [0, 5, 5]


def test_a_file_writer_needs_a_directory() -> None:
    with pytest.raises(
        ValueError, match="log_dir: expected the directory that the event file goes into, found none"
    ):
        FileWriter()


def test_one_writer_for_the_whole_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(GlobalSummaryWriter, "_shared", None)
    writer = GlobalSummaryWriter.getSummaryWriter()
    assert GlobalSummaryWriter.getSummaryWriter() is writer
    for value in (1.0, 2.0):
        writer.add_scalar("loss", value)
        writer.add_text("note", "text")
    writer.close()
    (run,) = (tmp_path / "runs").iterdir()
    assert [(event.summary.value[0].tag, event.step) for event in events(event_files(run)[0])[1:]] == [
        ("loss", 0), ("note/text_summary", 0), ("loss", 1), ("note/text_summary", 1),
    ]  # fmt: skip
    GlobalSummaryWriter(tmp_path / "own", coalesce_process=False, filename_suffix=".g").close()
    assert event_files(tmp_path / "own")[0].suffix == ".g"


def test_threads_that_reopen_at_once_open_one_file(tmp_path: Path) -> None:
    writer = FileWriter(tmp_path)
    writer.close()
    barrier = threading.Barrier(8)

    def reopen() -> None:
        barrier.wait()
        writer.reopen()

    threads = [threading.Thread(target=reopen) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert len(event_files(tmp_path)) == 2
