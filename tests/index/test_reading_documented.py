"""The examples of docs/reading.md, run as they stand."""

import re
from pathlib import Path

import numpy as np
import pytest
from tensorboardX import SummaryWriter

from logdirs import write_run

TEXT = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")


def test_every_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values = [1 / (step + 1) for step in range(1000)]
    write_run(tmp_path / "runs" / "experiment_1", {"loss": values, "lr": [0.01] * 1000})
    with SummaryWriter(str(tmp_path / "runs" / "experiment_2")) as writer:
        writer.add_histogram("weights", np.arange(10.0), 7, bins=5)
        writer.add_image("picture", np.zeros((3, 4, 6)), 7)
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(examples) == 7
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, "docs/reading.md", "exec"), names)
    out = capsys.readouterr().out
    assert out.startswith("experiment_1 999 0.001")
    assert "'loss': ['scalar'], 'lr': ['scalar']" in out
    assert "7 0.0 10.0\n" in out
    assert "picture image/png 6 4 " in out
