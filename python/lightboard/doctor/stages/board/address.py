"""What the address itself asks the page for: filters, patterns, selections."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.served import Served, shown
from lightboard.doctor.stages.board.pattern import tried
from lightboard.doctor.words import amount

LONGEST = 2_000
"""Characters of an address that mail, chat and old servers let through."""

FILTERS = {"runFilter": True, "regexInput": False}
"""Filters on run names in a TensorBoard's address: that of Time Series, its first page, which ignores case, and that of
the other pages."""


def filters(look: Look) -> Iterator[Finding]:
    """Report filters that leave runs out, and patterns that are none: the older pages show all runs then."""
    board = look.served
    if board is None or not board.is_tensorboard:
        return
    for name, on_first_page in FILTERS.items():
        text = _parameters(board).get(name, "")
        if not text:
            continue
        runs = list(board.runs or ())
        found = tried(text, runs, ignore_case=on_first_page, seconds=look.left)
        elsewhere = on_first_page != _is_first_page(board)
        if found.matching is not None:
            hidden = [run for run in runs if run not in found.matching]
            if hidden:
                yield Finding.of_runs(
                    "filter_in_address",
                    f'The address holds {name}="{text}". Runs that do not match it: {len(hidden):,} of {len(runs):,}.',
                    hidden,
                    elsewhere=elsewhere,
                )
        elif not found.error:
            look.left_out.append(
                f'{name}="{text}" of the address was not judged: a browser may understand it otherwise.'
            )
        elif on_first_page:
            yield Finding(
                "pattern_invalid",
                f'The address holds {name}="{text}", which is no regular expression: {found.error}.',
                [Place(path=board.client.root)],
                elsewhere=elsewhere,
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
        yield Finding.of_runs(
            "selection_in_address",
            f"The address switches {amount(len(off), 'run')} off.",
            off,
            elsewhere=_is_first_page(board),
        )


def too_long(look: Look) -> Iterator[Finding]:
    """Report an address that others may get cut."""
    if look.url is not None and len(look.url) > LONGEST:
        yield Finding(
            "address_too_long",
            f"The address has {amount(len(look.url), 'character')}.",
            [Place(path=f"{shown(look.url)[:60]}…")],
        )


def _is_first_page(board: Served) -> bool:
    """Whether the address is that of Time Series, which is shown too where it names no page."""
    return board.client.parts.fragment.partition("&")[0] in ("", "timeseries")


def _parameters(board: Served) -> Mapping[str, str]:
    """Return what stands behind `?`, and behind `#` and the page's name."""
    parts = board.client.parts
    return dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment.partition("&")[2]))


CHECKS = (filters, selections, too_long)
