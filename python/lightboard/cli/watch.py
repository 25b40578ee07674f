"""`lightboard doctor --watch`: looks again and again, and tells what has changed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from lightboard.doctor import Finding, Place, Report

SECONDS = 2.0
"""Between two looks; more where a look takes longer, so that half the time is left to others."""

Key = tuple[str, str | None, str | None, str | None, str | None, int | None, int | None]


def watch(look: Callable[[], Report], tell: Callable[[str, Finding], None], first: Report) -> Report:
    """Tell of each finding that comes ("new") or goes ("gone") until interrupted; return the last report."""
    report, took = first, 0.0
    try:
        while True:
            time.sleep(max(SECONDS, took))
            began = time.monotonic()
            before, report = report, look()
            took = time.monotonic() - began
            for what, finding in changes(before, report):
                tell(what, finding)
    except KeyboardInterrupt:
        return report


def changes(before: Report, after: Report) -> Iterator[tuple[str, Finding]]:
    """List what one report has and the other has not, each finding with those of its places only."""
    for what, one, other in (("gone", before, after), ("new", after, before)):
        known = {key for finding in other.findings for key in _keys(finding)}
        for finding in one.findings:
            places = [place for place in finding.places if _key(finding, place) not in known]
            if places:
                yield what, replace(finding, places=places)
            elif not finding.places and (finding.code,) not in known:
                yield what, finding


def _keys(finding: Finding) -> Iterator[Key | tuple[str]]:
    yield (finding.code,)
    for place in finding.places:
        yield _key(finding, place)


def _key(finding: Finding, place: Place) -> Key:
    """Return what makes a place the same one: not what is seen there, whose figures change all the time."""
    return finding.code, place.path, place.logdir, place.run, place.tag, place.record, place.offset
