"""Codes of the stage `log`."""

from lightboard.doctor.codes.code import Code

LOG: tuple[Code, ...] = ()
