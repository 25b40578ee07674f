"""A file system that refuses appends, as drives in the network do: a program that mounts it (Linux, as root).

`python refusing_disk.py FOLDER TYPE` speaks the kernel's FUSE protocol (linux/fuse.h) until it is killed. It keeps
files in memory, in one folder; each can be written while it is first open, and not opened for writing again.
"""

import ctypes
import errno
import os
import struct
import sys
import time
from enum import IntEnum

ROOT = 1
REQUEST = struct.Struct("<IIQQIIII")
OPENED = bytes(16)
NOW = int(time.time())


class Operation(IntEnum):
    """What the kernel asks for."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FLUSH = 25
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    CREATE = 35
    BATCH_FORGET = 42


class RefusedError(Exception):
    """The answer is an error."""

    def __init__(self, number: int) -> None:
        self.number = number


class Disk:
    """The numbers of the files by name, and what they hold."""

    def __init__(self) -> None:
        self.names: dict[bytes, int] = {}
        self.contents: dict[int, bytearray] = {}

    def answer(self, operation: int, node: int, body: bytes) -> bytes | None:
        """What the kernel is told; None where it waits for nothing."""
        if operation in (Operation.FORGET, Operation.BATCH_FORGET):
            return None
        if operation not in set(Operation):
            raise RefusedError(errno.ENOSYS)
        answer: bytes = getattr(self, Operation(operation).name.lower())(node, body)
        return answer

    def init(self, _node: int, _body: bytes) -> bytes:
        return struct.pack("<4I2HII2HI7I", 7, 31, 0, 0, 0, 0, 1 << 16, 1, *[0] * 10)

    def getattr(self, node: int, _body: bytes) -> bytes:
        return bytes(16) + self.attributes(node)

    setattr = getattr

    def lookup(self, _node: int, name: bytes) -> bytes:
        return self.entry(name.rstrip(b"\0"))

    def create(self, _node: int, body: bytes) -> bytes:
        name = body[16:].rstrip(b"\0")
        self.names[name] = ROOT + 1 + len(self.names)
        self.contents[self.names[name]] = bytearray()
        return self.entry(name) + OPENED

    def open(self, _node: int, body: bytes) -> bytes:
        if struct.unpack_from("<I", body)[0] & os.O_ACCMODE != os.O_RDONLY:
            raise RefusedError(errno.EACCES)
        return OPENED

    def opendir(self, _node: int, _body: bytes) -> bytes:
        return OPENED

    def read(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        return bytes(self.contents[node][offset : offset + size])

    def write(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        self.contents[node][offset : offset + size] = body[40 : 40 + size]
        return struct.pack("<II", size, 0)

    def statfs(self, _node: int, _body: bytes) -> bytes:
        return struct.pack("<5Q4I6I", *[1 << 30] * 5, 4096, 255, 4096, *[0] * 7)

    def readdir(self, _node: int, body: bytes) -> bytes:
        return self.listing(struct.unpack_from("<QQ", body)[1])

    def release(self, _node: int, _body: bytes) -> bytes:
        return b""

    flush = releasedir = release

    def attributes(self, node: int) -> bytes:
        """`struct fuse_attr`."""
        mode, links = (0o40777, 2) if node == ROOT else (0o100666, 1)
        size = len(self.contents.get(node, b""))
        return struct.pack("<6Q10I", node, size, 1, NOW, NOW, NOW, 0, 0, 0, mode, links, 0, 0, 0, 4096, 0)

    def entry(self, name: bytes) -> bytes:
        """`struct fuse_entry_out`."""
        if name not in self.names:
            raise RefusedError(errno.ENOENT)
        node = self.names[name]
        return struct.pack("<5Q", node, 0, 0, 0, 0) + self.attributes(node)

    def listing(self, offset: int) -> bytes:
        """All names, of which the kernel has had so many."""
        found = b""
        for number, (name, node) in enumerate(self.names.items(), 1):
            if number > offset:
                found += struct.pack("<QQII", node, number, len(name), 8) + name + bytes(-len(name) % 8)
        return found


def main(folder: str, kind: str) -> None:
    """Mount it, say so, and serve."""
    kernel = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={kernel},rootmode=40000,user_id=0,group_id=0,allow_other"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"share", folder.encode(), kind.encode(), 0, options.encode()):
        sys.exit(os.strerror(ctypes.get_errno()))
    print("ready", flush=True)
    disk = Disk()
    while True:
        request = os.read(kernel, 1 << 20)
        _, operation, unique, node, *_ = REQUEST.unpack_from(request)
        try:
            body, error = disk.answer(operation, node, request[REQUEST.size :]), 0
        except RefusedError as refused:
            body, error = b"", -refused.number
        if body is not None:
            os.write(kernel, struct.pack("<IiQ", 16 + len(body), error, unique) + body)


if __name__ == "__main__":
    main(*sys.argv[1:])
