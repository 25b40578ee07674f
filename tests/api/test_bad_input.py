"""Bad files beside good ones: the good ones are served in full, the bad ones say what is wrong."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boards import board, client
from lightboard.index import decode
from logdirs import append_zeros, cut, flip_payload_byte, write_run

VALUES = [float(value) for value in range(10)]


def truncated(run: Path) -> None:
    cut(write_run(run, {"loss": VALUES}), 5)


def corrupt(run: Path) -> None:
    flip_payload_byte(write_run(run, {"loss": VALUES}), record=4)


def zero_tailed(run: Path) -> None:
    append_zeros(write_run(run, {"loss": VALUES}), 64)


def empty(run: Path) -> None:
    run.mkdir()
    (run / "events.out.tfevents.1.host").touch()


def foreign(run: Path) -> None:
    run.mkdir()
    (run / "events.out.tfevents.1.host").write_text("this is a diary\n" * 50)


def unreadable(run: Path) -> None:
    write_run(run, {"loss": VALUES}).chmod(0)


# What a reader of the run's points gets, and what the run says of itself.
BAD: dict[Callable[[Path], None], tuple[list[float], set[str]]] = {
    truncated: (VALUES[:-1], {"live", "idle", "damaged"}),
    corrupt: (VALUES[:3] + VALUES[4:], {"damaged"}),
    zero_tailed: (VALUES, {"live", "idle", "damaged"}),
    empty: ([], {"empty"}),
    foreign: ([], {"foreign"}),
    unreadable: ([], {"unreadable"}),
}


def points(http: Any) -> dict[str, list[float]]:
    frame = decode(http.post("/api/scalars", json={"tags": ["loss"]}).content)
    names = {run["id"]: run["name"] for run in http.get("/api/runs").json()["runs"]}
    return {
        names[series["run"]]: frame.columns["value"][
            series["start"] : series["start"] + series["length"]
        ].tolist()
        for series in frame.header["series"]
    }


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.__name__)
def test_a_bad_file_costs_nothing_but_itself(tmp_path: Path, bad: Callable[[Path], None]) -> None:
    write_run(tmp_path / "good", {"loss": VALUES})
    bad(tmp_path / "bad")
    expected, states = BAD[bad]
    with board(tmp_path, "--port", "0", unprivileged=True) as running, client(running) as http:
        running.wait_until_read()
        assert points(http) == {"good": VALUES} | ({"bad": expected} if expected else {})
        by_name = {run["name"]: run for run in http.get("/api/runs").json()["runs"]}
        assert by_name["bad"]["state"] in states
        (file,) = by_name["bad"]["files"]
        if by_name["bad"]["state"] not in {"live", "idle"}:
            assert file["message"]
            assert by_name["bad"]["message"]
        assert by_name["good"]["state"] in {"live", "idle"}
        assert by_name["good"]["files"][0]["damage"] == []
        finished = running.stop()
    assert (finished.code, finished.err) == (0, "")


def test_the_damaged_range_is_named(tmp_path: Path) -> None:
    path = write_run(tmp_path / "bad", {"loss": VALUES})
    offset = flip_payload_byte(path, record=4)
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        running.wait_until_read()
        (run,) = http.get("/api/runs").json()["runs"]
    ((damage,),) = (file["damage"] for file in run["files"])
    assert (damage["code"], damage["offset"]) == ("payload_checksum", offset)
    assert damage["length"] > 0
    assert damage["message"]


def test_a_directory_that_cannot_be_searched_is_listed(tmp_path: Path) -> None:
    write_run(tmp_path / "good", {"loss": VALUES})
    write_run(tmp_path / "closed" / "run", {"loss": VALUES})
    os.chmod(tmp_path / "closed", 0)
    try:
        with board(tmp_path, "--port", "0", unprivileged=True) as running, client(running) as http:
            running.wait_until_read()
            (logdir,) = http.get("/api/runs").json()["logdirs"]
            assert points(http) == {"good": VALUES}
    finally:
        os.chmod(tmp_path / "closed", 0o700)
    assert any("closed" in skipped["path"] and skipped["reason"] for skipped in logdir["skipped"])


def test_what_is_no_http_is_refused_without_a_word_in_the_terminal(tmp_path: Path) -> None:
    upgrade = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    with board(tmp_path, "--port", "0") as running:
        port = int(running.address.rstrip("/").rpartition(":")[2])
        for sent, status in ((b"\x16\x03\x01 hello\r\n\r\n", b"400"), (upgrade, b"200")):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(sent)
                assert connection.recv(1000).startswith(b"HTTP/1.1 " + status)
        assert running.stop().err == ""


@pytest.mark.parametrize(
    ("kind", "state"),
    [("missing", "missing"), ("file", "not_a_directory"), ("empty", "empty"), ("closed", "unreadable")],
)
def test_a_log_directory_that_shows_nothing_does_once_it_can(tmp_path: Path, kind: str, state: str) -> None:
    logdir = tmp_path / "runs"
    if kind == "file":
        logdir.write_text("notes")
    elif kind != "missing":
        logdir.mkdir(mode=0 if kind == "closed" else 0o700)
    with board(logdir, "--port", "0", unprivileged=True) as running, client(running) as http:
        running.wait_until_read()
        body = http.get("/api/runs").json()
        assert body["runs"] == []
        assert body["logdirs"][0]["state"] == state
        assert str(logdir) in body["logdirs"][0]["message"]
        if kind == "file":
            logdir.unlink()
        elif kind == "closed":
            logdir.chmod(0o700)
        write_run(logdir / "a", {"loss": VALUES})
        with http.stream("GET", "/api/live", params={"since": body["version"]}) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:") and points(http) == {"a": VALUES}:
                    break
        assert http.get("/api/runs").json()["logdirs"][0]["state"] == "ok"
