"""The native module: typed face of crates/py. Private; import from the package instead."""

from collections.abc import Sequence
from typing import Literal

class Index:
    """Finds the runs below some log directories, follows their event files and answers queries.

    A thread of its own polls the file system; every method may be called from any thread and releases the
    interpreter while it works. Answers are complete bodies as specified in spec/api.md and spec/columns.md.
    """

    def __init__(self, logdirs: Sequence[tuple[str, str]], *, poll_secs: float = 0.1) -> None:
        """Start to follow `logdirs`, pairs of (name, absolute path). A path need not exist yet.

        Of equal names the later ones get a number: `runs`, `runs (2)`. Raises OSError when no threads can be started.
        """

    @property
    def version(self) -> int:
        """Grows by one with every published change; 0 until the first walk has been published."""

    def wait(self, version: int, timeout_secs: float) -> int:
        """Block until the version is above `version`, the time is over or the index closed; return the version then.

        A signal does not end it: call it in a thread that is not the main one, or with short times.
        """

    def changes(self, since: int) -> bytes:
        """JSON body of one `change` event (spec/api.md): what changed after version `since`."""

    def runs(self) -> bytes:
        """JSON body of GET /api/runs."""

    def tags(self) -> bytes:
        """JSON body of GET /api/tags."""

    def scalars(
        self,
        tag: str,
        *,
        runs: Sequence[str] | None,
        axis: Literal["step", "relative", "wall"],
        x_min: float | None,
        x_max: float | None,
        width: int,
        smoothing: float,
    ) -> bytes:
        """Column frame of POST /api/scalars. `runs=None` means every run; unknown ids are left out.

        Raises ValueError for a width of 0, smoothing outside [0, 1), or edges that are not finite or not in order.
        """

    def close(self) -> None:
        """Stop polling and release the files. Queries go on answering from what was read."""
