"""Event files that are deleted or moved while they are being written."""

import json
import shutil
import time
from pathlib import Path

import pytest

from log.program import Program
from log.records import event_files, steps

LOG = """
writer = SummaryWriter("runs/run")
for step in range(100):
    writer.add_scalar("loss", 0.0, step)
writer.flush()
say("logged")
sys.stdin.readline()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    for step in range(100, 200):
        writer.add_scalar("loss", 0.0, step)
    writer.flush()
    for step in range(200, 300):
        writer.add_scalar("loss", 0.0, step)
    writer.close()
say(heard(warned))
"""


def follow_up(program: Program) -> list[str]:
    time.sleep(0.2)  # How often a file is looked for.
    program.answer()
    warned: list[str] = json.loads(program.line())
    assert program.end()[0] == 0
    return warned


@pytest.mark.parametrize("what", ["runs", "runs/run", "file"])
def test_deleted(tmp_path: Path, what: str) -> None:
    program = Program(LOG, tmp_path)
    program.line()
    (old,) = event_files(tmp_path / "runs/run")
    if what == "file":
        old.unlink()
    else:
        shutil.rmtree(tmp_path / what)
    (warned,) = follow_up(program)
    (new,) = event_files(tmp_path / "runs/run")
    assert new != old
    assert all(text in warned for text in (str(old), "deleted", "100 records", str(new)))
    assert steps(tmp_path / "runs/run") == list(range(100, 300))


def test_moved(tmp_path: Path) -> None:
    program = Program(LOG, tmp_path)
    program.line()
    (old,) = event_files(tmp_path / "runs/run")
    (tmp_path / "runs/run").rename(tmp_path / "runs/renamed")
    (warned,) = follow_up(program)
    assert all(text in warned for text in (str(old), "moved", str(tmp_path / "runs/renamed" / old.name)))
    assert not (tmp_path / "runs/run").exists()
    assert steps(tmp_path / "runs/renamed") == list(range(300))


def test_deleted_and_not_to_be_made_again(tmp_path: Path) -> None:
    program = Program(LOG, tmp_path)
    program.line()
    shutil.rmtree(tmp_path / "runs")
    (tmp_path / "runs").write_text("in the way")
    failing, lost = follow_up(program)
    assert "cannot write to" in failing
    assert "200 records" in lost


def test_deleted_and_made_again_later(tmp_path: Path) -> None:
    text = LOG.replace(
        "    for step in range(200", "    say('full'); sys.stdin.readline()\n    for step in range(200"
    )
    program = Program(text, tmp_path)
    program.line()
    shutil.rmtree(tmp_path / "runs")
    (tmp_path / "runs").write_text("in the way")
    time.sleep(0.2)
    program.answer()
    program.line()
    (tmp_path / "runs").unlink()
    failing, deleted = follow_up(program)
    assert "cannot write to" in failing
    assert "deleted" in deleted
    assert steps(tmp_path / "runs/run") == list(range(100, 300))


def test_nothing_is_made_again_for_a_writer_that_logs_nothing_more(tmp_path: Path) -> None:
    text = "writer = SummaryWriter('runs/run')\nwriter.add_scalar('loss', 0.0, 0)\nimport shutil\nwriter.flush()\n"
    program = Program(text + "shutil.rmtree('runs')\nwriter.flush()\nwriter.close()", tmp_path)
    assert program.end()[0] == 0
    assert not (tmp_path / "runs").exists()
