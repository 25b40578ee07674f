"""Sockets of this machine that wait for connections (Linux; none elsewhere)."""

import ipaddress
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LISTEN = "0A"


class Listening(NamedTuple):
    """A socket that waits for connections on `port` of `address`; `link` is what a process's descriptor leads to."""

    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int
    link: str


def listening() -> Iterator[Listening]:
    """List all of them."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == LISTEN:
                address, _, port = fields[1].partition(":")
                # The kernel writes words of 32 bits, each in the machine's own order.
                words = struct.unpack(f">{len(address) // 8}I", bytes.fromhex(address))
                packed = struct.pack(f"={len(words)}I", *words)
                yield Listening(ipaddress.ip_address(packed), int(port, 16), f"socket:[{fields[9]}]")
