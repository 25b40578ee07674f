"""Hugging Face's Trainer with our callback, and Accelerate with our tracker and its own on our writer."""

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from log.frameworks import accumulated, hparams, our_writer_as_torchs, scalars, text

# Others' warnings are their own.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore", "error::lightboard.LightboardWarning"),
]

torch = pytest.importorskip("torch", reason="run by make test-torch")


@pytest.fixture(scope="module")
def transformers() -> Any:
    return importlib.import_module("transformers")


class Model(torch.nn.Module):  # type: ignore[misc, name-defined]
    """Has what a Trainer asks of a model."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x: Any, labels: Any) -> dict[str, Any]:
        logits = self.layer(x)[:, 0]
        return {"loss": (logits - labels).square().mean(), "logits": logits}


DATA = [{"x": torch.ones(4), "labels": 1.0}] * 8


@pytest.fixture
def train(transformers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Trains and evaluates with callbacks; returns the Trainer."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    def train(*callbacks: Any) -> Any:
        arguments = transformers.TrainingArguments(
            output_dir=str(tmp_path / "out"),
            num_train_epochs=2,
            per_device_train_batch_size=2,
            logging_steps=1,
            eval_strategy="epoch",
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            hub_token="hf_secret",
        )
        trainer = transformers.Trainer(
            Model(transformers.PretrainedConfig(vocab_size=7)),
            arguments,
            train_dataset=DATA,
            eval_dataset=DATA,
            callbacks=list(callbacks),
        )
        trainer.train()
        trainer.evaluate()
        return trainer

    return train


def test_transformers(train: Any, tmp_path: Path) -> None:
    from lightboard.integrations.transformers import LightboardCallback

    callback = LightboardCallback(capture=True, filename_suffix=".mine")
    trainer = train(callback)
    trainer.callback_handler.on_log(
        trainer.args, trainer.state, trainer.control, {"test_note": "well", "test_loss": 0.5}
    )
    assert callback.tb_writer is not None
    callback.tb_writer.close()
    (run,) = (tmp_path / "out" / "runs").iterdir()
    found = scalars(run)
    assert list(found["train/loss"]) == list(range(1, 9))
    assert found["train/loss"][8] < found["train/loss"][1]
    assert list(found["eval/loss"]) == [4, 8]
    assert found["test/loss"] == {8: 0.5}
    assert {
        "train/learning_rate",
        "train/epoch",
        "train/grad_norm",
        "train/train_runtime",
        "eval/runtime",
    } <= set(found)
    assert text(run, "test/note") == "well"
    assert json.loads(text(run, "args"))["num_train_epochs"] == 2
    assert json.loads(text(run, "model_config"))["vocab_size"] == 7
    settings = hparams(run)
    assert (settings["learning_rate"], settings["logging_steps"]) == (5e-5, 1.0)
    assert "capture.python" in settings
    assert all(path.name.endswith(".mine") for path in run.iterdir())
    assert not any(b"hf_secret" in path.read_bytes() for path in run.iterdir())


def test_transformers_own_callback_on_our_writer(
    train: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers.integrations import TensorBoardCallback

    import lightboard
    from lightboard.integrations.transformers import LightboardCallback

    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "told"))
    with our_writer_as_torchs():
        callback = TensorBoardCallback()
    ours = LightboardCallback(log_dir=tmp_path / "ours")
    train(callback, ours)
    assert isinstance(callback.tb_writer, lightboard.SummaryWriter)
    callback.tb_writer.close()
    assert ours.tb_writer is not None
    ours.tb_writer.close()
    found = scalars(tmp_path / "told")
    assert found == scalars(tmp_path / "ours")
    for tag in ("args", "model_config"):
        assert text(tmp_path / "told", tag) == text(tmp_path / "ours", tag)
    assert list(found["train/loss"]) == list(range(1, 9))
    assert list(found["eval/loss"]) == [4, 8]


def test_where_transformers_logs(
    train: Any, transformers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lightboard import SummaryWriter
    from lightboard.integrations.transformers import LightboardCallback

    def begin(callback: Any, **state: Any) -> None:
        state = {"is_world_process_zero": True, "global_step": 1, **state}
        arguments = transformers.TrainingArguments(output_dir=str(tmp_path / "out"), use_cpu=True)
        moment = arguments, transformers.TrainerState(**state), transformers.TrainerControl()
        callback.on_train_begin(*moment, model=Model(None))
        callback.on_log(*moment, logs={"loss": 0.5})
        callback.on_train_end(*moment)

    begin(LightboardCallback(log_dir=tmp_path / "given"))
    begin(LightboardCallback(SummaryWriter(tmp_path / "writer")))
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "told"))
    begin(LightboardCallback())
    for name in ("given", "writer", "told"):
        assert scalars(tmp_path / name) == {"train/loss": {1: 0.5}}
    begin(LightboardCallback(log_dir=tmp_path / "other"), is_world_process_zero=False)
    assert not (tmp_path / "other").exists()
    begin(LightboardCallback(), is_hyper_param_search=True, trial_name="lr_1")
    (trial,) = (tmp_path / "out" / "runs").glob("*/lr_1")
    assert scalars(trial) == {"train/loss": {1: 0.5}}


def fit(accelerator: Any) -> None:
    """A training loop as Accelerate's documentation has it."""
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    data = torch.utils.data.DataLoader(torch.ones(4, 4))
    model, optimizer, data = accelerator.prepare(model, optimizer, data)
    for step, batch in enumerate(data):
        loss = model(batch).square().mean()
        accelerator.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        accelerator.log(
            {"loss": loss.item() if accelerator.log_with[0] == "tensorboard" else loss}, step=step
        )


def test_accelerate(tmp_path: Path) -> None:
    from accelerate import Accelerator

    from lightboard.integrations.accelerate import LightboardTracker

    accelerator = Accelerator(log_with="lightboard", project_dir=str(tmp_path), cpu=True)
    accelerator.init_trackers("mine", {"lr": 0.1, "model": {"layers": 2}}, {"lightboard": {"capture": True}})
    fit(accelerator)
    accelerator.log({"note": "well", "both": {"a": 1, "b": 2}, "counted": 1.0})
    tracker = accelerator.get_tracker("lightboard")
    assert isinstance(tracker, LightboardTracker)
    tracker.log_images({"image": [np.zeros((3, 2, 2))] * 2}, step=1)
    accelerator.end_training()

    run = tmp_path / "mine"
    found = scalars(run)
    assert list(found["loss"]) == [0, 1, 2, 3]
    assert found["loss"][3] < found["loss"][0]
    assert found["counted"] == {0: 1.0}
    assert scalars(run / "both_b") == {"both": {0: 2.0}}
    assert text(run, "note") == "well"
    settings = hparams(run)
    assert (settings["lr"], settings["model.layers"], "capture.python" in settings) == (0.1, 2.0, True)
    assert accumulated(run).Images("image")[0].step == 1

    other = Accelerator(log_with=LightboardTracker("other", tmp_path), cpu=True)
    other.init_trackers("ignored")
    other.log({"loss": 1.0}, step=2)
    other.end_training()
    assert scalars(tmp_path / "other") == {"loss": {2: 1.0}}


def test_accelerates_own_tracker_on_our_writer(tmp_path: Path) -> None:
    from accelerate import Accelerator

    import lightboard
    from lightboard.integrations.accelerate import LightboardTracker

    with our_writer_as_torchs():
        trackers = ["tensorboard", LightboardTracker("ours", tmp_path)]
        accelerator = Accelerator(log_with=trackers, project_dir=str(tmp_path), cpu=True)
        accelerator.init_trackers("mine", {"lr": 0.1})
        assert isinstance(accelerator.get_tracker("tensorboard").tracker, lightboard.SummaryWriter)
        fit(accelerator)
        accelerator.end_training()
    assert list(scalars(tmp_path / "mine")["loss"]) == [0, 1, 2, 3]
    assert scalars(tmp_path / "mine") == scalars(tmp_path / "ours")
    assert hparams(tmp_path / "mine") == hparams(tmp_path / "ours") == {"lr": 0.1}
