"""Checks of the stage `board`: what the page at the address draws of what is served."""

from lightboard.doctor.stages.board import address, curves, names, page, view

CHECKS = (*page.CHECKS, *address.CHECKS, *view.CHECKS, *names.CHECKS, *curves.CHECKS, page.unanswered)
