"""Sub-runs: what add_scalars and add_hparams make is tied to the run that made it, and nothing else is."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboardX import SummaryWriter as TensorboardX

import lightboard
from index.following import Following
from index.records import append, header, scalar, scalars, session_start, write

Follow = Callable[..., Following]
BEGIN = 1_700_000_000


def ties(logs: Path) -> dict[str, tuple[str, str]]:
    """Of each sub-run the name of its parent and what made it."""
    with lightboard.open(logs, cache_dir=None) as index:
        names = {run.id: run.name for run in index.runs}
        return {
            run.name: (names[run.parent], run.made_by)
            for run in index.runs
            if run.parent is not None and run.made_by is not None
        }


@pytest.mark.row("W12", "W13")
def test_what_tensorboardx_makes(tmp_path: Path) -> None:
    with TensorboardX(str(tmp_path / "logs" / "a" / "run"), filename_suffix=".mine") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.add_scalars("eval/top 5", {"train": 1.0, "test set": 2.0}, 0)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, name="final")
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9})
    made = ties(tmp_path / "logs")
    (timed,) = made.keys() - {"a/run/eval/top 5/train", "a/run/eval/top 5/test set", "a/run/final"}
    assert float(timed.removeprefix("a/run/")) == pytest.approx(time.time(), abs=60)
    assert made == {
        "a/run/eval/top 5/train": ("a/run", "add_scalars"),
        "a/run/eval/top 5/test set": ("a/run", "add_scalars"),
        "a/run/final": ("a/run", "add_hparams"),
        timed: ("a/run", "add_hparams"),
    }


def test_what_lightboard_makes(tmp_path: Path) -> None:
    with lightboard.SummaryWriter(tmp_path / "logs" / "run") as writer:
        writer.add_scalars("eval/loss", {"train": 1.0, "a/b": 2.0}, 0)
    assert ties(tmp_path / "logs") == {
        "run/eval_loss_train": ("run", "add_scalars"),
        "run/eval_loss_a/b": ("run", "add_scalars"),
    }


@pytest.mark.row("W12", "W13")
@pytest.mark.torch
def test_what_torch_makes(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="run by make test-torch")
    from torch.utils.tensorboard import SummaryWriter as Torch

    with Torch(str(tmp_path / "logs" / "run")) as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.add_scalars("eval/loss", {"train": 1.0, "a/b": 2.0}, 0)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, run_name="final")
        writer.add_hparams({"lr": 0.1}, {"loss": 0.9})
    made = ties(tmp_path / "logs")
    (timed,) = made.keys() - {"run/eval_loss_train", "run/eval_loss_a/b", "run/final"}
    assert made == {
        "run/eval_loss_train": ("run", "add_scalars"),
        "run/eval_loss_a/b": ("run", "add_scalars"),
        "run/final": ("run", "add_hparams"),
        timed: ("run", "add_hparams"),
    }


@pytest.mark.row("W18")
@pytest.mark.torch
def test_torchs_purge_step_reaches_the_sub_runs_and_the_tags_that_are_not_logged_again(
    tmp_path: Path,
) -> None:
    pytest.importorskip("torch", reason="run by make test-torch")
    from torch.utils.tensorboard import SummaryWriter as Torch

    with Torch(str(tmp_path / "logs" / "run")) as writer:
        for step in range(10):
            writer.add_scalar("accuracy", step, step)
            writer.add_scalars("loss", {"train": step, "test": step}, step)
    with Torch(str(tmp_path / "logs" / "run"), purge_step=5) as writer:
        writer.add_scalars("loss", {"train": 6}, 6)
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        latest = {
            series.run.name: series.step.tolist()
            for series in index.series(["loss", "accuracy"], attempts="latest")
        }
    assert latest == {
        "run": [0, 1, 2, 3, 4],
        "run/loss_test": [0, 1, 2, 3, 4],
        "run/loss_train": [0, 1, 2, 3, 4, 6],
    }


@pytest.mark.torch
def test_hparams_in_the_directory_of_the_writer_restart_nothing(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="run by make test-torch")
    from torch.utils.tensorboard import SummaryWriter as Torch

    with Torch(str(tmp_path / "logs" / "run")) as writer:
        for step in range(5):
            writer.add_scalar("accuracy", step, step)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, run_name=".")
        writer.add_scalar("accuracy", 5, 5)
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        run = index.runs["run"]
        assert (run.attempts, run.conflict, run.parent, len(run.files)) == (1, None, None, 2)
        assert sorted(run.series("accuracy", attempts="latest")[0].step) == [0, 0, 1, 2, 3, 4, 5]


@pytest.mark.row("W18")
def test_tensorboardxs_purge_step_reaches_the_sub_runs(tmp_path: Path) -> None:
    run = str(tmp_path / "logs" / "run")
    with TensorboardX(run, filename_suffix=".1") as writer:
        for step in range(10):
            writer.add_scalars("loss", {"train": step}, step)
    with TensorboardX(run, purge_step=5, filename_suffix=".2") as writer:
        writer.add_scalar("accuracy", 5, 5)
    with lightboard.open(tmp_path / "logs", cache_dir=None) as index:
        series = index.series("loss", attempts="latest")[0]
        assert (series.run.name, series.step.tolist()) == ("run/loss/train", [0, 1, 2, 3, 4])
        assert index.series("loss")[0].step.tolist() == [*range(10)]


def test_a_start_above_voids_what_was_logged_before_it_in_a_file_that_goes_on(
    tmp_path: Path, follow: Follow
) -> None:
    name = "events.out.tfevents.1700000000.host.1.0"
    above = write(tmp_path / "run", header(BEGIN), name)
    sub_run = tmp_path / "run" / "loss_train"
    write(sub_run, scalars(range(3000), wall_time=BEGIN), name)
    following = follow(tmp_path)
    following.until_loaded()
    following.until_quiet()
    before = following.index.version
    append(above, session_start(1500, BEGIN + 2500))

    def latest() -> list[int]:
        return [int(step) for step in following.scalars(attempts="latest").columns["step"]]

    following.until(lambda: latest() == [*range(1500), *range(2499, 3000)])
    following.until_quiet()
    changes = following.changes(before)
    assert [changes["runs"][place] for place in changes["any_series"]] == sorted(
        run["id"] for run in following.runs().values()
    )
    (entry,) = following.scalars(attempts="latest").header["series"]
    assert (entry["attempts"], entry["superseded"], entry["superseded_from"]) == (1, 999, 1500)
    # Another writer's start spares what was still being written.
    write(
        tmp_path / "run", header(BEGIN + 100) + session_start(0, BEGIN + 2900), name.replace("host", "other")
    )
    following.until(lambda: len(following.run("run")["files"]) == 2)
    following.until_quiet()
    assert latest() == [*range(1500), *range(2499, 3000)]


def test_folders_that_people_lay_out_are_runs_of_their_own(tmp_path: Path) -> None:
    logs, name = tmp_path / "logs", "events.out.tfevents.1700000000.host.1.0"
    # A stray file above, of the same process even.
    write(logs, header(BEGIN), name)
    write(logs / "train", scalars(range(3), "epoch_loss"), name)
    write(logs / "validation", scalars(range(3), "epoch_loss"), name)
    write(logs / "fit" / "version_0", scalars(range(3), "loss"), name)
    # As add_scalars would call it, but of another process, or older than what lies above.
    write(logs / "loss_a", scalars(range(3)), name.replace(".1.0", ".2.0"))
    write(logs / "loss_b", scalars(range(3), wall_time=BEGIN - 100), name)
    # With more than the one tag.
    more = scalar(0, 0.0, "lr", BEGIN)
    write(logs / "loss_c", scalars(range(3)) + more, name)
    assert ties(logs) == {}
    write(logs / "loss_d", scalars(range(3)), name)
    assert ties(logs) == {"loss_d": (".", "add_scalars")}


def test_a_run_with_curves_is_no_record_of_hparams(tmp_path: Path) -> None:
    with TensorboardX(str(tmp_path / "logs" / "run")) as writer:
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, name="made")
        trained = TensorboardX(str(tmp_path / "logs" / "run" / "trained"))
        trained.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, name="made")
        for step in range(2):
            trained.add_scalar("accuracy", 0.5, step)
        trained.close()
    assert ties(tmp_path / "logs") == {
        "run/made": ("run", "add_hparams"),
        "run/trained/made": ("run/trained", "add_hparams"),
    }
    # Copied together, a record and a curve are no record any more.
    for file in (tmp_path / "logs" / "run" / "trained").glob("*tfevents*"):
        shutil.copy(file, tmp_path / "logs" / "run" / "made" / f"{file.name}.copy")
    assert set(ties(tmp_path / "logs")) == {"run/trained/made"}
