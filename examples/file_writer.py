"""Summaries that a program makes itself join what the writer logs."""

from tensorboard.compat.proto.summary_pb2 import Summary

from lightboard import SummaryWriter

with SummaryWriter("runs/file_writer") as writer:
    for step in range(100):
        writer.add_scalar("loss", 1 / (1 + step), step)
        if writer.file_writer is not None:  # None after close()
            summary = Summary(value=[Summary.Value(tag="lr", simple_value=0.1 * 0.99**step)])
            writer.file_writer.add_summary(summary, step)
