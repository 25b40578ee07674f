"""What the doctor finds out about boards that run: what they hold open is not what is on disk."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tensorboard_data_server

from boards import board
from doctor.events import run_in
from doctor.looking import codes, found, look_at

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")


class DataServer:
    """TensorBoard's default reader, looking again every so many seconds."""

    def __init__(self, logdir: Path, reload: int, open_files: int) -> None:
        self.process = subprocess.Popen(
            [
                "prlimit",
                f"--nofile={open_files}",
                tensorboard_data_server.server_binary(),
                "--logdir",
                logdir,
                "--port",
                "0",
                "--reload",
                str(reload),
                "-v",
            ],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stderr is not None
        self.log = self.process.stderr

    def wait_for(self, pattern: str) -> None:
        """Wait until its log has a line like that."""
        for line in self.log:
            if re.search(pattern, line):
                return
        raise AssertionError(f"no {pattern} in the data server's log")

    def read_on(self) -> None:
        """Wait until it has looked at everything again, from the start."""
        self.wait_for("[Ss]tarting load cycle")
        self.wait_for("[Ff]inished load cycle")


@contextmanager
def data_server(logdir: Path, reload: int = 1, open_files: int = 1000) -> Iterator[DataServer]:
    server = DataServer(logdir, reload, open_files)
    try:
        server.wait_for("[Ff]inished load cycle")
        yield server
    finally:
        server.process.kill()
        server.process.wait()
        server.log.close()


@pytest.mark.detects("F13", "file_replaced", "F14", "file_rewritten", "F15", "run_made_again")
def test_files_that_change_under_a_running_tensorboard(tmp_path: Path) -> None:
    files = {name: run_in(tmp_path / name, range(50)) for name in ("kept", "copied", "shortened", "again")}
    with data_server(tmp_path, reload=600) as server:  # All that follows happens between two of its looks.
        assert codes(tmp_path) == set()
        shutil.copy(files["copied"], tmp_path / "copy")
        (tmp_path / "copy").rename(files["copied"])
        files["shortened"].write_bytes(files["kept"].read_bytes()[:500])
        shutil.rmtree(tmp_path / "again")
        run_in(tmp_path / "again").rename(tmp_path / "again" / "events.out.tfevents.1763800000.host")
        findings = {finding.code: finding for finding in look_at(tmp_path)}
    for code, name in (
        ("file_replaced", "copied"),
        ("file_rewritten", "shortened"),
        ("run_made_again", "again"),
    ):
        (place,) = findings[code].places
        assert (place.path, place.logdir, place.run) == (str(files[name]), tmp_path.name, name)
        assert findings[code].about("kept", None) is None
        assert f"process {server.process.pid} (" in str(place.seen)


@pytest.mark.detects("F16", "reader_gave_up")
def test_a_file_that_had_zeros_first(tmp_path: Path) -> None:
    file = run_in(tmp_path / "late", range(50))
    run_in(tmp_path / "other", range(50))
    whole = file.read_bytes()
    file.write_bytes(whole[:1000] + bytes(len(whole) - 1000))
    with data_server(tmp_path) as server:
        file.write_bytes(whole)
        server.read_on()
        assert "reader_gave_up" not in codes(tmp_path)
        os.utime(file, (time.time() - 120, time.time() - 120))
        finding = found("reader_gave_up", tmp_path)
        assert [place.path for place in finding.places] == [str(file)]
    with data_server(tmp_path):
        assert codes(tmp_path) == set()


MOUNTED = "mount -t tmpfs tmpfs {path} && exec {python} -m lightboard {path} --port 0"


@pytest.mark.skipif(os.getuid() != 0, reason="may not mount a disk")
@pytest.mark.detects("F24", "logdir_not_shared")
def test_a_board_in_a_container_with_another_folder_at_the_path(tmp_path: Path) -> None:
    run_in(tmp_path / "run")
    with board(tmp_path, "--port", "0") as beside:
        assert beside.address
        assert codes(tmp_path) == set()
    script = MOUNTED.format(path=tmp_path, python=sys.executable)
    with board(program=("unshare", "--mount", "sh", "-c", script)) as apart:
        assert apart.address
        finding = found("logdir_not_shared", tmp_path)
        assert re.search(r"process \d+ \(.*\) sees another folder there", str(finding.places[0].seen))


@pytest.mark.detects("F21", "files_too_many")
def test_more_files_than_may_be_open(tmp_path: Path) -> None:
    file = run_in(tmp_path / "run")
    for number in range(50):
        (tmp_path / str(number)).mkdir()
        os.link(file, tmp_path / str(number) / file.name)
    with data_server(tmp_path):
        assert codes(tmp_path) == set()
    with data_server(tmp_path, open_files=40) as server:
        finding = found("files_too_many", tmp_path)
        assert f"51 event files; process {server.process.pid} (TensorBoard) may have 40" in finding.seen


@pytest.mark.detects("F22", "tree_enormous")
def test_one_run_beside_very_many_files(tmp_path: Path) -> None:
    run_in(tmp_path / "run")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "one").touch()
    assert codes(tmp_path) == set()
    for number in range(10_000):
        os.link(tmp_path / "data" / "one", tmp_path / "data" / str(number))
    finding = found("tree_enormous", tmp_path)
    assert finding.places[0].run == "data"
