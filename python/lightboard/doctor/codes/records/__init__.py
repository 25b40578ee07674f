"""Codes of the stage `records`, a module a topic, as the checks are (`stages/records`)."""

from lightboard.doctor.codes.records.attempts import ATTEMPTS
from lightboard.doctor.codes.records.damage import DAMAGE
from lightboard.doctor.codes.records.hparams import HPARAMS
from lightboard.doctor.codes.records.kinds import KINDS
from lightboard.doctor.codes.records.steps import STEPS
from lightboard.doctor.codes.records.tags import TAGS
from lightboard.doctor.codes.records.values import VALUES

RECORDS = (*DAMAGE, *ATTEMPTS, *STEPS, *VALUES, *KINDS, *TAGS, *HPARAMS)
