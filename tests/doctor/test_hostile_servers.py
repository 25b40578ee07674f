"""Boards that are slow, broken or hostile: the doctor ends in time, tells what it could not ask, and never fails."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import lightboard
from boards import board
from doctor.looking import report_on
from lightboard.cli.doctor import doctor
from lightboard.cli.occupant import find_occupant
from lightboard.cli.text import printable
from lightboard.doctor import Report
from lightboard.doctor.served import ask, client, shown
from lightboard.doctor.stages.api import points
from logdirs import write_run

pytestmark = pytest.mark.usefixtures("only_the_board")

TOKEN = "s3cret-token"
Behaviour = Callable[[socket.socket, str, threading.Event], None]


@contextmanager
def server(behaviour: Behaviour) -> Iterator[str]:
    """The address of a server that does this with each connection: it gets the request, and the end of the test."""
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                behaviour(connection, connection.recv(1 << 16).decode(), over)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            if over.is_set():
                connection.close()
                return
            threading.Thread(target=answer, args=(connection,)).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{address[1]}/"
        finally:
            over.set()
            socket.create_connection(address).close()
            accepting.join()


def serving(answers: Mapping[str, tuple[int, object]]) -> Behaviour:
    """Answer each path with its status and JSON."""

    def behaviour(connection: socket.socket, request: str, _: threading.Event) -> None:
        status, found = answers.get(request.split()[1], (404, {}))
        body = json.dumps(found).encode()
        connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body)

    return behaviour


def dripping(start: bytes) -> Behaviour:
    """Answer with `start`, then with a byte every now and then, for ever."""

    def behaviour(connection: socket.socket, _: str, over: threading.Event) -> None:
        connection.sendall(start)
        while not over.wait(0.05):
            connection.sendall(b"x")

    return behaviour


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One healthy run that has rested."""
    path = tmp_path_factory.mktemp("hostile") / "runs"
    os.utime(write_run(path / "one", {"loss": [1.0, 2.0, 3.0]}), (1_763_800_000, 1_763_800_000))
    return path


def told(report: Report) -> str:
    """Everything that anybody reads of it."""
    assert report.failures == (), report.failures
    assert all(left.endswith(".") for left in report.left_out), "sentences"
    return json.dumps(report.to_json())


def answered(runs: Path, answers: Mapping[str, tuple[int, object]], of_address: str = "") -> Report:
    """The report on a server that answers so, asked with this behind its address."""
    with server(serving(answers)) as url:
        report = report_on(runs, url=f"{url}{of_address}")
    told(report)
    return report


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_drips_ends_with_the_budget_and_is_not_called_unreachable(
    runs: Path, start: bytes
) -> None:
    with server(dripping(start)) as url:
        report = report_on(runs, url=url, budget=1.0)
    told(report)
    assert list(report.findings) == []
    assert any("time was up" in what for what in report.left_out)
    assert report.exit_code == 3


def test_a_board_that_hangs_is_said_to_hang(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECS", 0.2)
    with server(dripping(b"")) as url:
        report = report_on(runs, url=url)
    (finding,) = report.findings
    assert (finding.code, finding.remedy) == ("board_unreachable", None)
    assert finding.seen == f"Asked {url}: it accepts connections, and does not answer within 0.2 s."


def test_the_addresses_of_a_host_are_tried_one_after_the_other(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is of a kind that this machine has not, the second never answers: its share of the time is lost.

    Many follow, so that this is a small one, and the answer has the rest of it.
    """
    with server(serving({"/api/server": (200, LIGHTBOARD)})) as url, socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.create_connection(full.getsockname())]  # It takes no second one.
        port = int(url.rpartition(":")[2].rstrip("/"))
        found = [
            (family, socket.SOCK_STREAM, 0, "", address)
            for family, address in (
                (250, ("x", 0)),
                (2, full.getsockname()),
                *[(2, ("127.0.0.1", port))] * 20,
            )
        ]
        monkeypatch.setattr(client, "_addresses", lambda *_: found)
        monkeypatch.setattr(client, "TIMEOUT_SECS", 6.0)
        assert ask(url).program == "lightboard"
        waiting[0].close()


def test_a_server_that_drips_does_not_stop_the_search_for_who_holds_its_port() -> None:
    with server(dripping(b"HTTP/1.1 200 OK\r\n")) as url:
        occupant = find_occupant("127.0.0.1", int(url.rpartition(":")[2].rstrip("/")))
    assert "another program" in occupant.description


LIGHTBOARD = {"name": "lightboard", "version": lightboard.__version__, "logdirs": []}
ENVIRONMENT = {"version": "2.21.0", "data_location": "/x", "debug": {"flags": {}}}
ODD: list[Any] = [None, 5, "x", "\ud800", [], [1], ["\ud800"], {}, {"x": 1}, [{"tag": 3, "runToSeries": 4}]]


@pytest.mark.parametrize("odd", ODD, ids=json.dumps)
def test_answers_of_other_types_are_no_answers(runs: Path, odd: object) -> None:
    """As each answer of each board, one at a time."""
    lightboard = {"logdirs": [{"name": "runs", "path": str(runs)}]}
    started = {"reload_interval": odd, "samples_per_plugin": odd, "logdir_spec": odd}
    located = {"data_location": str(runs), "debug": {"flags": started}}
    for answers in (
        {"/api/server": odd, "/data/environment": odd},
        {"/api/server": LIGHTBOARD | {"logdirs": odd, "version": odd}},
        {"/api/server": LIGHTBOARD | {"logdirs": [{"name": odd, "path": odd}, {"path": "a\0b"}]}},
        {"/api/server": LIGHTBOARD | lightboard, "/api/runs": odd, "/api/tags": odd, "/api/table": odd},
        {
            "/api/server": LIGHTBOARD | lightboard,
            "/api/runs": {"runs": [{"id": "1", "logdir": "runs", "name": "one"}], "loading": odd},
            "/api/tags": {"tags": [{"tag": "loss", "kind": "scalar"}]},
            "/api/table": odd,
        },
        {"/data/environment": ENVIRONMENT | {"data_location": odd, "debug": odd, "version": odd}},
        {"/data/environment": ENVIRONMENT | located, "/data/runs": odd},
        {
            "/data/environment": ENVIRONMENT | {"data_location": str(runs)},
            "/data/runs": ["one"],
            "/data/plugin/scalars/tags": {"one": {"loss": {}}, "two": odd},
            "/data/plugin/timeseries/timeSeries": [{"tag": "loss", "runToSeries": {"one": odd}}],
        },
    ):
        with server(serving({path: (200, found) for path, found in answers.items()})) as url:
            for tag in (None, "loss"):
                told(report_on(runs, url=url, tag=tag))


def test_what_is_not_answered_is_not_called_missing(runs: Path) -> None:
    answers = {
        "/data/environment": (200, ENVIRONMENT | {"data_location": str(runs)}),
        "/data/runs": (200, ["one"]),
        "/data/plugin/scalars/tags": (500, {}),
    }
    with server(serving(answers)) as url:
        report = report_on(runs, url=url)
        asked = report_on(runs, url=url, run="one").trace
    assert asked is not None
    assert [step.outcome for step in asked.steps if step.stage == "api"] == ["unknown"]
    assert "run_without_scalars" not in told(report)
    assert any("/data/plugin/scalars/tags" in what for what in report.left_out)


@pytest.mark.parametrize("interval", [300, 0.1])
def test_a_board_that_cannot_be_asked_twice_is_told_of_by_what_is_certain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interval: float
) -> None:
    """It reads anew too seldom to be waited for, or does not answer any more: the other checks have their time."""
    monkeypatch.setattr(points, "PATIENCE", 0)
    write_run(tmp_path / "behind", {"loss": [1.0] * 5})
    write_run(tmp_path / "long", {"loss": [1.0] * 1500})
    served = {"behind": [{"step": 0}], "long": [{"step": step} for step in range(500, 1500)]}
    environment = ENVIRONMENT | {
        "data_location": str(tmp_path),
        "debug": {"flags": {"reload_interval": interval}},
    }
    answers: dict[str, tuple[int, object]] = {
        "/data/environment": (200, environment),
        "/data/runs": (200, list(served)),
        "/data/plugin/scalars/tags": (200, {run: {"loss": {}} for run in (*served, "bare")}),
        "/data/plugin/timeseries/timeSeries": (200, [{"tag": "loss", "runToSeries": served}]),
    }
    asked = []

    def behaviour(connection: socket.socket, request: str, over: threading.Event) -> None:
        path = request.split()[1]
        asked.append(path)
        serving(answers if asked.count(path) == 1 else {})(connection, request, over)

    with server(behaviour) as url:
        report = report_on(tmp_path, url=url, budget=20.0)
    told(report)
    assert "points_sampled" in [one.code for one in report.findings]
    (left_out,) = report.left_out
    assert "does not serve the newest points of 1 series" in left_out
    assert ("reads anew every 300 s" if interval == 300 else "/data/plugin/scalars/tags") in left_out
    assert asked.count("/data/plugin/scalars/tags") == (1 if interval == 300 else 2)


def test_paths_of_a_board_that_may_be_elsewhere_are_not_looked_at_here(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What listens is no Lightboard, as with ssh -L: that there is a folder of the name here says nothing."""
    monkeypatch.chdir(tmp_path)
    served = LIGHTBOARD | {"logdirs": [{"name": "runs", "path": str(runs)}], "pid": 1}
    with server(serving({"/api/server": (200, served)})) as url:
        result = CliRunner().invoke(doctor, ["--url", url])
    assert f"The board serves {runs}, perhaps on another machine" in result.output
    assert "No log directory given: looked at what the board serves" not in result.output


def test_a_list_of_runs_that_is_refused_is_told_once(runs: Path) -> None:
    answers: dict[str, tuple[int, object]] = {"/api/server": (200, LIGHTBOARD), "/api/runs": (503, {})}
    report = answered(runs, answers)
    assert [one.code for one in report.findings] == ["runs_fail"]
    assert "status 503" in report.findings[0].seen


def test_names_that_are_no_text_are_printed(runs: Path) -> None:
    assert printable("a\ud800b\udcffc\n") == "a\\ud800b\\xffc\\n"
    answers = {"/data/environment": (200, ENVIRONMENT), "/data/runs": (200, ["日\ud800"])}
    with server(serving(answers)) as url:
        result = CliRunner().invoke(doctor, [str(runs), "--url", url])
    assert isinstance(result.exception, SystemExit), result.exception
    assert "\\ud800" in result.output


@pytest.mark.parametrize(
    "url", ["http://h:99999", "http://h:x", "http://h:0", "ftp://h/", "http://[::1", "http://", "a b", "a\nb"]
)
def test_an_address_that_is_none_is_refused(runs: Path, url: str) -> None:
    result = CliRunner().invoke(doctor, [str(runs), "--url", url])
    assert result.exit_code == 2
    assert "expected the address of a board" in result.output


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"http://h/?a=1&token={TOKEN}&b=2#x", "http://h/?a=1&token=…&b=2#x"),
        (f"h:1?token={TOKEN}", "h:1?token=…"),
        (f"http://me:{TOKEN}@h:1/a", "http://h:1/a"),
        (f"me:{TOKEN}@h:1", "h:1"),
        ("h:6006/?runFilter=a//b", "h:6006/?runFilter=a//b"),
        ("http://h/@a?q=x@y", "http://h/@a?q=x@y"),
    ],
)
def test_an_address_is_told_without_what_opens_it(url: str, told: str) -> None:
    assert shown(url) == told


def test_a_token_is_not_told_of_an_address_that_is_refused(runs: Path) -> None:
    result = CliRunner().invoke(doctor, [str(runs), "--url", f"http://me:{TOKEN}@h:99999/?token={TOKEN}"])
    assert result.exit_code == 2
    assert TOKEN not in result.output


def test_a_board_that_wants_its_token_is_compared_with_it_and_told_of_without(runs: Path) -> None:
    with board(str(runs), "--host", "0.0.0.0", "--port", "0") as running:
        _, port, token = running.wait_for(r"http://(\S+):(\d+)/\?token=([\w-]+)").groups()
        running.wait_for("1 run\n")
        bare = f"http://127.0.0.1:{port}/"
        with_it = report_on(runs, url=f"{bare}?token={token}")
        without = report_on(runs, url=bare)
        wrong = report_on(runs, url=f"{bare}?token={TOKEN}")
    text = told(with_it)
    assert (with_it.exit_code, with_it.left_out) == (0, ())
    assert "1 run" in with_it.facts["api"]
    assert token not in text
    assert TOKEN not in told(wrong)
    for report in (without, wrong):
        told(report)
        assert report.exit_code == 3
        assert any("could be compared" in what and "token" in what for what in report.left_out)


def test_a_long_address_is_told_without_its_token(runs: Path) -> None:
    answers: dict[str, tuple[int, object]] = {"/api/server": (401, {"error": {"code": "token_required"}})}
    report = answered(runs, answers, f"?token={TOKEN}#{'x' * 3000}")
    assert "address_too_long" in told(report)
    assert TOKEN not in told(report)


@pytest.mark.detects("S14", "not_a_board")
def test_a_password_is_not_taken_for_a_lightboards_token(runs: Path) -> None:
    answers: dict[str, tuple[int, object]] = {"/api/server": (401, {"message": "Unauthorized"})}
    report = answered(runs, answers)
    assert [one.code for one in report.findings] == ["not_a_board"]
    assert "asks for a password" in report.findings[0].seen


def test_addresses_as_people_write_them(runs: Path) -> None:
    assert client.Client("h:6006/?runFilter=a//b").root == "http://h:6006/"
    answers: dict[str, tuple[int, object]] = {"/gr%C3%BCn/api/server": (200, LIGHTBOARD)}
    with server(serving(answers)) as url:
        assert ask(f"{url}grün/").program == "lightboard"


@pytest.mark.parametrize("host", ["a..b", "h" * 64, "bücher" * 12], ids=["empty", "long", "encoded"])
def test_a_host_that_no_name_can_be_is_said_not_to_exist(host: str) -> None:
    assert ask(f"http://{host}:6006/").problem == f'there is no host "{host}"'


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    made = [str(tmp_path / name) for name in ("key", "certificate")]
    curve = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost"
    command = ["openssl", *curve.split(), "-keyout", made[0], "-out", made[1]]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made[1], made[0])

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            connection, _ = listening.accept()
            with pytest.raises(ssl.SSLError), context.wrap_socket(connection, server_side=True):
                pass

        accepting = threading.Thread(target=accept)
        accepting.start()
        asked = ask(f"https://127.0.0.1:{listening.getsockname()[1]}/")
        accepting.join()
    assert "certificate is not trusted" in asked.problem
