"""What the guides in docs/ quote is what the doctor says."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from boards import LIGHTBOARD, board
from doctor.guides import SITUATIONS, told, words
from doctor.tensorboards import tensorboard
from lightboard.doctor.codes import CODES

DOCS = Path(__file__).parents[2] / "docs"
DAMAGED = Path(__file__).parents[2] / "testdata" / "damaged"
LIGHTBOARD_AT = "http://localhost:6006/"
TENSORBOARD_AT = "http://localhost:6007/"
"""Addresses that the guides name."""


def blocks(guide: str) -> list[tuple[list[str], str]]:
    """Command lines of the doctor in a guide, and what it quotes of the output."""
    text = (DOCS / f"{guide}.md").read_text(encoding="utf-8")
    found = re.findall(
        r"^```console\n\$ lightboard doctor ([^\n]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    return [(shlex.split(arguments), output) for arguments, output in found]


@pytest.fixture(scope="module", params=SITUATIONS)
def guide(request: pytest.FixtureRequest) -> str:
    """A guide's name."""
    return str(request.param)


@pytest.fixture(scope="module")
def project(guide: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The situation that it is about."""
    path = tmp_path_factory.mktemp("you") / "project"
    path.mkdir()
    SITUATIONS[guide](path)
    return path


@pytest.fixture(scope="module")
def servers(guide: str, project: Path) -> Iterator[dict[str, str]]:
    """Boards that it asks, by the addresses that they have there."""
    asked = {argument for arguments, _ in blocks(guide) for argument in arguments}
    if any(argument.startswith(LIGHTBOARD_AT) for argument in asked):
        with board(project / "old", "--port", "0") as running:
            yield {LIGHTBOARD_AT: running.address}
    elif any(argument.startswith(TENSORBOARD_AT) for argument in asked):
        with tensorboard("--logdir", project / "runs") as running:
            yield {TENSORBOARD_AT: running.url}
    else:
        yield {}


def test_each_quotation_is_what_the_doctor_says(guide: str, project: Path, servers: dict[str, str]) -> None:
    quoted = blocks(guide)
    assert quoted
    outputs: dict[str, str] = {}
    for arguments, quotation in quoted:
        command = shlex.join(arguments)
        if command not in outputs:
            outputs[command] = words(told(project, arguments, servers))
        # A line of dots stands for what is left out; nothing else is.
        parts = re.split(r"^…$", quotation, flags=re.MULTILINE)
        pattern = ".*".join(re.escape(words(part)) for part in parts)
        output = outputs[command]
        assert re.fullmatch(pattern, output, re.DOTALL), (
            f"{command}: {quotation} is not what is told: {output}"
        )


def test_the_example_of_recover_is_what_it_says(tmp_path: Path) -> None:
    text = (DOCS / "doctor.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^\$ lightboard (recover [^\n]*)\n(.*?)^\$ ", text, re.DOTALL | re.MULTILINE)
    command, quotation = example
    file = tmp_path / command.split()[1]
    file.parent.mkdir(parents=True)
    shutil.copy(DAMAGED / f"{file.name}.payload_checksum", file)
    finished = subprocess.run(
        [*LIGHTBOARD, *shlex.split(command)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stderr) == (1, "")
    assert finished.stdout.replace(str(tmp_path), "/home/me") == quotation


def test_guides_name_codes_that_there_are(guide: str) -> None:
    text = re.sub(r"```.*?```", "", (DOCS / f"{guide}.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    named = set(re.findall(r"\[?`([a-z0-9]+(?:_[a-z0-9]+)+)`", text))
    assert named
    assert named - CODES.keys() - {"purge_step", "add_scalar", "global_step", "log_dir"} == set()
