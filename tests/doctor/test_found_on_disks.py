"""What the doctor finds on disks that are full, refuse, lose or are cleaned up: on disks that the tests mount."""

import fcntl
import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from doctor import refusing_disk
from doctor.events import run_in, scalar
from doctor.looking import codes, found, reported
from doctor.programs import running
from lightboard.log.mounts import mount_of

mounts = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.getuid() != 0, reason="may not mount a disk"
)


@contextmanager
def mounted(disk: Path, *how: str | Path) -> Iterator[Path]:
    """A disk that is mounted there by `mount`."""
    disk.mkdir(exist_ok=True)
    if subprocess.run(["mount", *how, disk], check=False).returncode:
        pytest.skip("may not mount a disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@mounts
@pytest.mark.detects("W09", "disk_full")
def test_a_full_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=2m", "tmpfs") as disk:
        run_in(disk / "run")
        assert codes(disk) == set()
        with pytest.raises(OSError, match="No space left"):
            (disk / "checkpoint").write_bytes(bytes(4 << 20))
        finding = found("disk_full", disk)
        assert [(place.path, place.seen) for place in finding.places] == [(str(disk), "0 B free of 2 MiB")]


@pytest.mark.detects("W09", "logdir_not_writable")
def test_a_log_directory_that_may_not_be_written(tmp_path: Path) -> None:
    for name in ("nobodys", "somebodys"):
        (tmp_path / name).mkdir()
    run_in(tmp_path / "somebodys" / "run")
    for name, expected in (("nobodys", True), ("somebodys", False)):
        (tmp_path / name).chmod(0o555)
        report = reported(tmp_path / name)
        (tmp_path / name).chmod(0o755)
        assert ("logdir_not_writable" in {finding["code"] for finding in report["findings"]}) is expected


MOUNTS = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:44 / /mnt/share rw,relatime shared:2 - cifs //server/share rw,vers=3.0
41 27 0:45 / /mnt/my\\040bucket rw,nosuid,nodev - fuse.gcsfuse bucket rw,user_id=0
42 40 0:46 / /mnt/share/local rw - xfs /dev/vdb rw
43 42 0:47 / /mnt/share/local rw - nfs4 server:/export rw
"""


def test_the_file_system_of_a_path(tmp_path: Path) -> None:
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(MOUNTS)
    for path, kind in {
        "/home/me/runs": "ext4",
        "/mnt/share": "cifs",
        "/mnt/shared": "ext4",
        "/mnt/share/runs/a": "cifs",
        "/mnt/my bucket/runs": "fuse.gcsfuse",
        "/mnt/share/local/runs": "nfs4",
    }.items():
        mount = mount_of(path, mountinfo)
        assert mount is not None
        assert mount.kind == kind, path
    assert mount_of("/", tmp_path / "nothing") is None


TRAINED = """
import sys
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.event_file_writer import EventFileWriter
writer = EventFileWriter(sys.argv[1])
writer.add_event(Event(step=1))
writer.close()
"""


@mounts
@pytest.mark.detects("W10", "logdir_on_remote_disk")
def test_a_drive_that_refuses_appends(tmp_path: Path) -> None:
    """The kernel mounts it as it mounts a bucket; TensorBoard's writer cannot write to it a second time."""
    if not os.path.exists("/dev/fuse"):
        pytest.skip("may not mount a disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        with running(Path(refusing_disk.__file__).read_text(), disk, "fuse.gcsfuse"):
            trained = subprocess.run(
                [sys.executable, "-c", TRAINED, disk], stderr=subprocess.PIPE, text=True, check=False
            )
            assert "PermissionError: [Errno 13]" in trained.stderr
            (place,) = found("logdir_on_remote_disk", disk).places
            assert (place.path, place.seen) == (str(disk), "a bucket, by gcsfuse")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
    run_in(disk)
    assert codes(disk) == set()


def test_a_folder_that_a_client_synchronises(tmp_path: Path) -> None:
    run_in(tmp_path / "OneDrive - University" / "runs" / "a")
    finding = found("logdir_on_remote_disk", tmp_path / "OneDrive - University" / "runs")
    assert finding.places[0].seen == "in OneDrive - University"
    run_in(tmp_path / "OneDriven" / "runs" / "a")
    assert codes(tmp_path / "OneDriven" / "runs") == set()


EXT4_IOC_SHUTDOWN = 0x8004587D
"""Of linux/ext4.h: the file system is as after a power cut, to all programs."""
ITS_LOG_FIRST = struct.pack("I", 1)
"""What it knows of files has been written, their contents have not."""


@mounts
@pytest.mark.detects("F17", "record_zeros")
def test_a_power_cut(tmp_path: Path) -> None:
    """The file system has noted how long the file is, and what was written last is nowhere."""
    image, disk = tmp_path / "image", tmp_path / "disk"
    with image.open("wb") as file:
        file.truncate(8 << 20)
    if subprocess.run(["mkfs.ext4", "-q", image], check=False).returncode:
        pytest.skip("may not make a disk")
    with mounted(disk, "-o", "loop,data=writeback,nodelalloc", image):
        whole = run_in(disk / "run", range(5), suffix=".whole")
        writer = EventFileWriter(str(disk / "run"))
        for step in range(5):
            writer.add_event(scalar(step))
        writer.flush()
        subprocess.run(["sync", "--file-system", disk], check=True)
        for step in range(5, 200):
            writer.add_event(scalar(step))
        writer.close()
        folder = os.open(disk, os.O_RDONLY)
        fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, ITS_LOG_FIRST)
        os.close(folder)
    with mounted(disk, "-o", "loop", image):
        (cut,) = set((disk / "run").iterdir()) - {whole}
        then = time.time() - 600
        for path in (whole, cut):
            os.utime(path, (then, then))
        content = cut.read_bytes()
        (place,) = found("record_zeros", disk).places
        assert (place.path, place.offset) == (str(cut), len(content.rstrip(b"\0")))
        assert len(content) > 8000, "as long as all that was written"
