"""What a run was made from: commit, command line, versions and environment, without what looks like a secret."""

import importlib.metadata
import os
import platform
import re
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from lightboard.log.notices import warn
from lightboard.log.redaction import without_secrets

# Nothing else of the environment is stored: what is not known may be a secret.
VARIABLES = (
    "CONDA_DEFAULT_ENV", "CUBLAS_WORKSPACE_CONFIG", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "CUDA_VISIBLE_DEVICES",
    "GROUP_RANK", "HIP_VISIBLE_DEVICES", "JAX_ENABLE_X64", "JAX_PLATFORMS", "KERAS_BACKEND", "LOCAL_RANK",
    "LOCAL_WORLD_SIZE", "MKL_NUM_THREADS", "NCCL_DEBUG", "NCCL_P2P_DISABLE", "NCCL_SOCKET_IFNAME",
    "NVIDIA_TF32_OVERRIDE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMP_NUM_THREADS", "PYTHONHASHSEED",
    "PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF", "RANK", "ROCR_VISIBLE_DEVICES", "SLURM_ARRAY_JOB_ID",
    "SLURM_ARRAY_TASK_ID", "SLURM_CPUS_PER_TASK", "SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_JOB_NODELIST",
    "SLURM_JOB_PARTITION", "SLURM_LOCALID", "SLURM_NNODES", "SLURM_NTASKS", "SLURM_PROCID", "TOKENIZERS_PARALLELISM",
    "TORCH_LOGS", "VIRTUAL_ENV", "WORLD_SIZE", "XLA_FLAGS", "XLA_PYTHON_CLIENT_MEM_FRACTION",
)  # fmt: skip

GIT_SECS = 5.0
MOST_CHARACTERS = 4_000

Part = TypeVar("Part")


def captured() -> tuple[dict[str, Any], str]:
    """Return the settings by which runs are compared, and everything as Markdown.

    What cannot be told is left out, with a warning: training must go on.
    """
    git = _part("git", lambda: _git(_program_directory()), dict[str, str | bool]())
    command = _part("command line", _command_line, "")
    settings: dict[str, Any] = {
        "command": command,
        "host": socket.gethostname(),
        "python": platform.python_version(),
    }
    if git:
        settings["git"] = git
    facts = {f"git {name}": value for name, value in git.items()} | {
        "host": settings["host"],
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": f"{sys.implementation.name} {settings['python']}",
        "executable": sys.executable,
        "working directory": _working_directory(),
        "process": os.getpid(),
    }
    parts = {
        "Run": [f"{name}: {value}" for name, value in facts.items()],
        "Command line": [command],
        "Environment": _part("environment", lambda: list(_environment(os.environ)), list[str]()),
        "Packages": _part("packages", _packages, list[str]()),
    }
    return settings, "\n\n".join(f"### {title}\n\n{_verbatim(lines)}" for title, lines in parts.items())


def _part(name: str, read: Callable[[], Part], otherwise: Part) -> Part:
    try:
        return read()
    except Exception as error:  # Whatever it is: other programs' files are read.
        warn(
            f"capture: {name}: expected to find out what the run is made from, found {error!r}. It is not logged."
        )
        return otherwise


def _command_line() -> str:
    return " ".join(_shown(without_secrets(sys.orig_argv)))[:MOST_CHARACTERS]


def _shown(arguments: Iterable[str]) -> Iterator[str]:
    """Yield arguments as one would type them; what is no text of UTF-8 with its bytes as escapes."""
    for argument in arguments:
        text = argument.encode("utf-8", "backslashreplace").decode()
        plain = re.fullmatch(r"[\w@%+=:,./*-]+", text)
        yield text if plain else "'" + text.replace("'", "'\"'\"'") + "'"


def _environment(environment: Mapping[str, str]) -> Iterator[str]:
    for name in VARIABLES:
        if name in environment:
            yield f"{name}={next(without_secrets([environment[name]]))}"[:MOST_CHARACTERS]


def _packages() -> list[str]:
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        try:
            name, version = distribution.metadata["Name"], distribution.version
        except Exception:  # noqa: S112 - a broken installation, which cannot be called by a name either
            continue
        if name:  # Broken installations have none.
            found.setdefault(name.lower(), f"{name}=={version}")  # The first is the one imported.
    return [found[name] for name in sorted(found)]


def _verbatim(lines: Iterable[str]) -> str:
    # Indented, since nothing in a text can end such a block.
    text = "\n".join(lines).encode("utf-8", "backslashreplace").decode()
    return textwrap.indent(text or "none", "    ", lambda line: True)


def _program_directory() -> str:
    program = getattr(sys.modules.get("__main__"), "__file__", None)
    return os.path.dirname(os.path.abspath(program)) if program else _working_directory()


def _working_directory() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return "/"


def _git(directory: str) -> dict[str, str | bool]:
    """Return commit, branch and whether files it knows were changed, as far as git tells in time."""
    found: dict[str, str | bool] = {}
    head = _ask_git(directory, "rev-parse", "HEAD", "--abbrev-ref", "HEAD")
    if head is not None:
        found["commit"], found["branch"] = head.split("\n")[:2]
        changes = _ask_git(directory, "status", "--porcelain", "--untracked-files=no")
        if changes is not None:
            found["dirty"] = bool(changes)
    return found


def _ask_git(directory: str, *arguments: str) -> str | None:
    # Takes no lock that the user's own git would wait for, and runs no hook and no fsmonitor; clean filters run, as for
    # any git status.
    options = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    try:
        answer = subprocess.run(  # noqa: S603
            ["git", *options, *arguments],  # noqa: S607
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None  # No git, no repository, no commit yet, or too slow: then that is not known.
    return answer.stdout.decode("utf-8", "backslashreplace").strip()
