"""`LightboardOutputFormat` for the logger of Stable-Baselines3."""

import os
from collections.abc import Mapping
from typing import Any

from lightboard.integrations.framework import Needs
from lightboard.integrations.metrics import Spared, log_metrics
from lightboard.log import SummaryWriter

with Needs("stable_baselines3", install="stable-baselines3"):
    import numpy as np
    import stable_baselines3.common.logger as sb3
    import torch


class LightboardOutputFormat(sb3.KVWriter):
    """Logs what an algorithm records, under the tags of Stable-Baselines3's TensorBoardOutputFormat."""

    def __init__(self, folder: str | os.PathLike[str], **options: Any) -> None:
        """Make the directory and an event file in it.

        Args:
            folder: The run's directory.
            options: For `lightboard.SummaryWriter`, such as `capture=True` or `system_metrics=True`.

        Raises:
            OSError: As for `lightboard.SummaryWriter`.
        """
        self.writer = SummaryWriter(folder, **options)

    def write(self, key_values: Mapping[str, Any], key_excluded: Mapping[str, Any], step: int = 0) -> None:
        """Log what is not excluded from `"tensorboard"` or `"lightboard"`; numbers in one record."""
        metrics = {}
        for key, value in key_values.items():
            excluded = key_excluded.get(key) or ()
            if "tensorboard" in excluded or "lightboard" in excluded:
                continue
            with Spared(key):
                match value:
                    case sb3.HParam():
                        self.writer.config(value.hparam_dict)
                    case sb3.Video():
                        self.writer.add_video(key, value.frames, step, value.fps)
                    case sb3.Figure():
                        self.writer.add_figure(key, value.figure, step, close=value.close)
                    case sb3.Image():
                        self.writer.add_image(key, value.image, step, dataformats=value.dataformats)
                    case torch.Tensor() | np.ndarray():
                        self.writer.add_histogram(key, value, step)
                    case _:
                        metrics[key] = value
        log_metrics(self.writer, metrics, step)

    def close(self) -> None:
        """Close the run."""
        self.writer.close()
