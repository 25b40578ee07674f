"""Which run has which hyper-parameters, as TensorBoard's HPARAMS page and our own index see it."""

import os
from pathlib import Path
from typing import Any

import pytest

import lightboard
from lightboard import SummaryWriter
from log.hparams_page import rows
from log.program import succeed
from log.records import steps


@pytest.fixture(autouse=True)
def _no_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)


def hparams(directory: Path) -> dict[str, dict[str, Any]]:
    """Name and hyper-parameters of each run as our index has them."""
    with lightboard.open(directory) as index:
        return {run.name: dict(run.hparams) for run in index.runs}


def shown(directory: Path) -> dict[str, dict[str, Any]]:
    return {name: row.hparams for name, row in rows(directory).items()}


def test_trials_of_one_writer_are_rows(tmp_path: Path) -> None:
    """The example of torch's documentation."""
    with SummaryWriter(tmp_path / "run") as writer:
        for i in range(5):
            writer.add_hparams(
                {"lr": 0.1 * i, "bsize": i}, {"hparam/accuracy": 10 * i, "hparam/loss": 10 * i}
            )
    found = rows(tmp_path)
    assert [(row.hparams, row.metrics) for _, row in sorted(found.items())] == [
        ({"lr": 0.1 * i, "bsize": i}, {"hparam/accuracy": (10 * i, 0), "hparam/loss": (10 * i, 0)})
        for i in range(5)
    ]
    assert "run" in found
    assert hparams(tmp_path) == {name: row.hparams for name, row in found.items()}


def test_the_same_settings_with_other_metrics_stay_in_the_run(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.5})
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.75})
    (row,) = rows(tmp_path).values()
    assert (row.hparams, row.metrics["accuracy"][0]) == ({"lr": 0.1}, 0.75)


def test_what_the_constructor_knows_stands_beside_what_the_program_sets(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, rank=2) as writer:
        writer.config({"rank": 16, "lr": 0.5})
        writer.add_scalar("loss", 1.0, 0)
    expected = {"rank_2": {"process.rank": 2, "rank": 16, "lr": 0.5}}
    assert shown(tmp_path) == hparams(tmp_path) == expected


def test_a_capture_stands_beside_what_the_program_sets(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run", capture=True, system_metrics=True) as writer:
        writer.config({"lr": 0.5})
    for found in (shown(tmp_path), hparams(tmp_path)):
        assert found["run"]["lr"] == 0.5
        assert found["run"]["capture.host"] == os.uname().nodename


def test_add_hparams_adds_to_what_the_constructor_knows(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, rank=2) as writer:
        writer.add_hparams({"lr": 0.5}, {"best": 0.25})
    expected = {"rank_2": {"process.rank": 2, "lr": 0.5}}
    assert shown(tmp_path) == hparams(tmp_path) == expected
    assert rows(tmp_path)["rank_2"].metrics == {"best": (0.25, 0)}
    assert rows(tmp_path)["rank_2"].status == 1


@pytest.mark.parametrize("name", [None, "trial"])
def test_a_sub_run_has_the_settings_of_its_run_too(tmp_path: Path, name: str | None) -> None:
    with SummaryWriter(tmp_path, rank=2) as writer:
        writer.config({"layers": 12, "lr": 0.1})
        writer.add_scalar("loss", 1.0, 0)
        writer.add_hparams({"lr": 0.5}, {"best": 0.25}, run_name=name)
    (sub_run,) = set(shown(tmp_path)) - {"rank_2"}
    assert sub_run.startswith("rank_2/" + (name or "1"))
    expected = {
        "rank_2": {"process.rank": 2, "layers": 12, "lr": 0.1},
        sub_run: {"process.rank": 2, "layers": 12, "lr": 0.5},
    }
    assert shown(tmp_path) == hparams(tmp_path) == expected
    assert rows(tmp_path)[sub_run].metrics == {"best": (0.25, 0)}


def test_tensorboard_shows_the_first_config_and_we_show_all(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.config({"lr": 0.1, "layers": 3})
        writer.config({"lr": 0.2, "seed": 1})
    assert shown(tmp_path) == {"run": {"lr": 0.1, "layers": 3}}
    assert hparams(tmp_path) == {"run": {"lr": 0.2, "layers": 3, "seed": 1}}


def test_a_config_after_add_hparams_adds_to_it(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_hparams({"lr": 0.1}, {})
        writer.config({"seed": 1})
    assert hparams(tmp_path) == {"run": {"lr": 0.1, "seed": 1}}


def test_metrics_of_a_configured_run_are_its_own(tmp_path: Path) -> None:
    def train() -> None:
        with SummaryWriter(tmp_path / "run") as writer:
            writer.config({"lr": 0.1})
            writer.add_hparams({"lr": 0.1}, {"best": 0.25})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        train()
    assert rows(tmp_path) == {"run": ({"lr": 0.1}, {"best": (0.25, 0)}, 2)}


@pytest.mark.parametrize(
    ("error", "status"),
    [(SystemExit(0), 1), (SystemExit(), 1), (SystemExit("no data"), 2), (GeneratorExit(), 1)],
)
def test_who_leaves_early_has_not_failed(tmp_path: Path, error: BaseException, status: int) -> None:
    def train() -> None:
        with SummaryWriter(tmp_path / "run") as writer:
            writer.config({"lr": 0.1})
            raise error

    with pytest.raises(type(error)):
        train()
    assert rows(tmp_path)["run"].status == status


@pytest.mark.parametrize(
    "end",
    [
        "writer.add_scalar('loss', 1.0, 0); writer._files.core.flush(); os._exit",
        "writer.flush(); os._exit",
        "writer.close(); exit",
        "exit",
    ],
)
def test_a_rank_is_logged_before_anything_else(tmp_path: Path, end: str) -> None:
    succeed(f"writer = SummaryWriter('run', rank=3)\n{end}(0)", tmp_path)
    expected = {"rank_3": {"process.rank": 3}}
    assert shown(tmp_path / "run") == hparams(tmp_path / "run") == expected


def test_a_forked_child_says_nothing_of_its_parents_session(tmp_path: Path) -> None:
    text = """
writer = SummaryWriter("run", rank=3)
if child := os.fork():
    os.waitpid(child, 0)
    writer.config({"lr": 0.1})
    writer.close()
else:
    writer.add_scalar("loss", 1.0, 0)
    os._exit(0)
"""
    succeed(text, tmp_path)
    assert hparams(tmp_path / "run") == {"rank_3": {"process.rank": 3, "lr": 0.1}}


def test_metrics_go_on_from_the_last_step_of_their_tag(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(50):
            writer.add_scalar("accuracy", step / 50, step % 5)
            writer.add_scalar("loss", 1.0, 100 + step)
            writer.add_scalar("counted", 1.0)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 1.0, "counted": 1.0, "best": 1.0})
    assert steps(tmp_path / "run", "accuracy")[-2:] == [4, 4]
    assert steps(tmp_path / "run", "counted")[-2:] == [49, 50]
    assert steps(tmp_path / "run", "best") == [0]


def test_metrics_with_a_step_or_a_name_are_logged_where_they_are_wanted(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("accuracy", 0.5, 9)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 1.0}, run_name="trial")
        writer.add_hparams({"lr": 0.1}, {"accuracy": 1.0}, global_step=3)
    assert steps(tmp_path / "run" / "trial", "accuracy") == [0]
    assert steps(tmp_path / "run", "accuracy") == [9, 3]


def test_last_steps_are_found_in_files_larger_than_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightboard.log.last_steps.WINDOW", 1000)
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(300):
            writer.add_scalar("accuracy", 0.5, step)
            writer.add_scalar("loss", 0.5, 1000 * step)
        writer.add_text("text", "x" * 5000, 5)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 1.0})
    assert steps(tmp_path / "run", "accuracy") == [*range(300), 299]
