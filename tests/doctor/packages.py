"""Small packages of other people's names, really installed: wheels made here, which pip or uv puts into a folder."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile


def wheel(folder: Path, name: str, version: str, files: Mapping[str, str], plugin: str = "") -> Path:
    """Make the wheel of a package with these files; `plugin` is the module that TensorBoard is to load."""
    package = name.replace("-", "_")
    info = f"{package}-{version}.dist-info"
    contents = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if plugin:
        contents[f"{info}/entry_points.txt"] = f"[tensorboard_plugins]\n{plugin} = {plugin}:Plugin\n"
    record = f"{info}/RECORD"
    contents[record] = "".join(f"{path},,\n" for path in (*contents, record))
    path = folder / f"{package}-{version}-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for inside, text in contents.items():
            archive.writestr(inside, text)
    return path


def install(
    site: Path, name: str, version: str, files: Mapping[str, str] | None = None, plugin: str = ""
) -> None:
    """Install a package into a folder, as `pip install --target` does."""
    made = wheel(site.parent, name, version, files or {}, plugin)
    command = [os.path.join(sys.prefix, "bin", "uv"), "pip", "install", "--quiet", "--offline", "--no-deps"]
    here = ["--python", sys.executable, "--target", str(site), "--cache-dir", str(site.parent / "cache")]
    subprocess.run([*command, *here, str(made)], check=True)
