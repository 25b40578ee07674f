"""`LightboardCallback` for the Trainer of Hugging Face's transformers."""

import os
from collections.abc import Mapping
from typing import Any

from lightboard.integrations.framework import Needs
from lightboard.integrations.metrics import Spared, configured, log_metrics, reopened
from lightboard.log import SummaryWriter, directory

with Needs("transformers", install="transformers"):
    from transformers import TrainerCallback


class LightboardCallback(TrainerCallback):
    """Logs what a Trainer logs, under the tags of transformers' own TensorBoardCallback.

    Metrics become `train/…`, `eval/…` and `test/…`; the training arguments are the text `args` and the run's
    hyper-parameters, the model's configuration is the text `model_config`. Only the first process logs.
    """

    def __init__(
        self,
        tb_writer: SummaryWriter | None = None,
        log_dir: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> None:
        """Take note of where to log; the directory is made when training begins.

        Args:
            tb_writer: The writer to use; None makes one.
            log_dir: Where to log; None is the environment variable TENSORBOARD_LOGGING_DIR, or else
                `<output_dir>/runs/<time>_<host>`. A trial of a hyper-parameter search logs to
                `<output_dir>/runs/<time>_<host>/<trial>`.
            options: For `lightboard.SummaryWriter`, such as `capture=True` or `system_metrics=True`.
        """
        self.tb_writer = tb_writer
        self.log_dir = log_dir or os.environ.get("TENSORBOARD_LOGGING_DIR")
        self._options = options

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Make the writer and log what training is set to."""
        if not state.is_world_process_zero:
            return
        if state.is_hyper_param_search and state.trial_name is not None:
            self.tb_writer, self.log_dir = None, os.path.join(_default(args), state.trial_name)
        writer = self.tb_writer = configured(
            self.tb_writer, self._directory(args), self._options, args.to_sanitized_dict()
        )
        with Spared("args"):
            writer.add_text("args", args.to_json_string(), 0)
        config = getattr(kwargs.get("model"), "config", None)
        if config is not None:
            with Spared("model_config"):
                writer.add_text("model_config", config.to_json_string(), 0)

    def on_log(
        self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Log metrics, in one record."""
        if state.is_world_process_zero and logs:
            log_metrics(
                self._writer(args), {_tag(name): value for name, value in logs.items()}, state.global_step
            )

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Close the run."""
        if self.tb_writer is not None:
            self.tb_writer.close()

    def _writer(self, args: Any) -> SummaryWriter:
        if self.tb_writer is None:
            self.tb_writer = SummaryWriter(self._directory(args), **self._options)
        return reopened(self.tb_writer)

    def _directory(self, args: Any) -> str | os.PathLike[str]:
        if self.log_dir is None:
            self.log_dir = _default(args)
        return self.log_dir


def _default(args: Any) -> str:
    return os.path.join(args.output_dir, directory.default_stem(""))


def _tag(name: str) -> str:
    for part in ("eval", "test"):
        if name.startswith(f"{part}_"):
            return f"{part}/{name.removeprefix(f'{part}_')}"
    return f"train/{name}"
