"""The programs in examples/: each runs as it stands, and what it logs is read back whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import lightboard

# Packages that are in torch's environment only.
TORCH = re.compile("^(from|import) (torch|matplotlib)", re.MULTILINE)

EXAMPLES = [
    pytest.param(path, marks=pytest.mark.torch if TORCH.search(path.read_text()) else ())
    for path in sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example(tmp_path: Path, example: Path) -> None:
    subprocess.run([sys.executable, "-W", "error", example], cwd=tmp_path, check=True)
    with lightboard.open(tmp_path / "runs") as index:
        runs = [run for run in index.runs if run.name.split("/")[0] == example.stem]
        assert runs
        assert {run.state for run in runs} <= {"live", "idle"}
        assert any(len(run.series(kind=None)) for run in runs)
