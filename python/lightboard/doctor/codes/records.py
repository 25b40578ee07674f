"""Codes of the stage `records`."""

from lightboard.doctor.codes.code import Code

RECORDS: tuple[Code, ...] = ()
