"""Checks of the stage `log`: who writes, and to what."""

from collections.abc import Iterator

from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.stages.log import costs, disks, live, writers
from lightboard.doctor.words import amount
from lightboard.log.mounts import mount_of


def tell(look: Look) -> Iterator[Finding]:
    """Say what there is, in figures."""
    writing = {file.pid for file in look.open_files if file.writing}
    kinds = sorted({mount.kind for logdir in look.logdirs if (mount := mount_of(logdir.path)) is not None})
    facts = (
        [f"{amount(len(writing), 'running program')} with event files open for writing"] if writing else []
    )
    facts += [f"disk: {', '.join(kinds)}"] if kinds else []
    if facts:
        look.facts["log"] = "; ".join(facts)
    yield from ()


CHECKS = (tell, *disks.CHECKS, *live.CHECKS, *writers.CHECKS, *costs.CHECKS)
