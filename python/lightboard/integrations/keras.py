"""`LightboardCallback` for Keras 3, whatever its backend."""

import os
import time
from collections.abc import Mapping
from typing import Any, Literal

from lightboard.integrations.framework import Needs
from lightboard.integrations.metrics import Spared, configured, log_metrics, reopened
from lightboard.log import SummaryWriter

with Needs("keras", install="keras"):
    import keras


class LightboardCallback(keras.callbacks.Callback):
    """Logs to the runs `<log_dir>/train` and `<log_dir>/validation`, under the tags of Keras' own TensorBoard callback.

    Neither TensorFlow nor tensorboard is needed. The settings of the optimizer are hyper-parameters of the run
    `train`. Of several ranks or JAX processes only the first logs.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Literal["batch", "epoch"] | int = "epoch",
        embeddings_freq: int = 0,
        **options: Any,
    ) -> None:
        """Take note of what to log; the directories are made with their first records.

        Args:
            log_dir: The directory that both runs lie in.
            histogram_freq: Log histograms of all weights at every so many epochs; 0 never.
            write_graph: Log the table of layers, as text `keras`.
            write_images: Log weights as images as well, from black for the least to white for the greatest, with
                their histograms.
            write_steps_per_second: Log how many batches there were in a second.
            update_freq: Log the metrics of every so many batches, of each for `"batch"`; `"epoch"` of none.
            embeddings_freq: Log embedding layers at every so many epochs; 0 never.
            options: For `lightboard.SummaryWriter`, such as `capture=True` or `system_metrics=True`.
        """
        super().__init__()
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self._options = {**_first_process(), **options}
        self._writers: dict[str, SummaryWriter] = {}
        self._batch = 0
        self._batch_began = self._epoch_began = 0.0
        self._iterations = 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Log what training is set to, and the table of layers."""
        self._batch = 0
        optimizer: dict[str, Any] = getattr(self.model.optimizer, "get_config", dict)()
        settings = {**(self.params or {}), "backend": keras.backend.backend(), "optimizer": optimizer}
        writer = self._writers["train"] = configured(
            self._writers.get("train"), self._directory("train"), self._options, settings
        )
        if self.write_graph and self.model.built:
            lines: list[str] = []
            self.model.summary(line_length=100, print_fn=lambda line, **_: lines.append(line))
            text = "\n".join(lines)
            writer.add_text("keras", "\n".join(f"    {line}" for line in text.splitlines()), 0)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Close both runs."""
        for writer in self._writers.values():
            writer.close()

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Log what validation measured, over the number of batches trained so far."""
        if self.model.optimizer is not None and logs:
            metrics = {f"evaluation_{name}_vs_iterations": value for name, value in logs.items()}
            log_metrics(self._writer("validation"), metrics, self.model.optimizer.iterations)

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Count batches."""
        self._batch += 1
        self._batch_began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the metrics of a batch."""
        if isinstance(self.update_freq, str) or self._batch % self.update_freq:
            return
        metrics = {f"batch_{name}": value for name, value in (logs or {}).items()}
        if self.write_steps_per_second:
            metrics["batch_steps_per_second"] = 1 / (time.perf_counter() - self._batch_began)
        log_metrics(self._writer("train"), metrics, self._batch)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Take the time."""
        self._epoch_began, self._iterations = time.perf_counter(), self._batch

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the metrics of an epoch and what is wanted of the weights."""
        train, validation = self._learning_rates(), {}
        for name, value in (logs or {}).items():
            if name.startswith("val_"):
                validation[f"epoch_{name.removeprefix('val_')}"] = value
            else:
                train[f"epoch_{name}"] = value
        if self.write_steps_per_second:
            seconds = time.perf_counter() - self._epoch_began
            train["epoch_steps_per_second"] = (self._batch - self._iterations) / seconds
        log_metrics(self._writer("train"), train, epoch)
        if validation:
            log_metrics(self._writer("validation"), validation, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._log_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._log_embeddings(epoch)

    def _learning_rates(self) -> dict[str, Any]:
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        several = getattr(optimizer, "optimizers", None)
        if several is not None:
            return {f"epoch_learning_rate_{one.name}": _numpy(one.learning_rate) for one in several}
        rate = getattr(optimizer, "learning_rate", None)
        return {} if rate is None else {"epoch_learning_rate": _numpy(rate)}

    def _log_weights(self, epoch: int) -> None:
        writer = self._writer("train")
        for layer in self.model.layers:
            for weight in layer.weights:
                tag, values = weight.path.replace(":", "_"), _numpy(weight)
                with Spared(tag):
                    writer.add_histogram(f"{tag}/histogram", values, epoch)
                    if self.write_images:
                        _add_image(writer, f"{tag}/image", values.squeeze(), epoch)

    def _log_embeddings(self, epoch: int) -> None:
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Embedding):
                with Spared(layer.name):
                    self._writer("train").add_embedding(
                        _numpy(layer.embeddings), tag=layer.name, global_step=epoch
                    )

    def _writer(self, run: str) -> SummaryWriter:
        if run not in self._writers:
            self._writers[run] = SummaryWriter(self._directory(run), **self._options)
        return reopened(self._writers[run])

    def _directory(self, run: str) -> str:
        return os.path.join(self.log_dir, run)


def _numpy(value: Any) -> Any:
    return keras.ops.convert_to_numpy(value)


def _first_process() -> dict[str, Any]:
    """Return how a writer is to be made so that only the first process logs."""
    if keras.backend.backend() == "jax":
        import jax

        if jax.process_count() > 1:
            return {"rank": jax.process_index(), "ranks": "zero"}
    return {"ranks": "auto"}


def _add_image(writer: SummaryWriter, tag: str, weights: Any, epoch: int) -> None:
    """Log a vector as a row, a matrix as it lies, and what has three dimensions as a matrix for each of the last."""
    if weights.ndim > 3 or weights.size == 0:
        return
    least, most = weights.min(), weights.max()
    shades = (weights - least) / ((most - least) or 1)
    if shades.ndim < 2:
        shades = shades.reshape(1, -1)
    if shades.ndim == 2:
        writer.add_image(tag, shades, epoch, dataformats="HW")
    else:
        writer.add_images(tag, shades.transpose(2, 0, 1)[..., None], epoch, dataformats="NHWC")
