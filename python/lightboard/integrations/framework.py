"""What is said when a framework is not installed."""

from types import TracebackType


class Needs:
    """Around the imports of an integration: says what to install if a package is missing.

    Raises:
        ImportError: in place of the framework's own error.
    """

    def __init__(self, package: str, *, install: str) -> None:
        self._package = package
        self._install = install

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == self._package:
            raise ImportError(
                f"expected {self._install} to be installed, for the integration with it; found no package "
                f"{self._package}. Install it: pip install {self._install}",
                name=self._package,
            ) from error
