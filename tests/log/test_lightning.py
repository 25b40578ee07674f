"""PyTorch Lightning and Fabric with our logger, and with their own TensorBoardLogger on our writer."""

import copy
import importlib
import logging
from pathlib import Path
from typing import Any

import pytest

from log.frameworks import accumulated, hparams, our_writer_as_torchs, scalars, status

# Others' warnings are their own.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore", "error::lightboard.LightboardWarning"),
]

torch = pytest.importorskip("torch", reason="run by make test-torch")


@pytest.fixture(scope="module")
def pl() -> Any:
    return importlib.import_module("lightning.pytorch")


@pytest.fixture
def model(pl: Any) -> Any:
    class Model(pl.LightningModule):  # type: ignore[misc]
        example_input_array = torch.zeros(2, 4)

        def __init__(self, lr: float = 0.1, layers: tuple[int, ...] = (4, 1)) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(4, 1)

        def forward(self, batch: Any) -> Any:
            return self.layer(batch)

        def training_step(self, batch: Any, index: int) -> Any:
            loss = self(batch).square().mean()
            self.log("train/loss", loss)
            return loss

        def validation_step(self, batch: Any, index: int) -> None:
            self.log("val/loss", self(batch).square().mean())

        def test_step(self, batch: Any, index: int) -> None:
            self.log("test/loss", 0.25)

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)

    return Model()


def data() -> Any:
    return torch.utils.data.DataLoader(torch.ones(8, 4), batch_size=2)


def trainer(pl: Any, logger: Any, root: Path, **options: Any) -> Any:
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    return pl.Trainer(
        max_epochs=2,
        logger=logger,
        log_every_n_steps=1,
        accelerator="cpu",
        default_root_dir=root,
        **quiet | options,
    )


def test_fit_and_test(pl: Any, model: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from lightboard.integrations.lightning import LightboardLogger

    caplog.set_level(logging.INFO, "lightboard")
    logger = LightboardLogger(tmp_path, name="mine", log_graph=True)
    fitting = trainer(pl, logger, tmp_path, enable_checkpointing=True)
    fitting.fit(model, data(), data())
    fitting.test(model, data(), verbose=False)

    run = tmp_path / "mine" / "version_0"
    assert fitting.log_dir == logger.log_dir == str(run)
    assert f"logging to {run}" in caplog.messages
    found = scalars(run)
    assert {tag: list(series) for tag, series in found.items()} == {
        "epoch": [0, 1, 2, 3, 4, 5, 6, 7, 8],
        "train/loss": [0, 1, 2, 3, 4, 5, 6, 7],
        "val/loss": [3, 7],
        "test/loss": [8],
    }
    assert found["train/loss"][7] < found["train/loss"][0]
    assert hparams(run) == {"lr": 0.1, "layers": "(4, 1)"}
    assert status(run) == 1
    assert {node.name for node in _graph(run).node} >= {"Model/Linear[layer]/weight"}
    assert "lr: 0.1" in (run / "hparams.yaml").read_text()
    assert list((run / "checkpoints").glob("*.ckpt"))
    assert len(list(run.glob("*tfevents*"))) == 2
    logger.finalize("success")  # Nothing was logged since.
    assert len(list(run.glob("*tfevents*"))) == 2
    assert LightboardLogger(tmp_path, name="mine").version == 1


def test_a_training_that_fails(pl: Any, model: Any, tmp_path: Path) -> None:
    from lightboard.integrations.lightning import LightboardLogger

    def broken(batch: Any, batch_idx: int) -> Any:
        raise RuntimeError("out of luck")

    model.training_step = broken
    logger = LightboardLogger(
        tmp_path, name=None, version="one", sub_dir="logs", prefix="a", default_hp_metric=True
    )
    with pytest.raises(RuntimeError, match="out of luck"):
        trainer(pl, logger, tmp_path).fit(model, data())
    assert scalars(tmp_path / "one/logs") == {"a-hp_metric": {0: -1.0}}
    assert status(tmp_path / "one/logs") == 2


def test_what_cannot_be_logged_costs_a_warning(pl: Any, tmp_path: Path) -> None:
    import lightboard
    from lightboard.integrations.lightning import LightboardLogger

    logger = LightboardLogger(tmp_path)
    with pytest.warns(
        lightboard.LightboardWarning, match="several is not logged. scalar_value of tag 'several'"
    ):
        logger.log_metrics({"several": torch.zeros(2), "one": torch.tensor(1.5)}, 3)
    logger.log_hyperparams({"nested": {"a": 1}, "none": None}, {"accuracy": 0.5})
    logger.experiment.add_text("note", "by hand", 0)
    logger.finalize("success")
    run = tmp_path / "lightning_logs/version_0"
    assert scalars(run) == {"one": {3: 1.5}, "accuracy": {0: 0.5}}
    assert hparams(run) == {"nested.a": 1.0}


def test_other_ranks_and_copies_log_nothing(pl: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lightning.pytorch.utilities.rank_zero import rank_zero_only

    from lightboard.integrations.lightning import LightboardLogger

    logger = LightboardLogger(tmp_path)
    logger.log_metrics({"loss": 1.0}, 0)
    monkeypatch.setattr(rank_zero_only, "rank", 1)
    other = copy.deepcopy(logger)  # As a strategy that spawns sends it to its processes.
    other.log_metrics({"loss": 2.0}, 0)
    other.log_hyperparams({"lr": 1})
    other.experiment.add_scalar("loss", 2.0, 0)
    other.finalize("success")
    assert other.log_dir == logger.log_dir
    monkeypatch.undo()
    logger.finalize("success")
    assert scalars(Path(logger.log_dir)) == {"loss": {0: 1.0}}
    assert len(list(Path(logger.log_dir).glob("*tfevents*"))) == 1


def test_fabric(pl: Any, tmp_path: Path) -> None:
    from lightning.fabric import Fabric

    from lightboard.integrations.lightning import LightboardLogger

    fabric = Fabric(accelerator="cpu", loggers=LightboardLogger(tmp_path))
    fabric.log("loss", torch.tensor(0.5), step=2)
    fabric.log_dict({"a": 1, "b": 2.5}, step=3)
    fabric.logger.finalize("success")
    assert scalars(Path(fabric.logger.log_dir)) == {"loss": {2: 0.5}, "a": {3: 1.0}, "b": {3: 2.5}}


def test_lightnings_own_logger_on_our_writer(pl: Any, model: Any, tmp_path: Path) -> None:
    import lightboard
    from lightboard.integrations.lightning import LightboardLogger

    with our_writer_as_torchs():
        logger = pl.loggers.TensorBoardLogger(tmp_path, log_graph=True)
        ours = LightboardLogger(tmp_path, "ours", default_hp_metric=True)
        fitting = trainer(pl, [logger, ours], tmp_path)
        fitting.fit(model, data(), data())
        assert isinstance(logger.experiment, lightboard.SummaryWriter)
    run = Path(logger.log_dir)
    assert list(scalars(run)["train/loss"]) == list(range(8))
    assert scalars(run)["hp_metric"] == {0: -1.0}
    assert scalars(run) == scalars(Path(ours.log_dir))
    assert hparams(run)["lr"] == 0.1
    assert {node.name for node in _graph(run).node} >= {"Model/Linear[layer]/weight"}


def _graph(run: Path) -> Any:
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    return GraphDef.FromString(accumulated(run).Graph().SerializeToString())
