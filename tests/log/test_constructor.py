"""What the constructor makes, says and refuses."""

import errno
import logging
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.directory_loader import DirectoryLoader
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import TimestampedEventFileLoader

import lightboard
from lightboard import LightboardWarning, SummaryWriter
from log.program import Program, run, succeed
from log.records import event_files, events, points


def test_file_name_and_header(tmp_path: Path) -> None:
    before = time.time()
    with SummaryWriter(tmp_path, filename_suffix=".end"), SummaryWriter(tmp_path / "other"):
        (path,) = event_files(tmp_path)
        match = re.fullmatch(
            rf"events\.out\.tfevents\.(\d{{10}})\.(.+)\.{os.getpid()}\.\d{{5}}\.end", path.name
        )
        assert match is not None
        assert before - 1 <= int(match[1]) <= time.time()
        assert match[2] == socket.gethostname()
        (header,) = events(path)
    assert header.file_version == "brain.Event:2"
    assert header.source_metadata.writer == "lightboard"
    assert before <= header.wall_time <= time.time()


def test_tensorboard_reads_files_of_one_second_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    program = Program(
        """
for step in range(12):
    with SummaryWriter("run") as writer:
        writer.add_scalar("loss", 1.0, step)
    say("logged")
    sys.stdin.readline()
""",
        tmp_path,
    )
    following = EventAccumulator(str(tmp_path / "run"))
    for _ in range(12):
        program.line()
        following.Reload()  # Which never goes back to a file whose name sorts before that of the last one.
        program.answer()
    assert program.end()[0] == 0
    assert [event.step for event in following.Scalars("loss")] == list(range(12))
    loader = DirectoryLoader(str(tmp_path / "run"), TimestampedEventFileLoader)
    assert [event.step for event in loader.Load() if event.HasField("summary")] == list(range(12))


def test_purge_step_writes_what_torch_writes(tmp_path: Path) -> None:
    from tensorboardX import SummaryWriter as Peer

    with SummaryWriter(tmp_path / "ours", purge_step=700) as writer:
        writer.add_scalar("loss", 1.0, 700, 5.0)
        writer.close()
        writer._files.warned_of_reopening = True
        writer.add_scalar("loss", 1.0, 701, 5.0)  # Not repeated in the new file.
    with Peer(str(tmp_path / "theirs"), purge_step=700) as peer:
        peer.add_scalar("loss", 1.0, 700, 5.0)

    def session(path: Path) -> list[Any]:
        found = events(path)[1:]
        for event in found:
            event.wall_time = 0
        return found

    first, second = sorted(event_files(tmp_path / "ours"), key=lambda path: int(path.name.split(".")[-1]))
    assert session(first) == session(event_files(tmp_path / "theirs")[0])
    assert [event.step for event in session(second)] == [701]


def test_missing_parents_are_made(tmp_path: Path) -> None:
    SummaryWriter(tmp_path / "a" / "b" / "実験…1").close()
    assert len(event_files(tmp_path / "a" / "b" / "実験…1")) == 1


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with SummaryWriter("~/run") as writer:
        assert writer.log_dir == writer.get_logdir() == "~/run"
    assert len(event_files(tmp_path / "run")) == 1


def test_a_later_chdir_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with SummaryWriter("run") as writer:
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        writer.add_scalars("loss", {"a": 1.0})
    assert (tmp_path / "run" / "loss_a").is_dir()
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("log_dir", [None, ""])
def test_default_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_dir: str | None) -> None:
    monkeypatch.chdir(tmp_path)
    with SummaryWriter(log_dir, comment="_lr=0.1") as writer:
        name = os.path.relpath(writer.log_dir, "runs")
        assert re.fullmatch(rf"\w+\d\d_\d\d-\d\d-\d\d_{re.escape(socket.gethostname())}_lr=0\.1", name)
        assert not os.path.isabs(writer.log_dir)
    assert len(event_files(tmp_path / writer.log_dir)) == 1


def test_default_directories_are_never_shared(tmp_path: Path) -> None:
    text = """
import multiprocessing
def make(_):
    return SummaryWriter().log_dir
if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        names = pool.map(make, range(40)) + [SummaryWriter().log_dir for _ in range(10)]
    say(len(set(names)))
    say(sum(name.endswith("_2") for name in names) > 0)
"""
    assert succeed(text, tmp_path).split() == ["50", "True"]
    assert len(list((tmp_path / "runs").iterdir())) == 50


def test_comment_with_a_directory_is_ignored_and_says_so(tmp_path: Path) -> None:
    with pytest.warns(LightboardWarning, match=r"comment='_x' is ignored") as warned:
        SummaryWriter(tmp_path, comment="_x").close()
    assert warned[0].filename == __file__


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"log_dir": "  "}, ValueError, "white space"),
        ({"log_dir": "s3://bucket/run"}, ValueError, "local directory.*s3://bucket/run"),
        ({"log_dir": "gs://bucket/run"}, ValueError, "local directory"),
        ({"log_dir": "a\0b"}, ValueError, "NUL"),
        ({"log_dir": "a\ud800b"}, ValueError, "lone surrogate .* position 1"),
        ({"log_dir": 3}, TypeError, "found int"),
        ({"log_dir": "run", "on_error": "ignore"}, ValueError, "on_error"),
        ({"log_dir": "run", "filename_suffix": "/x"}, ValueError, "filename_suffix"),
        ({"log_dir": "run", "purge_step": 2**63}, OverflowError, "purge_step"),
        ({"log_dir": "run", "purge_step": "x"}, ValueError, "purge_step"),
        ({"log_dir": "run", "flush_secs": None}, TypeError, "flush_secs"),
        ({"log_dir": "run", "comment": 3}, TypeError, "comment"),
    ],
)
def test_arguments_that_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, Any],
    kind: type[Exception],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=message):
        SummaryWriter(**arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("log_dir", ["file", "file/run", "file/a/b"])
def test_a_file_in_the_way(tmp_path: Path, log_dir: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((NotADirectoryError, FileExistsError)) as raised:
        SummaryWriter(tmp_path / log_dir)
    assert f"a file where a directory should be: {tmp_path / 'file'}" in str(raised.value)
    assert raised.value.filename == str(tmp_path / log_dir)


def test_a_link_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to("elsewhere/run")
    with pytest.raises(FileExistsError, match=r"a link to nothing: .*/run leads to elsewhere/run"):
        SummaryWriter(tmp_path / "run")


@pytest.mark.parametrize("log_dir", [None, "run"])
def test_a_working_directory_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_dir: str | None
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(FileNotFoundError, match=r"working directory .* deleted\. Give an absolute path"):
        SummaryWriter(log_dir)


def test_no_permission(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:3]:
        parent.chmod(0o755)
    text = f"""
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
for path in ({str(closed)!r}, {str(closed / "run")!r}):
    try:
        SummaryWriter(path)
    except PermissionError as error:
        say(error)
"""
    lines = succeed(text, tmp_path).splitlines()
    assert len(lines) == 2
    for line in lines:
        assert f"no permission: {closed} belongs to user " in line
        assert "with mode dr-xr-xr-x, and this program runs as user" in line


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long: 300 bytes") as raised:
        SummaryWriter(tmp_path / ("é" * 150))
    assert raised.value.errno == errno.ENAMETOOLONG


def test_too_many_open_files(tmp_path: Path) -> None:
    text = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
writers = []
try:
    while True:
        writers.append(SummaryWriter(f"run{len(writers)}"))
except OSError as error:
    say(error)
"""
    assert "too many open files. Close writers" in succeed(text, tmp_path)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "disk"
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", path], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"mounting a tmpfs needs root: {done.stderr.decode().strip()}")
    yield path
    subprocess.run(["umount", "--lazy", path], check=True)


def test_a_read_only_file_system(mounted: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    for path in (mounted, mounted / "run"):
        with pytest.raises(OSError, match=f"a read-only file system at {mounted}") as raised:
            SummaryWriter(path)
        assert raised.value.errno == errno.EROFS


def test_no_space(mounted: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        (mounted / "ballast").write_bytes(bytes(1 << 20))
    with pytest.raises(OSError, match=f"no space left on {mounted}.*0 bytes") as raised:
        SummaryWriter(mounted)
    assert raised.value.errno == errno.ENOSPC
    assert event_files(mounted) == []


def test_the_path_is_announced_on_stderr(tmp_path: Path) -> None:
    status, out, err = run("SummaryWriter('run')", tmp_path)
    assert (status, out) == (0, "")
    assert err == f"lightboard: logging to {tmp_path / 'run'}\n"


@pytest.mark.parametrize(
    ("configure", "shown"),
    [
        (
            "logging.basicConfig(level=logging.INFO, format='%(levelname)s %(name)s %(message)s')",
            "INFO lightboard ",
        ),
        ("logging.basicConfig()", None),
        ("logging.getLogger('lightboard').setLevel(logging.WARNING)", None),
        ("logging.disable()", None),
    ],
)
def test_the_programs_own_logging_decides(tmp_path: Path, configure: str, shown: str | None) -> None:
    err = run(f"import logging\n{configure}\nSummaryWriter('run')", tmp_path)[2]
    assert err == ("" if shown is None else f"{shown}logging to {tmp_path / 'run'}\n")


def test_the_announcement_is_an_ordinary_record(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        SummaryWriter(tmp_path).close()
    assert [(record.name, record.levelname) for record in caplog.records] == [("lightboard", "INFO")]


def test_importing_is_cheap(tmp_path: Path) -> None:
    text = "SummaryWriter('run').add_scalar('loss', 1.0, 1)\nsay(sorted(sys.modules))"
    imported = succeed(text, tmp_path)
    for heavy in ("numpy", "starlette", "uvicorn", "click", "torch", "tensorboard", "multiprocessing"):
        assert f"'{heavy}'" not in imported
    standard = ("dataclasses", "inspect", "json", "logging", "shutil", "socket")
    text = f"import lightboard, sys; print([name for name in {standard} if name in sys.modules])"
    # Without what an environment's site-packages import by themselves.
    package = str(Path(lightboard.__file__).parents[1])
    alone = subprocess.run(
        [sys.executable, "-S", "-c", text],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": package},
    )
    assert (alone.stdout, alone.stderr) == ("[]\n", "")
    assert lightboard.__all__ == ["LightboardWarning", "SummaryWriter", "__version__"]


def test_arrays_import_nothing_lazily(tmp_path: Path) -> None:
    """In a child that is forked meanwhile, an import that another thread has begun would never end."""
    text = """
import numpy as np
before = set(sys.modules)
with SummaryWriter('run') as writer:
    array = np.zeros((3, 8, 8))
    writer.add_scalar('loss', array.sum(), 1)
    for log in (writer.add_image, writer.add_histogram, writer.add_tensor):
        log('array', array, 1)
say(sorted(name for name in set(sys.modules) - before if name.startswith('numpy')))
"""
    assert succeed(text, tmp_path) == "[]\n"


def test_nothing_is_left_when_nothing_was_logged(tmp_path: Path) -> None:
    SummaryWriter(tmp_path).close()
    assert points(tmp_path) == []
