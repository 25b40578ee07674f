"""What a run was made from: commit, command line, versions and environment. Never secrets."""

import importlib.metadata
import os
import platform
import re
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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

# By the last word where it has other meanings as well: --max-tokens and --num-key-value-heads are to be seen.
_SECRET = re.compile(
    r"secret|passw|passphrase|credential|bearer|cookie|authorization|api.?keys|(?:key|token|pwd|pass|pw|creds|auth|signature)$",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(?P<name>[\w./+-]+)(?P<sign>=|:\s*)(?P<value>.+)", re.DOTALL)
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_QUERY = re.compile(r"(://[^\s?#]*[?#])\S+")
HIDDEN = "***"


def captured() -> tuple[dict[str, Any], str]:
    """Return the settings by which runs are compared, and everything as Markdown."""
    git = _git(_program_directory())
    command = " ".join(_shown(without_secrets(sys.orig_argv)))[:MOST_CHARACTERS]
    settings: dict[str, Any] = {
        "command": command,
        "git": git,
        "host": socket.gethostname(),
        "python": platform.python_version(),
    }
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
        "Environment": [f"{name}={value}" for name, value in _environment(os.environ)],
        "Packages": _packages(),
    }
    return settings, "\n\n".join(f"### {title}\n\n{_verbatim(lines)}" for title, lines in parts.items())


def without_secrets(arguments: Iterable[str]) -> Iterator[str]:
    """Yield the arguments of a command line; what looks like a secret, by the name of its option, is hidden.

    Of several values after an option only the first is.
    """
    hides_next = False
    for argument in arguments:
        if hides_next and not argument.startswith("--"):
            yield HIDDEN
        elif (option := _OPTION.fullmatch(argument)) and _SECRET.search(option["name"]):
            yield f"{option['name']}{option['sign']}{HIDDEN}"
        else:
            yield _QUERY.sub(rf"\1{HIDDEN}", _USER_INFO.sub(HIDDEN, argument))
        hides_next = argument.startswith("-") and "=" not in argument and bool(_SECRET.search(argument))


def _shown(arguments: Iterable[str]) -> Iterator[str]:
    """Yield arguments as one would type them; what is no text of UTF-8 with its bytes as escapes."""
    for argument in arguments:
        text = argument.encode("utf-8", "backslashreplace").decode()
        plain = re.fullmatch(r"[\w@%+=:,./*-]+", text)
        yield text if plain else "'" + text.replace("'", "'\"'\"'") + "'"


def _environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in VARIABLES:
        if name in environment:
            yield name, next(without_secrets([environment[name]]))[:MOST_CHARACTERS]


def _packages() -> list[str]:
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if name:  # Broken installations have none.
            found.setdefault(
                name.lower(), f"{name}=={distribution.version}"
            )  # The first is the one imported.
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
