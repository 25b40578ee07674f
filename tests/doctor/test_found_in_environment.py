"""What the doctor finds among the packages of a Python: each test runs one with a folder of its own in front."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lightboard
from boards import environment

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


def install(site: Path, name: str, version: str, folder: str = "", plugin: str = "") -> None:
    """Leave in the folder what pip records of a package."""
    info = site / f"{folder or name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if plugin:
        (info / "entry_points.txt").write_text(f"[tensorboard_plugins]\n{plugin} = {plugin}:Plugin\n")


def test_this_environment_is_healthy(tmp_path: Path) -> None:
    said = told(tmp_path, by="import")
    assert set(said) == {"fact"}
    assert f"lightboard {lightboard.__version__}" in said["fact"]
    assert "tensorboard 2." in said["fact"]


@pytest.mark.detects("S10", "tensorboard_twice")
@pytest.mark.parametrize(
    ("packages", "seen"),
    [
        ([("tb-nightly", "2.22.0a20260101", "")], "tb-nightly 2.22.0a20260101 and tensorboard 2.21.0"),
        (
            [("tensorboard", "2.20.0", ""), ("tensorboard", "2.9.0", "~ensorboard")],
            "tensorboard 2.20.0 and tensorboard 2.9.0",
        ),
    ],
)
def test_tensorboard_installed_twice(tmp_path: Path, packages: list[tuple[str, str, str]], seen: str) -> None:
    for name, version, folder in packages:
        install(tmp_path, name, version, folder)
    said = told(tmp_path)["tensorboard_twice"]
    assert all(part in said for part in seen.split(" and "))


def test_an_environment_upon_another_one_is_healthy(tmp_path: Path) -> None:
    install(tmp_path, "tensorboard", "2.21.1")
    assert set(told(tmp_path)) == {"fact"}


@pytest.mark.detects("S11", "packages_do_not_fit")
def test_packages_that_do_not_fit(tmp_path: Path) -> None:
    install(tmp_path, "tensorboard", "2.20.0")
    install(tmp_path, "setuptools", "82.0.1")
    assert told(tmp_path)["packages_do_not_fit"].startswith(
        "tensorboard 2.20.0 with setuptools 82.0.1: it imports"
    )


@pytest.mark.detects("S11", "packages_do_not_fit")
def test_a_package_that_tensorboard_cannot_import(tmp_path: Path) -> None:
    """The installed TensorBoard tries it: versions alone do not tell."""
    (tmp_path / "grpc.py").write_text("raise ImportError('built for another Python')\n")
    assert told(tmp_path, by="import")["packages_do_not_fit"].endswith(
        " cannot be imported: ImportError: built for another Python."
    )


@pytest.mark.detects("S12", "tensorboard_plugin_fails", "tensorboard_plugin_slow")
def test_plugins_of_others(tmp_path: Path) -> None:
    install(tmp_path, "good-plugin", "1.0", plugin="good")
    (tmp_path / "good.py").write_text("print('hello')\nclass Plugin: pass\n")
    assert set(told(tmp_path, by="import")) == {"fact"}
    install(tmp_path, "bad-plugin", "1.0", plugin="bad")
    (tmp_path / "bad.py").write_text("import removed_long_ago\n")
    install(tmp_path, "slow_plugin", "1.0", plugin="slow")
    (tmp_path / "slow.py").write_text("import threading\nthreading.Event().wait()\n")
    said = told(tmp_path, seconds=4.0, by="import")
    assert said["tensorboard_plugin_fails"] == (
        "bad-plugin: bad: ModuleNotFoundError: No module named 'removed_long_ago'."
    )
    assert said["tensorboard_plugin_slow"].startswith("slow_plugin: not loaded after ")


@pytest.mark.detects("lightboard_versions_differ")
def test_a_lightboard_of_two_versions(tmp_path: Path) -> None:
    (tmp_path / "lightboard").symlink_to(Path(lightboard.__file__).parent)
    install(tmp_path, "lightboard", lightboard.__version__)
    assert set(told(tmp_path)) == {"fact"}
    install(tmp_path, "lightboard", "0.0.1", folder="lightboard_of_old")
    (tmp_path / f"lightboard-{lightboard.__version__}.dist-info" / "METADATA").unlink()
    assert told(tmp_path)["lightboard_versions_differ"] == (
        f"The package is 0.0.1, its compiled core {lightboard.__version__}."
    )
