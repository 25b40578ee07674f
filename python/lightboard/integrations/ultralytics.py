"""`LightboardCallbacks` for the models of Ultralytics, and for trainers that are made like theirs."""

import os
from typing import Any

from lightboard.integrations.metrics import Spared, configured, log_metrics, reopened
from lightboard.log import SummaryWriter


class LightboardCallbacks:
    """Logs what a trainer measures, under the tags of Ultralytics' own TensorBoard callbacks.

    Losses, learning rates and metrics have the number of the epoch, from 1, as their step. The trainer's arguments are
    the run's hyper-parameters. Only the first rank logs.
    """

    EVENTS = (
        "on_pretrain_routine_start",
        "on_train_start",
        "on_train_epoch_end",
        "on_fit_epoch_end",
        "on_train_end",
    )

    def __init__(self, log_dir: str | os.PathLike[str] | None = None, **options: Any) -> None:
        """Take note of where to log; the directory is made when the trainer's routine starts.

        Args:
            log_dir: Where to log; None is the trainer's `save_dir`.
            options: For `lightboard.SummaryWriter`, such as `capture=True` or `system_metrics=True`.
        """
        self.log_dir = log_dir
        self.writer: SummaryWriter | None = None
        self._options = {"ranks": "auto", **options}

    def add_to(self, model: Any) -> None:
        """Have the model's trainers call these (`model.add_callback`)."""
        for event in self.EVENTS:
            model.add_callback(event, getattr(self, event))

    def on_pretrain_routine_start(self, trainer: Any) -> None:
        """Make the writer and log what training is set to."""
        self.writer = configured(None, self.log_dir or trainer.save_dir, self._options, vars(trainer.args))

    def on_train_start(self, trainer: Any) -> None:
        """Log the model's graph, for one black image."""
        size = trainer.args.imgsz
        height, width = (size, size) if isinstance(size, int) else size
        channels = getattr(trainer, "data", {}).get("channels", 3)
        parameter = next(trainer.model.parameters())
        with Spared("the graph"):
            self._logging().add_graph(trainer.model, parameter.new_zeros((1, channels, height, width)))

    def on_train_epoch_end(self, trainer: Any) -> None:
        """Log losses and learning rates."""
        losses = trainer.label_loss_items(trainer.tloss, prefix="train")
        log_metrics(self._logging(), {**losses, **trainer.lr}, trainer.epoch + 1)

    def on_fit_epoch_end(self, trainer: Any) -> None:
        """Log what validation measured."""
        log_metrics(self._logging(), trainer.metrics or {}, trainer.epoch + 1)

    def on_train_end(self, trainer: Any) -> None:
        """Close the run."""
        if self.writer is not None:
            self.writer.close()

    def _logging(self) -> SummaryWriter:
        if self.writer is None:
            raise RuntimeError(
                "expected on_pretrain_routine_start to be called first, found that it was not. Add all callbacks, "
                "with add_to(model), before training."
            )
        return reopened(self.writer)
