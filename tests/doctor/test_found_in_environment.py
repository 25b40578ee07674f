"""What the doctor finds among the packages of a Python: each test runs one with a folder of its own in front."""

import importlib.metadata
import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import lightboard
from boards import environment
from doctor.packages import install, wheel

INSTALLED = importlib.metadata.version("tensorboard")
PACKAGE = {"tensorboard/__init__.py": ""}

LOOK = """
import json, sys
from lightboard.doctor import Look
from lightboard.doctor.stages import environment
environment.PLUGIN_SECONDS = float(sys.argv[1])
look = Look([], own_board=sys.argv[2] == "records")
for check in environment.CHECKS:
    for finding in check(look):
        print(finding.code, finding.seen, sep="\\t")
print("fact", look.facts["environment"], sep="\\t")
"""


def told(site: Path, seconds: float = 60.0, by: str = "records") -> dict[str, str]:
    """What the stage says in a Python that has the folder's packages before its own.

    By what is recorded of packages, or (`import`) also by importing them, which may take so many seconds for each.
    """
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    finished = subprocess.run(
        [sys.executable, "-c", LOOK, str(seconds), by],
        capture_output=True,
        text=True,
        check=True,
        env=environment({"PYTHONPATH": path}),
        cwd=site,
    )
    return dict(line.split("\t") for line in finished.stdout.splitlines())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder for packages."""
    return tmp_path / "site"


def test_this_environment_is_healthy(tmp_path: Path) -> None:
    said = told(tmp_path, by="import")
    assert set(said) == {"fact"}
    assert f"lightboard {lightboard.__version__}" in said["fact"]
    assert "tensorboard 2." in said["fact"]


@pytest.mark.detects("S10", "tensorboard_twice")
def test_tensorboard_under_two_names(site: Path) -> None:
    install(site, "tb-nightly", "2.22.0a20260101", PACKAGE)
    said = told(site)["tensorboard_twice"]
    assert "tb-nightly 2.22.0a20260101" in said
    assert f"tensorboard {INSTALLED}" in said


@pytest.mark.detects("S10", "tensorboard_twice")
def test_tensorboard_that_pip_put_over_an_older_one(site: Path) -> None:
    """Into a folder of its own pip puts the newer version, and leaves what it recorded of the older one."""
    install(site, "tensorboard", "2.21.1", PACKAGE)
    assert set(told(site)) == {"fact"}, "an environment upon another one is healthy"
    newer = wheel(site.parent, "tensorboard", "2.22.0", PACKAGE)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--upgrade"]
    subprocess.run([*command, "--target", str(site), str(newer)], check=True)
    said = told(site)["tensorboard_twice"]
    assert "tensorboard 2.21.1" in said
    assert "tensorboard 2.22.0" in said


@pytest.mark.detects("S10", "tensorboard_twice")
def test_an_upgrade_of_tensorboard_that_was_killed(tmp_path: Path) -> None:
    """While pip upgrades, the older version is called ~ensorboard: so it remains where pip is killed."""
    venv.create(tmp_path / "venv")
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    install(site, "tensorboard", "2.9.0", PACKAGE)
    many = {f"tensorboard/part{number}.py": "" for number in range(2000)}  # pip is at work for a while.
    newer = wheel(tmp_path, "tensorboard", "2.20.0", PACKAGE | many)
    python = ["--python", str(tmp_path / "venv" / "bin" / "python")]
    command = [
        sys.executable,
        "-m",
        "pip",
        *python,
        "install",
        "--no-index",
        "--no-deps",
        "--upgrade",
        str(newer),
    ]
    upgrade = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    while not (list(site.glob("~*.dist-info")) and list(site.glob("tensorboard/part*.py"))):
        assert upgrade.poll() is None, "it ended before it could be killed"
    os.killpg(upgrade.pid, signal.SIGKILL)
    upgrade.wait()
    install(site, "tensorboard", "2.20.0", PACKAGE)
    assert told(site)["tensorboard_twice"] == "tensorboard 2.20.0 and tensorboard 2.9.0 are installed."


@pytest.mark.detects("S11", "packages_do_not_fit")
def test_packages_that_do_not_fit(site: Path) -> None:
    install(site, "tensorboard", "2.20.0", PACKAGE)
    install(site, "setuptools", "81.0.0")
    assert set(told(site)) == {"fact"}
    install(site, "setuptools", "82.0.1")
    assert told(site)["packages_do_not_fit"].startswith(
        "tensorboard 2.20.0 with setuptools 82.0.1: it imports"
    )


@pytest.mark.detects("S11", "packages_do_not_fit")
def test_a_package_that_tensorboard_cannot_import(tmp_path: Path) -> None:
    """The installed TensorBoard tries it: versions alone do not tell."""
    (tmp_path / "grpc.py").write_text("raise ImportError('built for another Python')\n")
    assert told(tmp_path, by="import")["packages_do_not_fit"].endswith(
        " cannot be imported: ImportError: built for another Python."
    )


@pytest.mark.detects("S12", "tensorboard_plugin_fails")
def test_a_plugin_that_keeps_tensorboard_from_starting(site: Path) -> None:
    install(site, "good-plugin", "1.0", {"good.py": "print('hello')\nclass Plugin: pass\n"}, plugin="good")
    assert set(told(site, by="import")) == {"fact"}
    install(site, "bad-plugin", "1.0", {"bad.py": "import removed_long_ago\n"}, plugin="bad")
    why = "ModuleNotFoundError: No module named 'removed_long_ago'"
    start = subprocess.run(
        [sys.executable, "-m", "tensorboard.main", "--version"],
        capture_output=True,
        text=True,
        check=False,
        env=environment({"PYTHONPATH": str(site)}),
    )
    assert (start.returncode, start.stderr.strip().rpartition("\n")[2]) == (1, why)
    assert told(site, by="import")["tensorboard_plugin_fails"] == f"bad-plugin: bad: {why}."


@pytest.mark.detects("S12", "tensorboard_plugin_slow")
def test_a_plugin_that_takes_its_time(site: Path) -> None:
    install(
        site, "slow_plugin", "1.0", {"slow.py": "import threading\nthreading.Event().wait()\n"}, plugin="slow"
    )
    said = told(site, seconds=1.0, by="import")
    assert said["tensorboard_plugin_slow"] == "slow_plugin: not loaded after 1 s."


@pytest.mark.detects("lightboard_versions_differ")
def test_a_lightboard_of_two_versions(site: Path) -> None:
    install(site, "lightboard", lightboard.__version__)
    (site / "lightboard").symlink_to(Path(lightboard.__file__).parent)
    assert set(told(site)) == {"fact"}
    install(site, "lightboard", "0.0.1")
    assert told(site)["lightboard_versions_differ"] == (
        f"The package is 0.0.1, its compiled core {lightboard.__version__}."
    )
