"""The catalogue: every code that a finding can have. spec/doctor.md lists the same, and a test compares them."""

from lightboard.doctor.codes.api import API
from lightboard.doctor.codes.board import BOARD
from lightboard.doctor.codes.code import SEVERITIES, Code, Severity, Stage
from lightboard.doctor.codes.environment import ENVIRONMENT
from lightboard.doctor.codes.files import FILES
from lightboard.doctor.codes.index import INDEX
from lightboard.doctor.codes.log import LOG
from lightboard.doctor.codes.records import RECORDS

CODES: dict[str, Code] = {
    code.code: code for code in (*ENVIRONMENT, *LOG, *FILES, *RECORDS, *INDEX, *API, *BOARD)
}

__all__ = ["CODES", "SEVERITIES", "Code", "Severity", "Stage"]
