"""A listening socket, and what to say when there is none."""

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

import click

DEFAULT_PORT = 6006
TRIES = 100
BACKLOG = 128


class PortTakenError(Exception):
    """Another program listens on the port."""


class Address(NamedTuple):
    """An address to listen on, resolved."""

    family: socket.AddressFamily
    host: str

    @property
    def ip(self) -> IPv4Address | IPv6Address:
        """The address as a number that can be asked what it is."""
        return ip_address(self.host.partition("%")[0])

    @property
    def local(self) -> str:
        """An address at which this machine reaches the listener."""
        if not self.ip.is_unspecified:
            return self.host
        return "::1" if self.family == socket.AF_INET6 else "127.0.0.1"


def resolve(host: str) -> Address:
    """Find the address that `host` (a name or an address) stands for, IPv4 first; raises `click.UsageError`."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise click.UsageError(
            f'--host: expected a name or address of this machine, found "{host}" ({error}). '
            "Leave it out to serve this machine only; 0.0.0.0 serves every network it is on."
        ) from None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    family, _, _, _, address = found[0]
    return Address(family, str(address[0]))


def listen(address: Address, port: int) -> socket.socket:
    """Open a socket that listens on `port` (0: any free one); raises `PortTakenError`, `click.ClickException`."""
    listening = socket.socket(address.family, socket.SOCK_STREAM)
    # Lets a board start again at once where another has just stopped; a live one still keeps its port.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address.host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError from None
        raise click.ClickException(_reason(address.host, port, error)) from None
    return listening


def listen_near(address: Address, port: int) -> socket.socket:
    """Open a socket on the first free port after `port`; raises `click.ClickException` (exit 1)."""
    for candidate in range(port + 1, port + TRIES):
        try:
            return listen(address, candidate)
        except PortTakenError:
            continue
    raise click.ClickException(
        f"ports {port} to {port + TRIES - 1} are all taken. Let the system choose one: --port 0"
    )


def _reason(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EACCES and 0 < port < 1024:
        return (
            f"port {port} is reserved for the administrator ({error.strerror}). "
            f"Use one from 1024 to 65535, for example: --port {DEFAULT_PORT}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"--host: expected an address of this machine, found {host} ({error.strerror}). "
            "Leave it out to serve this machine only; 0.0.0.0 serves every network it is on."
        )
    return f"could not listen on {host} port {port}: {error.strerror or error}."
