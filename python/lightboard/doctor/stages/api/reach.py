"""Whether a board answers at the address, and the right one."""

import os
from collections.abc import Iterator

from lightboard.doctor import processes
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.served import Served
from lightboard.doctor.tree import readable
from lightboard.doctor.words import amount
from lightboard.listening import listening


def unreachable(look: Look) -> Iterator[Finding]:
    """Report that nobody answers, and who listens elsewhere on the port."""
    board = look.served
    if board is None or board.program != "nothing":
        return
    url, host = board.client.root, board.client.host
    seen = f"Asked {url}: {board.problem}."
    remedy = None
    addresses = _elsewhere(host, board.client.port) if board.refused and processes.is_here(host) else []
    if addresses:
        seen += (
            f" On this machine a program listens on port {board.client.port}, but on {', '.join(addresses)} only, "
            f"which {host} does not reach."
        )
        remedy = (
            f"From another machine forward the port, ssh -L {board.client.port}:127.0.0.1:{board.client.port} "
            f"USER@HOST, and open http://127.0.0.1:{board.client.port}/; or start the board on a wider address: "
            "lightboard LOGDIR --host 0.0.0.0, tensorboard --logdir LOGDIR --bind_all."
        )
    yield Finding("board_unreachable", seen, [Place(path=url)], remedy=remedy)


def _elsewhere(host: str, port: int) -> list[str]:
    """List the addresses of this machine on which a program listens on the port; none if one of them is the host's."""
    addresses = {socket.address for socket in listening() if socket.port == port}
    covered = any(str(one) == host or one.is_unspecified for one in addresses)
    return [] if covered else sorted(map(str, addresses))


def no_board(look: Look) -> Iterator[Finding]:
    """Report that what answers is no board, or one below another path."""
    board = look.served
    if board is None or board.program != "other":
        return
    url = board.client.root
    for prefix in _prefixes(board):
        if board.client.get("/data/environment", prefix=prefix).status == 200:
            right = url.removesuffix(f"{board.client.prefix}/") + f"{prefix}/"
            yield Finding(
                "path_prefix",
                f"{url} is answered, but not by a board: {board.problem}. A TensorBoard answers at {right}.",
                [Place(path=url)],
                remedy=f"Open {right}, with the slash at its end, and give the proxy the same path as --path_prefix.",
            )
            return
    yield Finding(
        "not_a_board", f"{url} is answered, but not by a board: {board.problem}.", [Place(path=url)]
    )


def _prefixes(board: Served) -> Iterator[str]:
    """Paths below which the board may be: shorter than the given one, the given one itself, where it leads to."""
    parts = [part for part in board.client.parts.path.split("/") if part]
    for length in range(len(parts), -1, -1):
        prefix = "".join(f"/{part}" for part in parts[:length])
        if prefix != board.client.prefix:
            yield prefix
    command = processes.arguments(board.pid) if board.pid is not None else []
    for argument, following in zip(command, [*command[1:], ""], strict=True):
        name, equals, value = argument.partition("=")
        if name == "--path_prefix":
            yield (value if equals else following).rstrip("/")


def another_directory(look: Look) -> Iterator[Finding]:
    """Report a board that was started on other log directories."""
    board = look.served
    if board is None or not board.directories:
        return
    served = {readable(os.path.realpath(path)) for path in board.directories.values()}
    missed = []
    for logdir in look.logdirs:
        wanted = readable(os.path.realpath(logdir.path))
        if not any(_within(wanted, one) or _within(one, wanted) for one in served):
            missed.append(Place(path=logdir.readable_path, logdir=logdir.name))
    if missed:
        yield Finding(
            "another_directory",
            f"{board.name} at {board.client.root} serves {', '.join(sorted(served))}, not "
            f"{', '.join(str(place.path) for place in missed)}.",
            missed,
        )


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def facts(look: Look) -> Iterator[Finding]:
    """Tell what was asked."""
    board = look.served
    if board is not None and board.program in ("lightboard", "tensorboard"):
        runs = "" if board.runs is None else f", {amount(len(board.runs), 'run')}"
        look.facts["api"] = f"{board.name} at {board.client.root}{runs}"
    return iter(())


CHECKS = (facts, unreachable, no_board, another_directory)
