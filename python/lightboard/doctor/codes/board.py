"""Codes of the stage `board`."""

from lightboard.doctor.codes.code import Code

BOARD: tuple[Code, ...] = ()
