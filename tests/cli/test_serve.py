"""All that `lightboard` says and does, from its start to its end."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from boards import board, client, environment
from logdirs import write_run


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lightboard", *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_version(tmp_path: Path) -> None:
    finished = run("--version", cwd=tmp_path)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "lightboard 0.1.0\n", "")


def test_the_installed_command_is_the_same_program(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("lightboard")
    finished = subprocess.run(
        [command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert finished.stdout == "lightboard 0.1.0\n"


def test_no_argument_and_no_runs(tmp_path: Path) -> None:
    finished = run(cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == (
        "Usage: lightboard [OPTIONS] [LOGDIR]...\n"
        "Try 'lightboard --help' for help.\n\n"
        f"Error: no log directory given. Without one, ./runs is served; looked for {tmp_path}/runs, found nothing "
        "there.\nGive the directory that your runs are in, for example: lightboard path/to/runs\n"
    )


def test_what_is_served_and_where(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "a", {"loss": [1, 2]})
    write_run(tmp_path / "runs" / "b", {"loss": [1, 2]})
    write_run(tmp_path / "old" / "実験…1", {"loss": [1]})
    found = f"  runs    {tmp_path}/runs  2 runs\n  before  {tmp_path}/old  1 run\n"
    with board("runs", "before=old", "--port", "0", cwd=tmp_path) as running:
        running.wait_for("Ctrl-C stops")
        running.wait_for(re.escape(found))
        port = running.address.rpartition(":")[2].strip("/")
        finished = running.stop(signal.SIGINT)
    where = f"Open http://127.0.0.1:{port}/\nCtrl-C stops.\n"
    looking = re.sub(r"\d runs?\n", "looking for runs …\n", found)
    assert finished.out in {  # What takes a while to be found is told of once more.
        f"Lightboard 0.1.0\n\n{found}\n{where}",
        f"Lightboard 0.1.0\n\n{looking}\n{where}\n{found}",
    }
    assert (finished.code, finished.err) == (0, "")


def test_without_an_argument_runs_is_served(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "a", {"loss": [1, 2]})
    with board("--port", "0", cwd=tmp_path) as running:
        running.wait_for(rf"runs  {tmp_path}/runs  1 run\n")


def test_a_directory_named_like_a_command_is_reached_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "serve").mkdir()
    with board("./serve", "--port", "0", cwd=tmp_path) as running:
        running.wait_for(rf"serve  {tmp_path}/serve  0 runs\n")
    with board("serve", "serve", "--port", "0", cwd=tmp_path) as running:
        running.wait_for(rf"serve  {tmp_path}/serve  0 runs\n")


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_a_log_directory_with_nothing_to_show_is_explained_and_served(tmp_path: Path, kind: str) -> None:
    logdir = tmp_path / kind
    if kind == "file":
        logdir.write_text("notes")
    elif kind == "empty":
        logdir.mkdir()
    with board(logdir, "--port", "0", cwd=tmp_path) as running, client(running) as http:
        running.wait_for("Ctrl-C stops")
        running.wait_for("0 runs\n.+\n")
        (state,) = http.get("/api/runs").json()["logdirs"]
        finished = running.stop()
    assert state["message"]
    assert f"  {kind}  {logdir}  0 runs\n  {' ' * len(kind)}  {state['message']}\n" in finished.out
    assert finished.code == 0


def test_how_the_arguments_were_read_is_said_before_anything_else(tmp_path: Path) -> None:
    event_file = write_run(tmp_path / "runs", {"loss": [1]})
    with board(f"'{event_file}'", "--port", "0", cwd=tmp_path) as running:
        running.wait_for(rf"runs  {tmp_path}/runs  1 run\n")
        finished = running.stop()
    assert finished.err == (
        f"'{event_file}' does not exist; read it as {event_file}, without quotes and blanks.\n"
        f"{event_file} is an event file: serving its directory.\n"
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_the_command_even_with_pages_open(tmp_path: Path, how: signal.Signals) -> None:
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        with http.stream("GET", "/api/live") as first, http.stream("GET", "/api/live") as second:
            streams = [answer.iter_lines() for answer in (first, second)]
            assert all(next(lines) == "event: change" for lines in streams)
            finished = running.stop(how)
            for lines in streams:  # Each ends as a whole answer, not as a broken connection.
                assert all(line.startswith(("id:", "data:", "")) for line in lines)
        assert finished.code == 0
        assert finished.err == ""


def test_a_stop_before_the_first_answer_is_a_stop_too(tmp_path: Path) -> None:
    with board(tmp_path, "--port", "0") as running:
        running.wait_for("Lightboard")
        finished = running.stop()
    assert (finished.code, finished.err) == (0, "")


def test_bound_wider_it_asks_for_a_token_and_prints_it(tmp_path: Path) -> None:
    with board(tmp_path, "--port", "0", "--host", "0.0.0.0") as running:
        running.wait_for("Ctrl-C stops")
        token = running.wait_for(r"\?token=([\w-]{32})")[1]
        with client(running) as http:
            port = http.base_url.port
            finished = running.stop()
    assert (
        f"Open http://{socket.gethostname()}:{port}/?token={token}\n"
        f"  or http://127.0.0.1:{port}/?token={token}  (on this machine)\n"
        "Other machines can reach this board; whoever has the address with its token can read it.\n"
    ) in finished.out


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_ipv6_address_is_written_in_brackets(tmp_path: Path) -> None:
    with board(tmp_path, "--port", "0", "--host", "::1") as running, client(running) as http:
        assert running.address.startswith("http://[::1]:")
        assert http.get("/api/server").status_code == 200


def test_over_ssh_the_tunnel_is_printed(tmp_path: Path) -> None:
    ssh = {"SSH_CONNECTION": "192.0.2.7 50000 192.0.2.1 2222", "USER": "me"}
    with board(tmp_path, "--port", "0", env=ssh) as running:
        port = running.address.rpartition(":")[2].strip("/")
        running.wait_for(
            "On the machine you sit at, first run:\n"
            f"  ssh -p 2222 -N -L {port}:127.0.0.1:{port} me@192.0.2.1\n"
        )


def browser_that_notes(directory: Path) -> tuple[dict[str, str], Path]:
    noted = directory / "opened"
    program = directory / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" > {noted}.new && mv {noted}.new {noted}\n')
    program.chmod(stat.S_IRWXU)
    return {"BROWSER": f"{program} %s"}, noted


def test_the_browser_opens_on_demand_only_here(tmp_path: Path) -> None:
    env, noted = browser_that_notes(tmp_path)
    with board(tmp_path, "--port", "0", "--open", env=env) as running:
        running.wait_for("Ctrl-C stops")
        running.stop()
        assert noted.read_text().strip() == running.address
    noted.unlink()
    # Its output is read by a test: no person sits there.
    with board(tmp_path, "--port", "0", env={**env, "DISPLAY": ":0"}) as running:
        running.wait_for("Ctrl-C stops")
        running.stop()
        assert not noted.exists()


def test_serving_imports_no_scientific_library(tmp_path: Path) -> None:
    """NumPy alone would take half of the time that the start may take."""
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        assert http.get("/api/runs").status_code == 200
        mapped = Path(f"/proc/{running.process.pid}/maps").read_text()
    assert "_core.abi3.so" in mapped
    assert "numpy" not in mapped


def test_paths_that_are_not_utf8_are_printed_escaped(tmp_path: Path) -> None:
    directory = os.fsencode(tmp_path) + b"/\xff\x1b[31m"
    os.mkdir(directory)
    with board(os.fsdecode(directory), "--port", "0") as running:
        running.wait_for(re.escape(f"{tmp_path}/\\xff\\x1b[31m  0 runs"))
        with client(running) as http:
            (served,) = http.get("/api/server").json()["logdirs"]
            (listed,) = http.get("/api/runs").json()["logdirs"]
        assert served["path"] == listed["path"] == f"{tmp_path}/\\xff\x1b[31m"
        finished = running.stop()
    assert (finished.code, finished.err) == (0, "")
