"""`LightboardLogger` for PyTorch Lightning and Lightning Fabric."""

import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from lightboard.integrations.framework import Needs
from lightboard.integrations.metrics import Spared, configured, log_metrics, reopened
from lightboard.log import SummaryWriter
from lightboard.log.notices import warn


def _lightning() -> str:
    """Return which of its two packages the program uses; they have the same modules, and classes of their own."""
    if not sys.modules.get("lightning") and (
        sys.modules.get("pytorch_lightning") or not find_spec("lightning")
    ):
        return "pytorch_lightning"
    return "lightning.pytorch"


with Needs("pytorch_lightning", install="lightning"):
    _package = _lightning()
    _Base: Any = import_module(f"{_package}.loggers.tensorboard").TensorBoardLogger
    _BaseOfAll: Any = import_module(f"{_package}.loggers.logger").Logger
    _rank_zero_experiment: Any = import_module(f"{_package}.loggers.logger").rank_zero_experiment
    _rank_zero_only: Any = import_module(f"{_package}.utilities.rank_zero").rank_zero_only
    _save_hparams_to_yaml: Any = import_module(f"{_package}.core.saving").save_hparams_to_yaml


class LightboardLogger(_Base):
    """Logs to `<save_dir>/<name>/version_<version>`, as Lightning's TensorBoardLogger does, without `tensorboard`.

    It is a TensorBoardLogger, so that what Lightning and its callbacks do for one they do for it (`Trainer.log_dir`
    among them), but uses nothing of it. `experiment` is a `lightboard.SummaryWriter`; other ranks than 0 log nothing.
    """

    def __init__(
        self,
        save_dir: str | os.PathLike[str],
        name: str | None = "lightning_logs",
        version: int | str | None = None,
        log_graph: bool = False,
        default_hp_metric: bool = False,
        prefix: str = "",
        sub_dir: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> None:
        """Take note of where to log; the directory is made with the first record, or when training begins.

        Args:
            save_dir: The directory that all experiments share.
            name: The experiment's name; `""` or None for none.
            version: A number, or the whole name of the last part; None is the number after the highest there is.
            log_graph: Log the graph of models that have an `example_input_array`.
            default_hp_metric: Log `hp_metric` as -1 with hyper-parameters that come without a metric.
            prefix: Put before all tags of metrics, with a `-` between.
            sub_dir: A directory below the version's.
            options: For `lightboard.SummaryWriter`, such as `capture=True` or `system_metrics=True`.
        """
        _BaseOfAll.__init__(self)  # TensorBoardLogger's own wants a writer to be installed.
        self._save_dir = os.fspath(save_dir)
        self._experiment_name = name or ""
        self._number: int | str | None = version
        self._with_graph = log_graph
        self._with_hp_metric = default_hp_metric
        self._tag_prefix = f"{prefix}-" if prefix else ""
        self._below = None if sub_dir is None else os.fspath(sub_dir)
        self._options = options
        self._writer: SummaryWriter | None = None
        self.hparams: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self._experiment_name

    @property
    def version(self) -> int | str:
        """The version: as given, or the number after the highest there is."""
        if self._number is None:
            self._number = _next_version(self.root_dir)
        return self._number

    @property
    def save_dir(self) -> str:
        """The directory that all experiments share."""
        return self._save_dir

    @property
    def root_dir(self) -> str:
        """The directory that all versions of the experiment share."""
        return os.path.join(self.save_dir, self.name)

    @property
    def sub_dir(self) -> str | None:
        """The directory below the version's, if there is one."""
        return self._below

    @property
    def log_dir(self) -> str:
        """The directory of the run."""
        version = self.version if isinstance(self.version, str) else f"version_{self.version}"
        path = os.path.join(self.root_dir, version, *([self._below] if self._below else []))
        return os.path.expanduser(os.path.expandvars(path))

    @property
    @_rank_zero_experiment
    def experiment(self) -> SummaryWriter:
        """The `lightboard.SummaryWriter` of the run, for everything that is no metric."""
        if self._writer is None:
            self._writer = SummaryWriter(self.log_dir, **self._options)
        return reopened(self._writer)

    @_rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log numbers as scalars, in one record, and mappings of numbers as `add_scalars` does."""
        named = {self._tag_prefix + tag: value for tag, value in metrics.items()}
        log_metrics(self.experiment, named, step)

    @_rank_zero_only
    def log_hyperparams(
        self,
        params: Mapping[str, Any] | Namespace,
        metrics: Mapping[str, Any] | float | None = None,
        step: int | None = None,
    ) -> None:
        """Log what the run is set to, as `SummaryWriter.config` does, and the metrics as scalars."""
        settings = vars(params) if isinstance(params, Namespace) else dict(params)
        self.hparams.update(settings)
        self._writer = configured(self._writer, self.log_dir, self._options, settings)
        if metrics is None and self._with_hp_metric:
            metrics = -1
        if metrics is not None:
            self.log_metrics(metrics if isinstance(metrics, Mapping) else {"hp_metric": metrics}, step)

    @_rank_zero_only
    def log_graph(self, model: Any, input_array: Any = None) -> None:
        """Log the model's graph, if the logger was told to and there is an input to trace it with."""
        if not self._with_graph:
            return
        inputs = getattr(model, "example_input_array", None) if input_array is None else input_array
        if inputs is None:
            warn(
                "the graph is not logged: the model has no example_input_array. Set it, or give input_array."
            )
            return
        for transfer in (
            "_on_before_batch_transfer",
            "_apply_batch_transfer_handler",
        ):  # To the model's device.
            inputs = getattr(model, transfer, lambda batch: batch)(inputs)
        with Spared("the graph"):
            self.experiment.add_graph(model, inputs)

    @_rank_zero_only
    def save(self) -> None:
        """Hand everything over, and write the hyper-parameters to `hparams.yaml`, where checkpoints look for them."""
        (self._writer or self.experiment).flush()
        path = os.path.join(self.log_dir, self.NAME_HPARAMS_FILE)
        if not os.path.exists(path):
            _save_hparams_to_yaml(path, self.hparams)

    @_rank_zero_only
    def finalize(self, status: str) -> None:
        """Close the run; a status of `"failed"` is logged as that of the session."""
        if self._writer is not None:
            if status == "success":
                self.save()
            self._writer._close(succeeded=status != "failed")

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_writer": None}


def _next_version(root: str) -> int:
    names = os.listdir(root) if os.path.isdir(root) else []
    numbers = [name.removeprefix("version_") for name in names if name.startswith("version_")]
    return max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=-1) + 1
