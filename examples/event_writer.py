"""An event file that a program makes record by record: without a thread, and without a header of ours."""

from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event

from lightboard.events import EventWriter

directory = Path("runs/event_writer")
directory.mkdir(parents=True, exist_ok=True)
with EventWriter(directory / "events.out.tfevents.1763800000.copy") as writer:
    writer.write(Event(file_version="brain.Event:2", wall_time=1763800000))
    for step in range(100):
        event = Event(step=step, wall_time=1763800000 + step)
        event.summary.value.add(tag="loss", simple_value=1 / (1 + step))
        writer.write(event)
