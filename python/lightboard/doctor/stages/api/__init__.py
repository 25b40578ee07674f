"""Checks of the stage `api`: what a running board serves of what is on disk."""

from lightboard.doctor.stages.api import flags, instances, points, reach

CHECKS = (*reach.CHECKS, *instances.CHECKS, *flags.CHECKS, *points.CHECKS)
