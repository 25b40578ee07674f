"""The demo: what `make demo` writes, serves and leaves behind."""

import os
import sys
import time
from pathlib import Path

from boards import Board, board, client
from lightboard.index import decode

DEMO = Path(__file__).parent.parent.parent / "scripts" / "demo.py"
FINISHED = {"restarted", "実験-1"} | {
    f"sweep/lr={rate},batch={size}" for rate in (0.1, 0.03, 0.01, 0.003) for size in (32, 64, 128)
}


def steps_of(running: Board, name: str) -> int:
    with client(running) as http:
        steps = {run["name"]: run["last_step"] for run in http.get("/api/runs").json()["runs"]}
    return int(steps.get(name) or 0)


def test_the_demo_trains_while_it_is_watched_and_ends_with_the_board(tmp_path: Path) -> None:
    with (
        board("--port", "0", cwd=tmp_path, program=[sys.executable, DEMO]) as running,
        client(running) as http,
    ):
        running.wait_for("Ctrl-C stops")
        deadline = time.monotonic() + 60
        while steps_of(running, "training-1") < 3:
            assert time.monotonic() < deadline
        running.wait_until_read()
        runs = {run["name"]: run for run in http.get("/api/runs").json()["runs"]}
        assert set(runs) == FINISHED | {"training-1"}
        assert [runs["restarted"]["attempts"], len(runs["restarted"]["files"])] == [2, 2]
        assert {run["state"] for name, run in runs.items() if name != "training-1"} == {"idle"}
        tags = {entry["tag"]: entry["runs"] for entry in http.get("/api/tags").json()["tags"]}
        assert tags == dict.fromkeys(("accuracy", "learning_rate", "loss/train", "loss/validation"), 15)
        frame = decode(http.post("/api/scalars", json={"tags": ["loss/train"], "axis": "relative"}).content)
        assert frame.header["pictures"][0]["x_min"] >= 0
        assert {series["points"] for series in frame.header["series"] if series["points"] > 1200} == {2000}
        pid = running.process.pid
        (trainer,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert Path(f"/proc/{trainer}").exists()
        assert running.stop().code == 0
        assert not Path(f"/proc/{trainer}").exists()


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "demo-runs" / "restarted").mkdir(parents=True)
    (tmp_path / "demo-runs" / "training-1").mkdir()
    with board("--port", "0", cwd=tmp_path, program=[sys.executable, DEMO]) as running:
        running.wait_for("training into demo-runs/training-2 ")
        running.wait_for("Ctrl-C stops")
        assert running.stop().code == 0
    assert os.listdir(tmp_path / "demo-runs" / "restarted") == []
