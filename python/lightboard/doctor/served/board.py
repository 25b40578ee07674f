"""One board at an address: what program it is, what it was started with, which runs and points it serves."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeGuard

from lightboard.api.settings import LogDirectory
from lightboard.doctor import processes
from lightboard.doctor.served.client import TIMEOUT_SECS, Answer, Client
from lightboard.doctor.tree import readable
from lightboard.index.columns import FrameError, decode

Program = Literal["lightboard", "tensorboard", "other", "nothing"]

LONGEST_INTERVAL = 1e9
"""Seconds: what TensorBoard is asked to wait for is less."""

TIME_SERIES = "/data/plugin/timeseries/timeSeries"
REQUESTS_AT_ONCE = 100
"""Tags that one request asks for; fewer where the answer is too large."""


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
    refused: bool = False
    """Whether nothing listens at the address."""
    version: str = ""
    directories: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, Any] = field(default_factory=dict)
    data_location: str = ""
    pid: int | None = None
    """Of the board's process, if it can be seen; of what is no board, of the one that listens."""
    token_required: bool = False
    unanswered: list[str] = field(default_factory=list)
    """Requests to which nothing came, or nothing that can be read: what they ask for is not known, not missing."""

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

    @property
    def is_here(self) -> bool:
        """Whether its paths are this machine's: it is seen to run here or, where nobody can see that, seems to."""
        unseen = not os.path.isdir("/proc/self") and processes.is_here(self.client.host)
        return self.program in ("lightboard", "tensorboard") and (self.pid is not None or unseen)

    @property
    def reads_once(self) -> bool:
        """Whether it was told to read the log directory at its start only."""
        return self.flags.get("reload_interval") == 0

    def run_name(self, logdir: LogDirectory, path: str) -> str | None:
        """Return the name on the board of the run in `path`, a folder of `logdir`; None if it does not look there.

        Links that are followed below a log directory are part of the name.
        """
        listed = os.path.join(os.path.realpath(logdir.path), os.path.relpath(path, logdir.path))
        for folder in (os.path.normpath(listed), os.path.realpath(path)):
            for name, directory in self.directories.items():
                below = os.path.relpath(folder, os.path.realpath(directory))
                if below != ".." and not below.startswith("../"):
                    return f"{name}/{readable(below)}" if name else readable(below)
        return None

    def again(self) -> Served:
        """Return the same board, to be asked anew."""
        return replace(self, unanswered=[])

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
        if not self.is_tensorboard:
            return None if self.run_names is None else list(self.run_names.values())
        body = self.runs_answer.json if self.runs_answer.status == 200 else None
        return body if _is_texts(body) else None

    @cached_property
    def own_runs(self) -> Sequence[Mapping[str, Any]] | None:
        """A Lightboard's runs as in GET /api/runs; None without an answer."""
        body = self.runs_answer.json if self.runs_answer.status == 200 else None
        runs = _objects(body.get("runs") if isinstance(body, dict) else None)
        if runs is None or not all(
            _is_texts([run.get(key) for key in ("id", "logdir", "name")]) for run in runs
        ):
            return None
        return runs

    @cached_property
    def run_names(self) -> dict[str, str] | None:
        """Names of a Lightboard's runs, as in `runs`, by id."""
        return None if self.own_runs is None else {run["id"]: _name(run) for run in self.own_runs}

    @property
    def loading(self) -> tuple[int, int] | None:
        """How many bytes a Lightboard has read, and of how many; None without an answer."""
        body = self.runs_answer.json
        loading = body.get("loading") if isinstance(body, dict) else None
        read, total = (
            (loading.get("bytes_read"), loading.get("bytes_total"))
            if isinstance(loading, dict)
            else (None, None)
        )
        return (read, total) if isinstance(read, int) and isinstance(total, int) else None

    @cached_property
    def scalar_tags(self) -> Mapping[str, Sequence[str]]:
        """Tags of scalars by run, named as in `runs`."""
        if not self.is_tensorboard:
            found: dict[str, list[str]] = {}
            for run, tag in self.curves:
                found.setdefault(run, []).append(tag)
            return found
        answer = self.client.get("/data/plugin/scalars/tags")
        body = answer.json if answer.status == 200 else None
        if not isinstance(body, dict):
            self.unanswered.append("/data/plugin/scalars/tags")
            return {}
        return {run: list(tags) for run, tags in body.items() if isinstance(tags, dict)}

    @cached_property
    def curves(self) -> dict[tuple[str, str], Curve]:
        """What is served of each scalar series, by run (named as in `runs`) and tag."""
        return dict(self._tensorboard_curves() if self.is_tensorboard else self._lightboard_curves())

    def _tensorboard_curves(self) -> Iterator[tuple[tuple[str, str], Curve]]:
        runs: dict[str, list[str]] = {}
        for run, tags in self.scalar_tags.items():
            for tag in tags:
                runs.setdefault(tag, []).append(run)
        left, at_once = deque(sorted(runs)), REQUESTS_AT_ONCE
        while left:
            asked = [left.popleft() for _ in range(min(at_once, len(left)))]
            answer = self._time_series([{"tag": tag} for tag in asked])
            if answer.too_large and len(asked) > 1:
                left.extendleft(reversed(asked))
                at_once = len(asked) // 2
                continue
            answers: Iterable[Answer] = [answer]
            if answer.too_large:  # Even of one tag: run by run then.
                answers = (self._time_series([{"tag": asked[0], "run": run}]) for run in runs[asked[0]])
            for one in answers:
                yield from self._curves_in(one)
                if one.status == 0 and not one.too_large:
                    return

    def _time_series(self, requests: list[dict[str, str]]) -> Answer:
        asked = json.dumps([{"plugin": "scalars", **request} for request in requests])
        return self.client.post_form(TIME_SERIES, [("requests", asked)])

    def _curves_in(self, answer: Answer) -> Iterator[tuple[tuple[str, str], Curve]]:
        entries = _objects(answer.json) if answer.status == 200 else None
        if entries is None:
            self.unanswered.append(TIME_SERIES)
        for entry in entries or ():
            tag, served = entry.get("tag"), entry.get("runToSeries")
            for run, points in served.items() if isinstance(served, dict) else ():
                series = _objects(points)
                last = series[-1].get("step") if series else None
                if series is not None and isinstance(tag, str) and isinstance(last, int | None):
                    yield (run, tag), Curve(len(series), last)
                else:
                    self.unanswered.append(TIME_SERIES)

    def _lightboard_curves(self) -> Iterator[tuple[tuple[str, str], Curve]]:
        answer = self.client.get("/api/tags")
        body = answer.json if answer.status == 200 else None
        tags = _objects(body.get("tags") if isinstance(body, dict) else None)
        if tags is None:
            self.unanswered.append("/api/tags")
        names = [
            tag["tag"]
            for tag in tags or ()
            if tag.get("kind") == "scalar" and isinstance(tag.get("tag"), str)
        ]
        for start in range(0, len(names), REQUESTS_AT_ONCE):
            answer = self.client.post_json("/api/table", {"tags": names[start : start + REQUESTS_AT_ONCE]})
            cells = _cells(answer.body) if answer.status == 200 else None
            if cells is None:
                self.unanswered.append("/api/table")
                if answer.status == 0:
                    return
            for run, tag, curve in cells or ():
                if curve.points and run in (self.run_names or {}):
                    yield ((self.run_names or {})[run], tag), curve


def _name(run: Mapping[str, Any]) -> str:
    return f"{run['logdir']}/{run['name']}"


def _cells(body: bytes) -> list[tuple[str, str, Curve]] | None:
    """Return the cells of Lightboard's table: run, tag and what is served; None if the bytes are none."""
    try:
        frame = decode(body)
    except FrameError:
        return None
    runs, tags = frame.header.get("runs"), frame.header.get("tags")
    counts, steps = frame.columns.get("count"), frame.columns.get("last_step")
    if not _is_texts(runs) or not _is_texts(tags) or counts is None or steps is None:
        return None
    if not len(runs) * len(tags) == len(counts) == len(steps):
        return None
    numbers = zip(counts.tolist(), steps.tolist(), strict=True)
    names = ((run, tag) for run in runs for tag in tags)
    return [(run, tag, Curve(*found)) for (run, tag), found in zip(names, numbers, strict=True)]


def _objects(value: object) -> list[dict[str, Any]] | None:
    """`value` if it is a list of JSON objects."""
    return value if isinstance(value, list) and all(isinstance(one, dict) for one in value) else None


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_path(value: object) -> TypeGuard[str]:
    """Whether the operating system can be asked for it."""
    if not isinstance(value, str) or not value or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True


class OutOfTimeError(Exception):
    """The look's time was up before it was known what answers."""


def ask(url: str, left: Callable[[], float] = lambda: TIMEOUT_SECS) -> Served:
    """Find out what answers at `url`, within the seconds that are `left`; raises OutOfTimeError if they do not do."""
    client = Client(url, left)
    environment = client.get("/data/environment")
    if environment.cut:
        raise OutOfTimeError
    if environment.status == 0:
        return Served(client, "nothing", environment.error, environment.refused)
    server = client.get("/api/server")
    if server.cut:
        raise OutOfTimeError
    listener = processes.behind(client.host, client.port)
    found = server.json
    logdirs = _objects(found.get("logdirs")) if isinstance(found, dict) else None
    if server.status == 200 and logdirs is not None and found.get("name") == "lightboard":
        return Served(
            client,
            "lightboard",
            version=str(found.get("version", "")),
            directories={str(one.get("name")): one["path"] for one in logdirs if _is_path(one.get("path"))},
            pid=listener if listener == found.get("pid") else _board_itself(listener, "lightboard"),
        )
    if server.status == 401 and _error_code(found) == "token_required":
        problem = "it does not take the token of the address" if client.token else "it asks for its token"
        pid = _board_itself(listener, "lightboard")
        return Served(client, "lightboard", problem, token_required=True, pid=pid)
    found = environment.json
    if environment.status == 200 and isinstance(found, dict) and isinstance(found.get("data_location"), str):
        return _tensorboard(client, found, _board_itself(listener, "tensorboard"))
    problem = f"GET /data/environment was answered with status {environment.status}"
    if 401 in (environment.status, server.status):
        problem = "it, or a proxy before it, asks for a password"
    return Served(client, "other", problem, pid=listener)


def _error_code(body: object) -> object:
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("code") if isinstance(error, dict) else None


def _board_itself(pid: int | None, program: str) -> int | None:
    """Return the process if it is the board, and none that passes on what it says: ssh, docker-proxy, a proxy."""
    if pid is None:
        return None
    command = processes.arguments(pid)
    interpreter = "python" in os.path.basename(command[0]) if command else False
    named = any(program in os.path.basename(part) for part in command[: 4 if interpreter else 1])
    reader = program == "tensorboard" and any(
        processes.DATA_SERVER in part
        for child in processes.children(pid)
        for part in processes.arguments(child)
    )
    return pid if named or reader else None


def _tensorboard(client: Client, environment: Mapping[str, Any], pid: int | None) -> Served:
    debug = environment.get("debug")
    flags = _flags(debug.get("flags") if isinstance(debug, dict) else None)
    location = environment["data_location"]
    return Served(
        client,
        "tensorboard",
        version=str(environment.get("version", "")),
        directories=_directories(location, bool(flags.get("logdir_spec")), pid),
        flags=flags,
        data_location=location,
        pid=pid,
    )


def _flags(told: object) -> dict[str, Any]:
    """TensorBoard's flags, without those that checks look into and that are not of the type they should have."""
    flags = dict(told) if isinstance(told, dict) else {}
    samples, interval = flags.get("samples_per_plugin"), flags.get("reload_interval")
    if not isinstance(samples, dict) or not all(isinstance(number, int) for number in samples.values()):
        flags.pop("samples_per_plugin", None)
    if not isinstance(interval, int | float) or not 0 <= interval < LONGEST_INTERVAL:
        flags.pop("reload_interval", None)
    if not _is_path(flags.get("logdir_spec")):
        flags.pop("logdir_spec", None)
    return flags


def _directories(location: str, is_spec: bool, pid: int | None) -> dict[str, str]:
    """Log directories by name; relative ones only where the server's working directory can be told."""
    found: dict[str, str] = {}
    if not _is_path(location):
        return found
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
