"""Looks at each stage between a training loop and a picture, and says why a run is not drawn (spec/doctor.md)."""

from lightboard.doctor.codes import CODES, Code
from lightboard.doctor.examine import examine
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.report import Report

__all__ = ["CODES", "Code", "Finding", "Look", "Place", "Report", "examine"]
