"""`lightboard doctor --watch` tells what comes and goes."""

import re
import signal
from pathlib import Path

from boards import LIGHTBOARD, board
from doctor.events import run_in


def test_findings_that_come_and_go(tmp_path: Path) -> None:
    run_in(tmp_path / "healthy")
    with board(tmp_path, "--watch", program=(*LIGHTBOARD, "doctor")) as watching:
        watching.wait_for("Nothing found that hides or distorts data")
        watching.wait_for("Looking again")
        empty = tmp_path / "healthy" / "events.out.tfevents.1763800000.host"
        empty.touch()
        watching.wait_for(r"\d\d:\d\d:\d\d new\n✗ Event file of 0 bytes  file_empty\n")
        watching.wait_for(re.escape(str(empty)))
        empty.unlink()
        watching.wait_for(
            rf"\d\d:\d\d:\d\d gone\n✗ Event file of 0 bytes  file_empty\n    {re.escape(str(empty))}\n$"
        )
        finished = watching.stop(signal.SIGINT)
    assert finished.code == 0
    assert finished.out.count("file_empty") == 2
    assert finished.err == ""


def test_text_and_one_json_report_exclude_each_other(tmp_path: Path) -> None:
    with board(tmp_path, "--watch", "--json", program=(*LIGHTBOARD, "doctor")) as refused:
        finished = refused.finish()
    assert finished.code == 2
    assert "Give one of them" in finished.err
