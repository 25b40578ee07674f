"""The programs in examples/: each runs as it stands, and what it logs is read back whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import lightboard
from lightboard import SummaryWriter

# Packages that are in torch's environment only.
TORCH = re.compile("^(from|import) (torch|matplotlib)", re.MULTILINE)

EXAMPLES_DIRECTORY = Path(__file__).parents[2] / "examples"
EXAMPLES = [
    pytest.param(path, marks=pytest.mark.torch if TORCH.search(path.read_text()) else ())
    for path in sorted(EXAMPLES_DIRECTORY.glob("*.py"))
]


# They are in every example, or tell what was given.
IN_ALL = {"close", "default_bins", "flush", "get_logdir", "logdir"}


def test_each_public_name_has_an_example() -> None:
    names = {name for name in dir(SummaryWriter) if not name.startswith("_")}
    classes = {"event_writer", "file_writer", "global_summary_writer"}
    stems = {path.stem for path in EXAMPLES_DIRECTORY.glob("*.py")}
    assert sorted((names - IN_ALL | classes) - stems) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example(tmp_path: Path, example: Path) -> None:
    subprocess.run([sys.executable, "-W", "error", example], cwd=tmp_path, check=True)
    with lightboard.open(tmp_path / "runs") as index:
        runs = [run for run in index.runs if run.name.split("/")[0] == example.stem]
        assert runs
        assert {run.state for run in runs} <= {"live", "idle"}
        assert any(len(run.series(kind=None)) for run in runs)
