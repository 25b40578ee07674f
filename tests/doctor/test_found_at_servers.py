"""What the doctor finds at TensorBoards that really run, with both of their readers, and at Lightboards."""

import base64
import importlib.metadata
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboardX import SummaryWriter

import lightboard
from boards import board, bound_by_permissions, environment
from doctor import proxy
from doctor.looking import codes, found, report_on
from doctor.packages import install
from doctor.tensorboards import TensorBoard, tensorboard
from lightboard.doctor import processes
from lightboard.doctor.served import ask, client
from lightboard.doctor.stages.api import points
from lightboard.doctor.stages.board.names import by_number
from logdirs import append_zeros, scalar, write_run

pytestmark = pytest.mark.usefixtures("only_the_board")

POINTS = 1500
WAIT_SECS = 60


@dataclass(frozen=True)
class Serving:
    """A TensorBoard with the log directory that it was started on."""

    runs: Path
    server: TensorBoard

    def found(self, code: str) -> list[tuple[str | None, str | None, str | None]]:
        """Run, tag and evidence of each place of the finding."""
        return [
            (place.run, place.tag, place.seen) for place in found(code, self.runs, url=self.server.url).places
        ]

    def wait(self, happened: Callable[[], bool]) -> None:
        """Wait until the server tells what `happened` asks for."""
        pause = threading.Event()
        for _ in range(WAIT_SECS * 10):
            if happened():
                return
            pause.wait(0.1)
        raise AssertionError("the server never got there")

    def wait_for_reload(self) -> None:
        """Wait until the server has read all that is on disk now: a run that is new, and read last, is listed."""
        name = f"zz{len(list(self.runs.iterdir()))}"
        write_run(self.runs / name, {"loss": [1.0, 2.0]})
        self.wait(lambda: (name, "loss") in ask(self.server.url).curves)


def append(path: Path, first: int, count: int) -> None:
    """More points of the tag `loss`."""
    with path.open("ab") as file:
        records = RecordWriter(file)
        for step in range(first, first + count):
            records.write(scalar("loss", float(step), step, 1_763_800_000.0 + step).SerializeToString())


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on disk counts as if it had been there for a while: the tests wait until the server has read it."""
    monkeypatch.setattr(points, "PATIENCE", 0)


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The data server, with flags that it ignores, on runs of which it will not show all."""
    runs = tmp_path_factory.mktemp("fast") / "runs"
    write_run(runs / "long", {"loss": [float(step) for step in range(POINTS)]})
    write_run(runs / "again", {"loss": [1.0] * 10})
    write_run(runs / "again", {"loss": [1.0] * 5}, first_wall_time=1_763_900_000.0)
    locked = write_run(runs / "locked", {"loss": [1.0] * 5})
    locked.chmod(0)
    write_run(runs / "silent", {})
    with SummaryWriter(str(runs / "pictures"), write_to_disk=True) as writer:
        for step in range(12):
            writer.add_image("digits", np.zeros((1, 2, 2), np.uint8), step)
    for number in range(40):
        write_run(runs / f"seed{number}", {"loss": [1.0, 2.0], "acc": [1.0, 2.0]})
    arguments = ("--reload_multifile=true", "--reload_interval=0.5")
    with tensorboard("--logdir", runs, *arguments, unprivileged=True) as server:
        serving = Serving(runs, server)
        serving.wait_for_reload()
        locked.chmod(0o644)
        yield serving


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The Python reader."""
    runs = tmp_path_factory.mktemp("slow") / "runs"
    write_run(runs / "a", {"loss": [1.0] * 5})
    with tensorboard(
        "--logdir", runs, "--load_fast=false", "--reload_interval=1", unprivileged=True
    ) as server:
        serving = Serving(runs, server)
        serving.wait_for_reload()
        yield serving


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A TensorBoard below a path, on two paths under one name, one with a file that it may not read.

    It was told to keep no scalars and to read once.
    """
    runs = tmp_path_factory.mktemp("odd")
    for name in ("old", "new"):
        write_run(runs / name / "a", {"loss": [1.0] * 5})
    write_run(runs / "new" / "locked", {"loss": [1.0]}).chmod(0)
    arguments = (
        "--samples_per_plugin=scalars=0",
        "--reload_interval=0",
        "--path_prefix=/tb",
        "--reload_multifile=true",
    )
    spec = f"--logdir_spec=runs:{runs / 'old'},runs:{runs / 'new'}"
    with tensorboard(spec, *arguments, unprivileged=True) as server:
        yield Serving(runs, server)


@pytest.mark.detects("S01", "flags_ignored", "S08", "reloads_without_pause")
def test_the_data_server_ignores_flags(fast: Serving) -> None:
    assert "--reload_multifile=True" in found("flags_ignored", fast.runs, url=fast.server.url).seen
    assert "--reload_interval=0.5" in found("reloads_without_pause", fast.runs, url=fast.server.url).seen


@pytest.mark.detects("E15", "points_sampled", "points_preempted", "run_not_served")
def test_what_the_data_server_does_not_show(fast: Serving) -> None:
    assert fast.found("points_sampled") == [("long", "loss", "1,000 of 1,500 points")]
    assert fast.found("points_preempted") == [("again", "loss", "5 of 15 points")]
    assert [run for run, _, _ in fast.found("run_not_served")] == ["locked"]
    asked = report_on(fast.runs, url=fast.server.url, run="long").trace
    assert asked is not None
    assert next(step.codes for step in asked.steps if step.outcome == "partly") == ("points_sampled",)


def test_more_points_than_one_answer_may_have(fast: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer tags are asked for at a time, then one run at a time: only what is too large alone is not known."""
    whole = ask(fast.server.url)
    assert {tag for _, tag in whole.curves} == {"acc", "loss"}
    of_one_tag = len(whole._time_series([{"tag": "loss"}]).body)
    of_one_run = len(whole._time_series([{"tag": "loss", "run": "long"}]).body)
    for limit in (of_one_tag, of_one_run, of_one_run - 1):
        monkeypatch.setattr(client, "MAX_ANSWER_BYTES", limit)
        parts = ask(fast.server.url)
        lacking = {("long", "loss")} if limit < of_one_run else set()
        assert whole.curves.keys() - parts.curves.keys() == lacking
        assert parts.unanswered == ["/data/plugin/timeseries/timeSeries"] * len(lacking)


@pytest.mark.detects("S17", "files_given_up", "still_loading", "S05")
def test_a_file_that_the_data_server_gave_up(fast: Serving) -> None:
    path = write_run(fast.runs / "zeros", {"loss": [1.0] * 5})
    whole = path.stat().st_size
    append_zeros(path, 64)
    fast.wait_for_reload()
    os.truncate(path, whole)
    append(path, 5, 5)
    fast.wait_for_reload()
    assert [(run, tag) for run, tag, _ in fast.found("files_given_up")] == [("zeros", "loss")]
    path.unlink()


@pytest.mark.detects("S05", "still_loading")
def test_a_server_that_is_still_reading(fast: Serving) -> None:
    path = write_run(fast.runs / "growing", {"loss": [1.0] * 5})
    ended = threading.Event()

    def grow() -> None:
        step = 5
        while not ended.wait(0.05):
            append(path, step, 1)
            step += 1

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        fast.wait_for_reload()
        fast.wait(lambda: "still_loading" in codes(fast.runs, url=fast.server.url))
    finally:
        ended.set()
        thread.join()
    path.unlink()


@pytest.mark.detects("S05", "still_loading")
def test_a_file_that_the_data_server_has_not_read_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the file has rested: it is open, and will be read."""
    path = write_run(tmp_path / "a", {"loss": [1.0] * 5})
    with tensorboard("--logdir", tmp_path, "--reload_interval=600") as server:
        Serving(tmp_path, server).wait(lambda: bool(ask(server.url).curves))
        assert codes(tmp_path, url=server.url) == set()
        append(path, 5, 5)
        assert codes(tmp_path, url=server.url) == {"still_loading"}
        monkeypatch.setattr(points, "PATIENCE", 3)
        assert codes(tmp_path, url=server.url) == set(), "it has its time"


def test_a_file_that_has_just_come_here_with_an_old_time(
    fast: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "PATIENCE", 1000)
    path = write_run(fast.runs / "copied", {"loss": [1.0] * 5})
    os.utime(path, (1_763_800_000, 1_763_800_000))
    told = {"files_given_up", "still_loading", "run_not_served"}
    assert codes(fast.runs, url=fast.server.url) & told == set()
    path.unlink()


@pytest.mark.detects("S06", "reload_stopped")
def test_a_reader_that_has_stopped(slow: Serving) -> None:
    (path,) = (slow.runs / "a").iterdir()
    closed = slow.runs / "closed"
    closed.mkdir(mode=0)
    slow.server.wait_for("Exception in thread Reloader")
    append(path, 5, 5)
    one_run = codes(slow.runs, url=slow.server.url, run="a")
    assert one_run & {"reload_stopped", "files_given_up"} == {"files_given_up"}, (
        "others are read to their ends"
    )
    for file in slow.runs.glob("*/events*"):
        if file != path:
            file.unlink()
    closed.rmdir()
    assert slow.found("reload_stopped") == [("a", "loss", None)]


@pytest.mark.detects("S07", "runs_fail", "F19", "file_inactive")
@pytest.mark.detects("S08", "reloads_once", "S09", "spec_lost", "E16", "samples_of_none")
def test_what_flags_do(odd: Serving) -> None:
    expected = {"reloads_once", "spec_lost", "samples_of_none", "file_inactive"}
    assert expected <= codes(odd.runs, url=odd.server.url)
    odd.wait(lambda: ask(odd.server.url).runs is None)
    assert "status 500" in found("runs_fail", odd.runs, url=odd.server.url).seen
    assert 'the name "runs" stands for several paths' in found("spec_lost", odd.runs, url=odd.server.url).seen


@pytest.fixture
def small_container(fast: Serving) -> Iterator[int]:
    """The bytes of memory that a control group has, as a container's, into which the server is put."""
    size = 2 * processes.resident_bytes(fast.server.pid)
    group = Path("/sys/fs/cgroup/memory" if os.path.isdir("/sys/fs/cgroup/memory") else "/sys/fs/cgroup")
    small, before = group / f"lightboard-{os.getpid()}", Path(f"/proc/{fast.server.pid}/cgroup").read_text()
    own = next(
        path
        for _, kind, path in (line.split(":", 2) for line in before.splitlines())
        if kind in ("memory", "")
    )
    limits = ("memory.limit_in_bytes", "memory.max")
    try:
        small.mkdir()
        limit = next(small / name for name in limits if (small / name).exists())
        limit.write_text(str(size))
        (small / "cgroup.procs").write_text(str(fast.server.pid))
    except (OSError, StopIteration):
        if small.is_dir():
            small.rmdir()
        pytest.skip("may not make control groups")
    try:
        yield int(limit.read_text())
    finally:
        (group / own.lstrip("/") / "cgroup.procs").write_text(str(fast.server.pid))
        small.rmdir()


@pytest.mark.detects("S16", "much_memory")
def test_a_server_that_fills_its_container(fast: Serving, request: pytest.FixtureRequest) -> None:
    assert "much_memory" not in codes(fast.runs, url=fast.server.url)
    size = request.getfixturevalue("small_container")
    seen = found("much_memory", fast.runs, url=fast.server.url).seen
    assert seen.endswith(f"of {size / (1 << 30):.1f} that they may have.")


@contextmanager
def proxied(server: TensorBoard, outer: str, inner: str, methods: str = "GET,POST") -> Iterator[str]:
    """The address of a proxy before the server; `outer` is its path there, `inner` that of the server."""
    port = str(urlsplit(server.url).port)
    command = (sys.executable, proxy.__file__, port, outer, inner, methods)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


PROXIED = {"path_prefix", "not_a_board", "board_unreachable"}


@pytest.mark.detects("S14", "path_prefix", "not_a_board")
def test_a_board_below_another_path(odd: Serving, fast: Serving, tmp_path: Path) -> None:
    root = odd.server.url.removesuffix("tb/")
    assert f"answers at {odd.server.url}" in found("path_prefix", tmp_path, url=root).seen
    below = f"{fast.server.url}proxy/6006/"
    assert f"answers at {fast.server.url}" in found("path_prefix", tmp_path, url=below).seen


@pytest.mark.detects("S14", "path_prefix", "not_a_board")
def test_a_board_behind_a_proxy(odd: Serving, fast: Serving, tmp_path: Path) -> None:
    with proxied(fast.server, "/team/", "/") as url:
        assert codes(tmp_path, url=f"{url}/team/") & PROXIED == set(), "the proxy takes the prefix away"
        assert "answers at" in found("path_prefix", tmp_path, url=f"{url}/team").seen, "the slash is missing"
        assert "status 404" in found("not_a_board", tmp_path, url=url).seen, "it serves other things there"
    with proxied(odd.server, "/team/", "/tb/") as url:
        assert codes(tmp_path, url=f"{url}/team/") & PROXIED == set(), "the board has a prefix of its own"
    with proxied(fast.server, "/team/", "/team/") as url:
        assert "status 404" in found("not_a_board", tmp_path, url=f"{url}/team/").seen, "the board has none"


@pytest.mark.detects("S14")
def test_a_proxy_that_lets_no_post_through(fast: Serving) -> None:
    """TensorBoard's page asks for its points by POST: nothing is called missing, and what was not answered is told."""
    with proxied(fast.server, "/", "/", "GET") as url:
        report = report_on(fast.runs, url=url)
    assert not {"points_sampled", "run_without_scalars"} & {one.code for one in report.findings}
    assert any("/data/plugin/timeseries/timeSeries" in what for what in report.left_out)


@pytest.mark.detects("not_a_board", "S14")
def test_another_program(tmp_path: Path) -> None:
    program = (sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0")
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().split("port ")[1].split()[0]
            assert "status 404" in found("not_a_board", tmp_path, url=f"127.0.0.1:{port}").seen
        finally:
            server.kill()


FORWARDER = """
import socket, sys, threading

def pump(one, other):
    while data := one.recv(1 << 16):
        other.sendall(data)
    other.shutdown(socket.SHUT_WR)

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
while True:
    near, _ = listening.accept()
    far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    for pair in ((near, far), (far, near)):
        threading.Thread(target=pump, args=pair, daemon=True).start()
"""


def test_a_process_that_passes_on_is_not_taken_for_the_board(fast: Serving, tmp_path: Path) -> None:
    """As ssh -L and docker-proxy: its working directory and its memory are not the board's."""
    port = fast.server.url.rstrip("/").rpartition(":")[2]
    program = (sys.executable, "-c", FORWARDER, port)
    assert ask(fast.server.url).pid == fast.server.pid
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as forwarder:
        try:
            assert forwarder.stdout is not None
            forwarded = ask(f"127.0.0.1:{forwarder.stdout.readline().strip()}")
        finally:
            forwarder.kill()
    assert (forwarded.program, forwarded.pid) == ("tensorboard", None)


@pytest.mark.detects("S02", "F02", "another_directory")
def test_a_board_on_another_log_directory(fast: Serving, tmp_path: Path) -> None:
    write_run(tmp_path / "mine" / "a", {"loss": [1.0] * 5})
    finding = found("another_directory", tmp_path / "mine", tmp_path, url=fast.server.url)
    assert str(fast.runs) in finding.seen
    assert [place.path for place in finding.places] == [str(tmp_path / "mine"), str(tmp_path)]
    assert "another_directory" not in codes(fast.runs.parent, url=fast.server.url)
    with board(tmp_path / "mine", "--port", "0") as other:
        assert "another_directory" in codes(fast.runs, url=other.address)


@pytest.mark.detects("S13", "board_unreachable")
def test_a_board_that_listens_on_localhost_only(fast: Serving) -> None:
    port = urlsplit(fast.server.url).port
    elsewhere = found("board_unreachable", fast.runs, url=f"http://127.0.0.2:{port}/")
    assert "listens" in elsewhere.seen
    assert f"ssh -L {port}:127.0.0.1:{port}" in (elsewhere.remedy or "")
    assert "board_unreachable" not in codes(fast.runs, url=f"http://127.0.0.1:{port}/")


IN_A_CONTAINER = "ip link set lo up && exec {python} -m lightboard {logdir} --port {port}"


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("ip"), reason="may not make containers")
@pytest.mark.detects("S13", "board_unreachable")
def test_a_board_in_a_container_whose_port_is_not_published(tmp_path: Path) -> None:
    """It says that it listens on localhost: on that of its container, which has a network of its own."""
    write_run(tmp_path / "a", {"loss": [1.0] * 5})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = IN_A_CONTAINER.format(python=sys.executable, logdir=tmp_path, port=port)
    with board(program=("unshare", "--net", "sh", "-c", script)) as contained:
        finding = found("board_unreachable", tmp_path, url=contained.address)
        assert "connection refused: nothing listens there" in finding.seen
        assert finding.remedy is None, "on this machine nobody listens there"


@pytest.mark.detects("S03", "stale_instance", "S04", "instances_unwritable")
def test_notes_of_servers(odd: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(odd.server.instances))
    assert "stale_instance" not in codes(tmp_path)
    here = os.path.relpath(tmp_path)  # as a notebook gives it, which may be asked about from elsewhere
    with tensorboard("--logdir", here, "--host=::1") as killed:
        notes = killed.instances / ".tensorboard-info"
        # It tells its address before it writes the note.
        Serving(tmp_path, killed).wait(lambda: any(note.stat().st_size for note in notes.glob("*")))
        monkeypatch.setattr(tempfile, "tempdir", str(killed.instances))
        monkeypatch.chdir(tmp_path)
        assert "stale_instance" not in codes(tmp_path)
        os.kill(killed.pid, signal.SIGKILL)
        (note,) = notes.iterdir()
        killed.gone()
        assert found("stale_instance", tmp_path).places[0].path == str(note)
        os.chown(note.parent, 12345, 12345)
        note.parent.chmod(0o755)
        program = (sys.executable, "-m", "lightboard", "doctor", "--json", str(tmp_path))
        report = subprocess.run(
            bound_by_permissions(list(program)),
            env=os.environ | {"TMPDIR": str(killed.instances)},
            stdout=subprocess.PIPE,
            check=False,
        )
        assert "instances_unwritable" in [one["code"] for one in json.loads(report.stdout)["findings"]]


def test_a_lightboard_serves_all(fast: Serving) -> None:
    """What a TensorBoard keeps back of the same runs is there, and the doctor says nothing."""
    with board(fast.runs, "--port", "0") as ours:
        ours.wait_until_read()
        api = {"run_not_served", "points_sampled", "points_preempted", "files_given_up", "runs_fail"}
        assert codes(fast.runs, url=ours.address) & api == set()


@pytest.mark.skipif(os.getuid() != 0, reason="may not mount a disk")
@pytest.mark.detects("files_given_up")
def test_a_lightboard_that_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another disk was mounted at its log directory, as after a network drive was gone: it sees the old one."""
    monkeypatch.setattr(points, "RELOAD_SECS", 0.0)
    path = write_run(tmp_path / "runs" / "a", {"loss": [1.0] * 5})
    script = f"exec {sys.executable} -m lightboard {tmp_path}/runs --port 0"
    with board(program=("unshare", "--mount", "sh", "-c", script)) as ours:
        ours.wait_until_read()
        assert codes(tmp_path / "runs", url=ours.address) == set()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", tmp_path / "runs"], check=True)
        try:
            write_run(path.parent, {"loss": [1.0] * 8})
            behind = found("files_given_up", tmp_path / "runs", url=ours.address)
            assert [(place.run, place.tag) for place in behind.places] == [("a", "loss")]
        finally:
            subprocess.run(["umount", "-l", tmp_path / "runs"], check=True)


@pytest.mark.detects("U10", "filter_in_address", "U11", "pattern_invalid", "U14", "selection_in_address")
@pytest.mark.detects("U20", "address_too_long")
def test_what_an_address_asks_for(fast: Serving) -> None:
    url = fast.server.url
    hidden = found("filter_in_address", fast.runs, url=f"{url}#scalars&regexInput=^lo")
    assert "again" in [place.run for place in hidden.places]
    assert "long" not in [place.run for place in hidden.places]
    assert "filter_in_address" not in codes(fast.runs, url=f"{url}?runFilter=.")
    assert "unterminated" in found("pattern_invalid", fast.runs, url=f"{url}?runFilter=(").seen
    state = base64.b64encode(json.dumps({"long": False, "again": True}).encode()).decode()
    switched = found("selection_in_address", fast.runs, url=f"{url}#scalars&runSelectionState={state}")
    assert [place.run for place in switched.places] == ["long"]
    assert "address_too_long" in codes(fast.runs, url=f"{url}#scalars&regexInput={'.' * 2000}")
    assert "pattern_invalid" not in codes(fast.runs, url=f"{url}#scalars&regexInput=("), "they show all"


def test_a_filter_of_the_page_at_the_address_and_of_others(fast: Serving) -> None:
    def outcome(address: str) -> str:
        found = report_on(fast.runs, url=f"{fast.server.url}{address}", run="again").trace
        assert found is not None
        return found.steps[-1].outcome

    hidden_on = {
        "?runFilter=lo": "no",
        "?runFilter=lo#scalars": "partly",
        "#timeseries&regexInput=lo": "partly",
    }
    for address, expected in {**hidden_on, "#scalars&regexInput=lo": "no", "?runFilter=": "partly"}.items():
        assert outcome(address) == expected, address  # There are more than 40 runs: partly is the best.


@pytest.mark.detects("U08", "run_without_scalars", "U26", "images_sampled", "U23", "pause_in_run")
@pytest.mark.detects("U09", "runs_off_elsewhere")
def test_what_a_page_makes_of_the_runs(fast: Serving) -> None:
    url = fast.server.url
    silent = found("run_without_scalars", fast.runs, url=url)
    assert {"silent", "pictures"} == {place.run for place in silent.places}
    images = found("images_sampled", fast.runs, url=url)
    assert [(place.run, place.tag, place.seen) for place in images.places] == [
        ("pictures", "digits", "12 images")
    ]
    assert [place.run for place in found("pause_in_run", fast.runs, url=url).places] == ["again"]
    assert "runs_off_elsewhere" in codes(fast.runs, url=url)


@pytest.mark.detects("U02", "U03", "U07", "U13", "U14", "U15", "U16", "U19", "page_habits")
@pytest.mark.detects("U18", "smoothing_of_few", "U17", "colours_repeat", "U24", "order_not_natural")
def test_notes_for_who_looks_for_one_run(fast: Serving) -> None:
    notes = {"page_habits", "smoothing_of_few", "colours_repeat", "order_not_natural"}
    assert notes <= codes(fast.runs, url=fast.server.url, run="seed9")
    assert codes(fast.runs, url=fast.server.url) & notes == set()


def test_numbers_in_names_are_sorted_as_numbers() -> None:
    """Digits that are no numbers, as that of a square, are characters."""
    assert sorted(["run10", "run2", "run1²", "run٣"], key=by_number) == ["run1²", "run2", "run٣", "run10"]


@pytest.mark.detects("U01", "name_beyond_latin1", "U09", "runs_off", "U25", "names_cut_alike")
def test_many_runs_with_odd_names(tmp_path: Path) -> None:
    common = "an_experiment_with_a_very_long_name_and_version_"
    names = ["実験", f"{common}1", f"{common}2", *map(str, range(500))]
    for name in names:
        write_run(tmp_path / name, {"loss": [1.0]})
    with tensorboard("--logdir", tmp_path, "--reload_interval=1") as server:
        Serving(tmp_path, server).wait(lambda: len(ask(server.url).runs or ()) == len(names))
        named = found("name_beyond_latin1", tmp_path, url=server.url)
        assert [place.run for place in named.places] == ["実験"]
        assert "name_beyond_latin1" in codes(tmp_path, url=server.url, run="7"), (
            "it stops the switching of all"
        )
        assert "503 runs" in found("runs_off", tmp_path, url=server.url).seen
        cut = found("names_cut_alike", tmp_path, url=server.url)
        assert sorted(str(place.run) for place in cut.places) == [f"{common}1", f"{common}2"]


@pytest.mark.detects("U27", "board_outdated")
def test_a_tensorboard_that_was_upgraded_while_it_ran(fast: Serving, tmp_path: Path) -> None:
    """The doctor is asked in the Python where the newer version is, really installed."""
    assert "board_outdated" not in codes(fast.runs, url=fast.server.url)
    site = tmp_path / "site"
    install(site, "tensorboard", "2.99.0")
    asked = subprocess.run(
        [sys.executable, "-m", "lightboard", "doctor", "--json", "--url", fast.server.url, str(fast.runs)],
        stdout=subprocess.PIPE,
        check=False,
        env=environment(
            {"PYTHONPATH": f"{site}{os.pathsep}{os.environ.get('PYTHONPATH', '')}".rstrip(os.pathsep)}
        ),
    )
    (outdated,) = [one for one in json.loads(asked.stdout)["findings"] if one["code"] == "board_outdated"]
    running = f"TensorBoard {importlib.metadata.version('tensorboard')} runs (pid {fast.server.pid})"
    assert outdated["seen"] == f"{running}; 2.99.0 is installed in this Python."


@pytest.mark.detects("U27", "board_outdated", "view_in_address")
def test_a_lightboard_of_another_version(fast: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    with board(fast.runs, "--port", "0") as ours:
        url = f"{ours.address}#runs=off.k3v9q2m8x1c4a"
        assert codes(fast.runs, url=url) & {"board_outdated"} == set()
        assert "runs" in found("view_in_address", fast.runs, url=url).seen
        monkeypatch.setattr(lightboard, "__version__", "9.9")
        assert "9.9 is installed" in found("board_outdated", fast.runs, url=url).seen
