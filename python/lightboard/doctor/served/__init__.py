"""What a running board answers: a Lightboard or a TensorBoard."""

from lightboard.doctor.served.board import Served, ask

__all__ = ["Served", "ask"]
