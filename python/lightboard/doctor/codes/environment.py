"""Codes of the stage `environment`."""

from lightboard.doctor.codes.code import Code

ENVIRONMENT: tuple[Code, ...] = ()
