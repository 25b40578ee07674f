"""Servers that TensorBoard has noted, which notebooks look up."""

import os
from collections.abc import Iterator
from shlex import quote

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.instances import Instance, folder, instances
from lightboard.doctor.look import Look
from lightboard.doctor.served import Client
from lightboard.doctor.tree import readable
from lightboard.listening import listening

PROBE_SECS = 1.0
"""What a server is given to answer, where the system does not tell who listens."""


def is_alive(instance: Instance) -> bool:
    """Whether its process lives and its port is listened on."""
    if os.path.isdir("/proc/self"):
        ports = {socket.port for socket in listening()}
        return os.path.exists(f"/proc/{instance.pid}") and instance.port in ports
    client = Client(f"localhost:{instance.port}", lambda: PROBE_SECS)
    return not client.get("/data/environment").refused


def stale_instances(look: Look) -> Iterator[Finding]:
    """Report servers that are noted for these log directories but gone: a notebook would connect to them."""
    asked = {os.path.realpath(logdir.path) for logdir in look.logdirs}
    stale = [
        one
        for one in instances()
        if os.path.isabs(one.logdir) and os.path.realpath(one.logdir) in asked and not is_alive(one)
    ]
    if stale:
        yield Finding(
            "stale_instance",
            f"{len(stale):,} of TensorBoard's notes are of servers on this log directory that do not answer.",
            [
                Place(
                    path=readable(one.path), seen=f"pid {one.pid}, port {one.port}, on {readable(one.logdir)}"
                )
                for one in stale
            ],
            remedy=f"Remove them: rm {' '.join(quote(readable(one.path)) for one in stale[:10])}",
        )


def unwritable_folder(_look: Look) -> Iterator[Finding]:
    """Report that TensorBoard cannot note its server here, and ends at its start."""
    path = folder()
    if os.path.isdir(path) and not os.access(path, os.W_OK | os.X_OK):
        owner = os.stat(path).st_uid
        yield Finding(
            "instances_unwritable",
            f"{path} belongs to user {owner}, and user {os.geteuid()} may not write there.",
            [Place(path=path)],
        )


CHECKS = (stale_instances, unwritable_folder)
