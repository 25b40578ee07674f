"""`lightboard LOGDIR…`: serve a board."""

import os
import secrets
import signal
import socket
import threading
import time
from typing import NoReturn

import click

import lightboard
from lightboard.api.settings import LogDirectory, Settings
from lightboard.cache_dir import cache_dir
from lightboard.cli import logdirs as arguments
from lightboard.cli import ports
from lightboard.cli.sizes import Size


class Port(click.IntRange):
    """A port number; 0 stands for any free one."""

    name = "port (0 to 65535)"

    def __init__(self) -> None:
        super().__init__(0, 65535)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("logdir", nargs=-1)
@click.option(
    "--port",
    type=Port(),
    metavar="PORT",
    help="Port; 0 takes any free one. [default: 6006, or the next free one]",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen on; wider than this machine needs a token.",
)
@click.option(
    "--open/--no-open",
    "open_browser",
    default=None,
    help="Open the browser. [default: on a desktop, not over SSH]",
)
@click.option(
    "--max-memory",
    type=Size(smallest=64 << 20),
    default=1 << 30,
    metavar="SIZE",
    help="Memory that the board may take; what does not fit goes to disk. [default: 1GiB]",
)
@click.version_option(lightboard.__version__, message="lightboard %(version)s")
def serve(
    logdir: tuple[str, ...], port: int | None, host: str, open_browser: bool | None, max_memory: int
) -> None:
    """Show the training runs below each LOGDIR on a board in the browser.

    A LOGDIR may be given a name: lightboard runs old=/data/runs. Without any, ./runs is shown. Directories that do
    not exist yet are waited for.
    """
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _exit)  # Until the server takes over: a stop is never a failure.
    understood = arguments.understand(logdir)
    for note in understood.notes:
        click.echo(note, err=True)
    address = ports.resolve(host)
    listening = _listen(address, port, understood.logdirs)

    # From here on connections wait instead of being refused, while the rest is imported.
    from lightboard._core import Index
    from lightboard.api.app import create_app
    from lightboard.api.server import serve as serve_app
    from lightboard.cli.announce import announce, wants_browser

    settings = _settings(understood.logdirs, listening, host, address)
    index = Index(list(settings.logdirs), cache_dir=cache_dir(), max_memory=max_memory)
    stopped = threading.Event()
    opens = wants_browser(os.environ) if open_browser is None else open_browser
    announcing = threading.Thread(target=announce, args=(index, settings, address, opens, stopped))
    try:
        announcing.start()
        serve_app(create_app(index, settings), listening)
    finally:
        stopped.set()
        announcing.join()
        index.close()


def _exit(*_: object) -> NoReturn:
    raise SystemExit(0)


def _listen(address: ports.Address, port: int | None, logdirs: list[LogDirectory]) -> socket.socket:
    wanted = ports.DEFAULT_PORT if port is None else port
    try:
        return ports.listen(address, wanted)
    except ports.PortTakenError:
        pass
    from lightboard.cli.occupant import find_occupant

    occupant = find_occupant(address.local, wanted)
    taken = f"port {wanted} is taken by {occupant.description}."
    if occupant.paths == {logdir.readable_path for logdir in logdirs}:
        taken += f"\nIt shows the same log directories already: http://{address.local}:{wanted}/"
    if port is not None:
        raise click.ClickException(f"{taken}\nGive another port, or let the system choose one: --port 0")
    listening = ports.listen_near(address, wanted)
    click.echo(f"{taken[0].upper()}{taken[1:]}\nTaking port {listening.getsockname()[1]} instead.", err=True)
    return listening


def _settings(
    logdirs: list[LogDirectory], listening: socket.socket, host: str, address: ports.Address
) -> Settings:
    wide = not address.ip.is_loopback
    return Settings(
        logdirs=tuple(logdirs),
        port=listening.getsockname()[1],
        started=time.time(),
        token=secrets.token_urlsafe(24) if wide else None,
        host_names=frozenset({host.lower(), socket.gethostname().lower()}) if wide else frozenset(),
    )
