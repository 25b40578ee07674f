"""One board at an address: what program it is, what it was started with, which runs and points it serves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from lightboard.doctor import processes
from lightboard.doctor.served.client import Answer, Client
from lightboard.index.columns import decode

Program = Literal["lightboard", "tensorboard", "other", "nothing"]

REQUESTS_AT_ONCE = 100
"""Series that one request to TensorBoard asks for."""


@dataclass(frozen=True)
class Curve:
    """What is served of one scalar series: how many points, and the last one's step."""

    points: int
    last_step: int | None


@dataclass
class Served:
    """The board. What it answers is asked for once, when it is first needed.

    `program` is `nothing` where nobody answers, and `other` where the answers are no board's; `problem` says then what
    was found. `directories` are the log directories that it was given, by name, as far as they can be made absolute.
    `flags` are TensorBoard's own (GET /data/environment).
    """

    client: Client
    program: Program
    problem: str = ""
    version: str = ""
    directories: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, Any] = field(default_factory=dict)
    data_location: str = ""
    pid: int | None = None
    """Of the process that answers, if it can be seen."""
    token_required: bool = False

    @property
    def name(self) -> str:
        """The program with its version, for reading."""
        title = {"lightboard": "Lightboard", "tensorboard": "TensorBoard"}.get(
            self.program, "another program"
        )
        return f"{title} {self.version}".strip()

    @property
    def is_tensorboard(self) -> bool:
        """Whether it is a TensorBoard."""
        return self.program == "tensorboard"

    def run_name(self, path: str) -> str | None:
        """Return the name that a run in the folder `path` has on the board; None if the board does not look there."""
        real = os.path.realpath(path)
        for name, directory in self.directories.items():
            below = os.path.relpath(real, os.path.realpath(directory))
            if below != ".." and not below.startswith("../"):
                below = os.fsencode(below).decode("utf-8", "backslashreplace")
                return f"{name}/{below}" if name else below
        return None

    def again(self) -> Served:
        """Return the same board, to be asked anew."""
        return replace(self)

    @cached_property
    def data_server(self) -> int | None:
        """The process id of TensorBoard's fast reader; None if it uses the Python reader, or cannot be looked at."""
        if self.pid is None or not self.is_tensorboard:
            return None
        for child in processes.children(self.pid):
            command = processes.arguments(child)
            if command and os.path.basename(command[0]) == "server":
                return child
        return None

    @cached_property
    def runs_answer(self) -> Answer:
        """The answer to the question for all runs."""
        return self.client.get("/data/runs" if self.is_tensorboard else "/api/runs")

    @cached_property
    def runs(self) -> Sequence[str] | None:
        """Names of the runs that are listed, Lightboard's behind the log directory's name; None without an answer."""
        body = self.runs_answer.json
        if self.runs_answer.status != 200:
            return None
        if self.is_tensorboard:
            return [str(name) for name in body] if isinstance(body, list) else None
        try:
            return [f"{run['logdir']}/{run['name']}" for run in body["runs"]]
        except (KeyError, TypeError):
            return None

    @cached_property
    def scalar_tags(self) -> Mapping[str, Sequence[str]]:
        """Tags of scalars by run, named as in `runs`."""
        if not self.is_tensorboard:
            found: dict[str, list[str]] = {}
            for run, tag in self.curves:
                found.setdefault(run, []).append(tag)
            return found
        body = self.client.get("/data/plugin/scalars/tags").json
        if not isinstance(body, dict):
            return {}
        return {run: list(tags) for run, tags in body.items() if isinstance(tags, dict)}

    @cached_property
    def curves(self) -> dict[tuple[str, str], Curve]:
        """What is served of each scalar series, by run (named as in `runs`) and tag."""
        return dict(self._tensorboard_curves() if self.is_tensorboard else self._lightboard_curves())

    def _tensorboard_curves(self) -> Iterator[tuple[tuple[str, str], Curve]]:
        tags = sorted({tag for tags in self.scalar_tags.values() for tag in tags})
        for start in range(0, len(tags), REQUESTS_AT_ONCE):
            requests = [{"plugin": "scalars", "tag": tag} for tag in tags[start : start + REQUESTS_AT_ONCE]]
            answer = self.client.post_form(
                "/data/plugin/timeseries/timeSeries", [("requests", json.dumps(requests))]
            ).json
            for entry in answer if isinstance(answer, list) else ():
                for run, series in (entry.get("runToSeries") or {}).items():
                    last = series[-1]["step"] if series else None
                    yield (run, entry["tag"]), Curve(len(series), last)

    def _lightboard_curves(self) -> Iterator[tuple[tuple[str, str], Curve]]:
        tags = self.client.get("/api/tags").json
        if not isinstance(tags, dict):
            return
        names = [entry["tag"] for entry in tags["tags"] if entry["kind"] == "scalar"]
        runs = {run["id"]: f"{run['logdir']}/{run['name']}" for run in self.runs_answer.json["runs"]}
        for start in range(0, len(names), REQUESTS_AT_ONCE):
            answer = self.client.post_json("/api/table", {"tags": names[start : start + REQUESTS_AT_ONCE]})
            if answer.status != 200:
                continue
            frame = decode(answer.body)
            cells = ((run, tag) for run in frame.header["runs"] for tag in frame.header["tags"])
            counts, steps = frame.columns["count"].tolist(), frame.columns["last_step"].tolist()
            for (run, tag), count, last in zip(cells, counts, steps, strict=True):
                if count and run in runs:
                    yield (runs[run], tag), Curve(count, last)


def ask(url: str) -> Served:
    """Find out what answers at `url`."""
    client = Client(url)
    environment = client.get("/data/environment")
    if environment.status == 0:
        return Served(client, "nothing", environment.error, pid=processes.behind(client.host, client.port))
    server = client.get("/api/server")
    pid = processes.behind(client.host, client.port)
    found = server.json
    if server.status == 200 and isinstance(found, dict) and found.get("name") == "lightboard":
        return Served(
            client,
            "lightboard",
            version=str(found.get("version", "")),
            directories={str(one["name"]): str(one["path"]) for one in found.get("logdirs", [])},
            pid=pid,
        )
    if server.status == 401:
        return Served(client, "lightboard", "it asks for its token", token_required=True, pid=pid)
    found = environment.json
    if environment.status == 200 and isinstance(found, dict) and "data_location" in found:
        return _tensorboard(client, found, pid)
    return Served(
        client,
        "other",
        f"GET /data/environment was answered with status {environment.status}",
        pid=pid,
    )


def _tensorboard(client: Client, environment: Mapping[str, Any], pid: int | None) -> Served:
    debug = environment.get("debug")
    flags = debug.get("flags") if isinstance(debug, dict) else None
    location = str(environment["data_location"])
    return Served(
        client,
        "tensorboard",
        version=str(environment.get("version", "")),
        directories=_directories(location, bool(isinstance(flags, dict) and flags.get("logdir_spec")), pid),
        flags=flags if isinstance(flags, dict) else {},
        data_location=location,
        pid=pid,
    )


def _directories(location: str, is_spec: bool, pid: int | None) -> dict[str, str]:
    """Log directories by name; relative ones only where the server's working directory can be told."""
    found = {}
    for number, part in enumerate(location.split(",") if is_spec else [location]):
        name, colon, path = part.partition(":") if is_spec else ("", "", part)
        path = os.path.expanduser(path if colon or not is_spec else part)
        cwd = processes.folder(pid) if pid is not None else None
        if not os.path.isabs(path):
            if cwd is None:
                continue
            path = os.path.join(cwd, path)
        found[name if colon else (str(number) if is_spec else "")] = os.path.normpath(path)
    return found
