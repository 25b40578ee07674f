"""`LightboardTracker` for Hugging Face's Accelerate, which knows `log_with="lightboard"` once this is imported."""

import os
from collections.abc import Mapping
from typing import Any

from lightboard.integrations.framework import Needs
from lightboard.integrations.metrics import Spared, configured, log_metrics, reopened
from lightboard.log import SummaryWriter

with Needs("accelerate", install="accelerate"):
    from accelerate import tracking


class LightboardTracker(tracking.GeneralTracker):
    """Logs to `<logging_dir>/<run_name>`, as Accelerate's TensorBoardTracker does. Only the main process logs."""

    name = "lightboard"
    requires_logging_directory = True

    def __init__(self, run_name: str, logging_dir: str | os.PathLike[str], **options: Any) -> None:
        """Take note of where to log; the directory is made with the configuration or the first record.

        Args:
            run_name: The run's name below `logging_dir`.
            logging_dir: The directory that runs share.
            options: For `lightboard.SummaryWriter`, such as `capture=True` or `system_metrics=True`.
        """
        super().__init__()
        self.run_name = run_name
        self.logging_dir = os.path.join(logging_dir, run_name)
        self._options = options
        self._writer: SummaryWriter | None = None

    @property
    def tracker(self) -> SummaryWriter:
        """The `lightboard.SummaryWriter` of the run."""
        if self._writer is None:
            self._writer = SummaryWriter(self.logging_dir, **self._options)
        return reopened(self._writer)

    @tracking.on_main_process
    def store_init_configuration(self, values: Mapping[str, Any]) -> None:
        """Log what the run is set to, as `SummaryWriter.config` does."""
        self._writer = configured(self._writer, self.logging_dir, self._options, values)

    @tracking.on_main_process
    def log(self, values: Mapping[str, Any], step: int | None = None, walltime: float | None = None) -> None:
        """Log numbers as scalars, in one record, texts as texts, mappings of numbers as `add_scalars` does."""
        log_metrics(self.tracker, values, step, walltime)

    @tracking.on_main_process
    def log_images(self, values: Mapping[str, Any], step: int | None = None, **kwargs: Any) -> None:
        """Log lists or batches of images; `kwargs` are those of `SummaryWriter.add_images`."""
        for tag, images in values.items():
            with Spared(tag):
                self.tracker.add_images(tag, images, step, **kwargs)

    @tracking.on_main_process
    def finish(self) -> None:
        """Close the run."""
        if self._writer is not None:
            self._writer.close()


if hasattr(tracking, "register_tracker_class"):
    tracking.register_tracker_class(LightboardTracker)
