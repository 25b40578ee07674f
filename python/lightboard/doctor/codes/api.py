"""Codes of the stage `api`."""

from lightboard.doctor.codes.code import Code

API: tuple[Code, ...] = ()
