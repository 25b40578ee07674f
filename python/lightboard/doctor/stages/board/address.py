"""What the address itself asks the page for: filters, patterns, selections."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.served import Served, shown
from lightboard.doctor.words import amount

LONGEST = 2_000
"""Characters of an address that mail, chat and old servers let through."""

FILTERS = {"runFilter": re.IGNORECASE, "regexInput": 0}
"""Filters on run names in a TensorBoard's address: that of the Time Series page, and that of the other pages."""


def filters(look: Look) -> Iterator[Finding]:
    """Report filters that leave runs out, and patterns that are none."""
    board = look.served
    if board is None or not board.is_tensorboard:
        return
    for name, flags in FILTERS.items():
        text = _parameters(board).get(name, "")
        if not text:
            continue
        try:
            pattern = re.compile(text, flags)
        except re.error as error:
            yield Finding(
                "pattern_invalid",
                f'The address holds {name}="{text}", which is no regular expression: {error}.',
                [Place(path=board.client.root)],
            )
            continue
        hidden = [run for run in board.runs or () if not pattern.search(run)]
        if hidden:
            yield Finding(
                "filter_in_address",
                f'The address holds {name}="{text}". Runs that do not match it: {len(hidden):,} of '
                f"{len(board.runs or ()):,}.",
                [Place(run=run) for run in hidden],
            )


def selections(look: Look) -> Iterator[Finding]:
    """Report runs that the address switches off on TensorBoard's older pages."""
    board = look.served
    if board is None or not board.is_tensorboard:
        return
    encoded = _parameters(board).get("runSelectionState", "")
    try:
        switched = json.loads(base64.b64decode(encoded)) if encoded else {}
    except (binascii.Error, ValueError, RecursionError):
        return
    off = [str(run) for run, on in switched.items() if on is False] if isinstance(switched, dict) else []
    if off:
        yield Finding(
            "selection_in_address",
            f"The address switches {amount(len(off), 'run')} off.",
            [Place(run=run) for run in off],
        )


def too_long(look: Look) -> Iterator[Finding]:
    """Report an address that others may get cut."""
    if look.url is not None and len(look.url) > LONGEST:
        yield Finding(
            "address_too_long",
            f"The address has {amount(len(look.url), 'character')}.",
            [Place(path=f"{shown(look.url)[:60]}…")],
        )


def _parameters(board: Served) -> Mapping[str, str]:
    """Return what stands behind `?`, and behind `#` and the page's name."""
    parts = board.client.parts
    return dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment.partition("&")[2]))


CHECKS = (filters, selections, too_long)
