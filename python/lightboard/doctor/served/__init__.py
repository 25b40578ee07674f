"""What a running board answers: a Lightboard or a TensorBoard."""

from lightboard.doctor.served.board import OutOfTimeError, Served, ask
from lightboard.doctor.served.client import Client, shown

__all__ = ["Client", "OutOfTimeError", "Served", "ask", "shown"]
