"""Stable-Baselines3 with our output format, and with its own `tensorboard_log` on our writer."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lightboard
from log.frameworks import accumulated, hparams, our_writer_as_torchs, scalars, text

# Others' warnings are their own.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore", "error::lightboard.LightboardWarning"),
]

torch = pytest.importorskip("torch", reason="run by make test-torch")


@pytest.fixture(scope="module")
def sb3() -> Any:
    """The package, imported after `lightboard.compat.torch`: its logger takes hold of torch's writer once."""
    with our_writer_as_torchs():
        return importlib.import_module("stable_baselines3")


@pytest.fixture
def environment(sb3: Any) -> Any:
    from gymnasium import Env, spaces

    class Walk(Env[Any, Any]):  # type: ignore[misc]
        """Two steps to the right end an episode."""

        observation_space = spaces.Box(-9, 9, (1,), np.float32)
        action_space = spaces.Discrete(2)

        def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
            super().reset(seed=seed)
            self.at = self.age = 0
            return np.zeros(1, np.float32), {}

        def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
            self.at, self.age = self.at + (1 if action else -1), self.age + 1
            return np.full(1, self.at, np.float32), float(self.at), self.at == 2, self.age == 8, {}

    return Walk()


def algorithm(sb3: Any, environment: Any, **options: Any) -> Any:
    return sb3.A2C("MlpPolicy", environment, n_steps=8, seed=1, device="cpu", **options)


TAGS = {"rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps", "train/policy_loss", "train/value_loss"}


def test_output_format(sb3: Any, environment: Any, tmp_path: Path) -> None:
    from stable_baselines3.common import logger

    from lightboard.integrations.stable_baselines3 import LightboardOutputFormat

    class Records(sb3.common.callbacks.BaseCallback):  # type: ignore[misc]
        def _on_training_start(self) -> None:
            settings = {"algorithm": "A2C", "gamma": self.model.gamma}
            self.logger.record(
                "hparams", logger.HParam(settings, {"rollout/ep_rew_mean": 0}), exclude=("stdout",)
            )
            self.logger.record("weights", np.arange(4.0))
            self.logger.record("video", logger.Video(torch.zeros(1, 2, 3, 8, 8, dtype=torch.uint8), 4))
            self.logger.record("image", logger.Image(np.zeros((3, 8, 8), np.uint8), "CHW"))
            self.logger.record("note", "well", exclude="stdout")
            self.logger.record("hidden", 1, exclude="tensorboard")
            self.logger.dump(0)

        def _on_step(self) -> bool:
            return True

    model = algorithm(sb3, environment)
    formats = [
        LightboardOutputFormat(tmp_path / "run"),
        logger.TensorBoardOutputFormat(str(tmp_path / "own")),
    ]
    model.set_logger(logger.Logger(None, formats))
    model.learn(64, callback=Records(), log_interval=2)
    model.logger.close()

    found = scalars(tmp_path / "run")
    assert set(found) >= TAGS
    assert list(found["rollout/ep_rew_mean"]) == [16, 32, 48, 64]
    assert hparams(tmp_path / "run") == {"algorithm": "A2C", "gamma": 0.99}
    assert text(tmp_path / "run", "note") == "well"
    tags = accumulated(tmp_path / "run").Tags()
    assert (tags["histograms"], sorted(tags["images"])) == (["weights"], ["image", "video"])
    assert found == scalars(tmp_path / "own")
    own = accumulated(tmp_path / "own").Tags()
    assert all(sorted(tags[kind]) == sorted(own[kind]) for kind in ("images", "histograms", "tensors"))


def test_what_cannot_be_logged_costs_a_warning(sb3: Any, tmp_path: Path) -> None:
    from stable_baselines3.common.logger import Image, Logger

    from lightboard.integrations.stable_baselines3 import LightboardOutputFormat

    log = Logger(None, [LightboardOutputFormat(tmp_path)])
    log.record("image", Image(np.zeros(3), "CHW"))
    log.record("loss", 0.5)
    with pytest.warns(lightboard.LightboardWarning, match=r"^image is not logged"):
        log.dump(1)
    log.close()
    assert scalars(tmp_path) == {"loss": {1: 0.5}}


def test_its_own_tensorboard_log_on_our_writer(sb3: Any, environment: Any, tmp_path: Path) -> None:
    from stable_baselines3.common.logger import TensorBoardOutputFormat

    model = algorithm(sb3, environment, tensorboard_log=str(tmp_path))
    model.learn(64, log_interval=2, tb_log_name="mine")
    (format_,) = (it for it in model.logger.output_formats if isinstance(it, TensorBoardOutputFormat))
    assert isinstance(format_.writer, lightboard.SummaryWriter)
    assert list(scalars(tmp_path / "mine_1")["rollout/ep_rew_mean"]) == [16, 32, 48, 64]
    assert set(scalars(tmp_path / "mine_1")) >= TAGS
