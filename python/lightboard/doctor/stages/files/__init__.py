"""Checks of the stage `files`: log directories, folders, names, links, permissions, sizes."""

from collections.abc import Iterator

from lightboard.cli.sizes import readable
from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look
from lightboard.doctor.stages.files import access, logdirs, names, readers, sizes, times
from lightboard.doctor.words import amount


def tell(look: Look) -> Iterator[Finding]:
    """Say what there is, in figures."""
    tree = look.tree
    size = sum(entry.size for entry in tree.entries)
    look.facts["files"] = (
        f"{amount(len(tree.entries), 'event file')}, {readable(size)}, in {len(tree.runs()):,} of "
        f"{amount(len(tree.folders), 'folder')}"
    )
    yield from ()


CHECKS = (tell, *logdirs.CHECKS, *access.CHECKS, *names.CHECKS, *readers.CHECKS, *sizes.CHECKS, *times.CHECKS)
