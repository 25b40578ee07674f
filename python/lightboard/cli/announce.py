"""What the terminal says while a board is served."""

import json
import os
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import click

import lightboard
from lightboard._core import Index
from lightboard.api.settings import LogDirectory, Settings
from lightboard.cli.ports import Address
from lightboard.cli.text import printable

FIRST_WALK_SECS = 0.3
"""How long the first lines wait for the index to have looked at the log directories."""


def announce(
    index: Index, settings: Settings, address: Address, open_browser: bool, stopped: threading.Event
) -> None:
    """Print what is served and where; once the log directories have been looked through, what is in them."""
    version = index.wait(0, FIRST_WALK_SECS)
    click.echo(f"Lightboard {lightboard.__version__}\n")
    found_all = _print_logdirs(index, settings.logdirs)
    click.echo()
    _print_addresses(settings, address)
    click.echo("Ctrl-C stops.")
    if open_browser:
        _open(_url(address.local, settings))
    while not found_all and not stopped.is_set():
        version = index.wait(version, FIRST_WALK_SECS)
        if _looked_through(json.loads(index.runs())):
            click.echo()
            found_all = _print_logdirs(index, settings.logdirs)


def wants_browser(environment: Mapping[str, str]) -> bool:
    """Whether this is a terminal on a desktop: elsewhere a browser would open where nobody looks, or not at all."""
    if not sys.stdout.isatty() or {"SSH_CONNECTION", "SSH_TTY"} & environment.keys():
        return False
    return sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & environment.keys())


def ssh_line(environment: Mapping[str, str], host: str, port: int) -> str | None:
    """Write the command that brings `port` to the machine one has logged in from; None outside of SSH."""
    match environment.get("SSH_CONNECTION", "").split():
        case [_, _, server, server_port]:
            reached = f"[{host}]" if ":" in host else host
            port_option = "" if server_port == "22" else f" -p {server_port}"
            user = f"{environment['USER']}@" if environment.get("USER") else ""
            return f"ssh{port_option} -N -L {port}:{reached}:{port} {user}{server}"
        case _:
            return None


def _looked_through(answer: dict[str, Any]) -> bool:
    return all(logdir["state"] != "loading" for logdir in answer["logdirs"])


def _print_logdirs(index: Index, logdirs: Sequence[LogDirectory]) -> bool:
    """Print a line for each log directory, and a second one if it has something to say; whether all are known."""
    answer = json.loads(index.runs())
    states = {logdir["name"]: logdir for logdir in answer["logdirs"]}
    widest = max(len(logdir.name) for logdir in logdirs)
    for logdir in logdirs:
        state = states[logdir.name]
        count = sum(run["logdir"] == logdir.name for run in answer["runs"])
        found = (
            "looking for runs …" if state["state"] == "loading" else f"{count} run{'' if count == 1 else 's'}"
        )
        click.echo(f"  {logdir.name:{widest}}  {printable(logdir.path)}  {found}")
        if state["message"]:
            click.echo(f"  {'':{widest}}  {printable(state['message'])}")
    return _looked_through(answer)


def _print_addresses(settings: Settings, address: Address) -> None:
    if address.ip.is_unspecified:
        click.echo(f"Open {_url(socket.gethostname(), settings)}")
        click.echo(f"  or {_url(address.local, settings)}  (on this machine)")
    else:
        click.echo(f"Open {_url(address.host, settings)}")
    if settings.wide:
        click.echo("Other machines can reach this board; whoever has the address with its token can read it.")
    tunnel = None if settings.wide else ssh_line(os.environ, address.local, settings.port)
    if tunnel is not None:
        click.echo(f"On the machine you sit at, first run:\n  {tunnel}")


def _url(host: str, settings: Settings) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    token = f"?token={settings.token}" if settings.token else ""
    return f"http://{bracketed}:{settings.port}/{token}"


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        click.echo("No browser could be started: open the address yourself.", err=True)
