"""Programs that import torch's writer get ours, with no edit, and torch's own back."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

import lightboard

FAKE = {
    "torch/__init__.py": "",
    "torch/utils/__init__.py": "",
    "torch/utils/tensorboard/__init__.py": "import tensorboard\nfrom .writer import FileWriter, SummaryWriter\n"
    "class RecordWriter: ...\n",
    "torch/utils/tensorboard/writer.py": "class FileWriter: ...\nclass SummaryWriter: ...\n",
}

PROGRAM = """
from torch.utils.tensorboard import FileWriter, RecordWriter, SummaryWriter
import torch.utils.tensorboard.writer
assert torch.utils.tensorboard.writer.SummaryWriter is SummaryWriter
assert (RecordWriter.__module__ == "lightboard.events.writer") == (SummaryWriter.__module__ == "lightboard.log.writer")
print(SummaryWriter.__module__.partition(".")[0], FileWriter.__module__.partition(".")[0])
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a package that is laid out as torch's is, and none of the name tensorboard."""
    for name, text in FAKE.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "site"


def run(program: str, *paths: Path, python: str = sys.executable) -> str:
    path = f"import sys\nsys.path[:0] = {[str(path) for path in paths]!r}\n"
    done = subprocess.run([python, "-c", path + program], check=False, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def with_tensorboard(site: Path) -> Path:
    (site / "tensorboard.py").touch()
    return site


def test_the_names_are_replaced_before_or_after_torch_is_imported(site: Path) -> None:
    with_tensorboard(site)
    assert run(PROGRAM, site) == "torch torch"
    assert run("import lightboard.compat.torch" + PROGRAM, site) == "lightboard lightboard"
    assert (
        run("import torch.utils.tensorboard, lightboard.compat.torch" + PROGRAM, site)
        == "lightboard lightboard"
    )


def test_it_can_be_undone(site: Path) -> None:
    with_tensorboard(site)
    ours = "import lightboard.compat.torch as compat"
    for first in (ours, "import torch.utils.tensorboard\n" + ours):
        assert run(first + "\nimport torch.utils.tensorboard\ncompat.undo()" + PROGRAM, site) == "torch torch"
        assert run(first + "\ncompat.undo()\ncompat.patch()" + PROGRAM, site) == "lightboard lightboard"


def test_without_tensorboard_torchs_module_is_ours(site: Path) -> None:
    missing = "import sys\nsys.modules['tensorboard'] = None\n"
    assert "tensorboard" in run(missing + PROGRAM, site)
    assert run(missing + "import lightboard.compat.torch" + PROGRAM, site) == "lightboard lightboard"
    undone = "import lightboard.compat.torch as compat\nimport torch.utils.tensorboard\ncompat.undo()"
    assert "tensorboard" in run(missing + undone + PROGRAM, site)


def test_other_failures_of_torchs_module_are_its_own(site: Path) -> None:
    (site / "torch/utils/tensorboard/__init__.py").write_text("import no_such_module\n")
    assert "no_such_module" in run("import lightboard.compat.torch" + PROGRAM, site)


def test_an_environment_is_patched_and_unpatched(site: Path, tmp_path: Path) -> None:
    with_tensorboard(site)
    venv.create(tmp_path / "venv", symlinks=True)
    python = str(tmp_path / "venv/bin/python")
    ours = Path(lightboard.__file__).parents[1]
    paths = (site, ours, *(Path(path) for path in sys.path if path.endswith("site-packages")))
    command = "from lightboard.cli import main\nmain(['patch'"
    assert run(PROGRAM, *paths, python=python) == "torch torch"
    assert "Lightboard's in programs that" in run(command + "])", *paths, python=python)
    assert run(PROGRAM, *paths, python=python) == "lightboard lightboard"
    assert run("import sys\nprint('lightboard' in sys.modules)", *paths, python=python) == "False"
    assert "torch's own again" in run(command + ", '--undo'])", *paths, python=python)
    assert run(PROGRAM, *paths, python=python) == "torch torch"
    assert "Nothing to take back" in run(command + ", '--undo'])", *paths, python=python)


@pytest.mark.torch
def test_the_real_torch(tmp_path: Path) -> None:
    assert run("import lightboard.compat.torch" + PROGRAM) == "lightboard lightboard"
    assert run("import lightboard.compat.torch as compat\ncompat.undo()" + PROGRAM) == "torch torch"
