"""Codes of the stage `index`."""

from lightboard.doctor.codes.code import Code

INDEX: tuple[Code, ...] = ()
