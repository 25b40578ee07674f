"""Writes licenses/THIRD-PARTY.txt: what a wheel holds of others, and the texts that their licences ask to be kept.

`--check` writes nothing and fails if the file is not what would be written.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ROOT / "licenses" / "THIRD-PARTY.txt"
PLATFORMS = ("x86_64-unknown-linux-gnu", "aarch64-apple-darwin")
"""Of two platforms whose dependencies include those of all that wheels are made for."""
BUNDLED = ("svelte", "clsx", "esm-env")
"""Packages of board/node_modules of which the board's bundle holds code."""
NAMES = re.compile(r"(LICEN[CS]ES?|COPYING|NOTICE)", re.IGNORECASE)
HEAD = """\
Lightboard's wheels hold code of the packages below. Those that may be taken under the Apache License 2.0 are taken
under it: its text is in LICENSE. The texts that the others' licences ask to be kept follow, each once.

This software is based in part on the work of the Independent JPEG Group.

The glyphs of noto-sans-mono-bitmap are drawn from Noto Sans Mono, Copyright the Noto Project Authors, under the SIL
Open Font License 1.1: OFL-1.1.txt.
"""


def linked_crates() -> list[dict[str, Any]]:
    """Find the packages of other people that the compiled core is linked from."""
    found: dict[str, dict[str, Any]] = {}
    for platform in PLATFORMS:
        command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", platform]
        told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
        packages = {package["id"]: package for package in told["packages"]}
        nodes = {node["id"]: node["deps"] for node in told["resolve"]["nodes"]}
        waiting = [name for name, package in packages.items() if package["name"] == "lightboard-py"]
        seen = set(waiting)
        while waiting:
            for dependency in nodes[waiting.pop()]:
                package = packages[dependency["pkg"]]
                is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
                runs_in_compiler = "proc-macro" in package["targets"][0]["kind"]
                if is_linked and not runs_in_compiler and package["id"] not in seen:
                    seen.add(package["id"])
                    waiting.append(package["id"])
        found |= {name: packages[name] for name in seen if packages[name]["source"] is not None}
    return sorted(found.values(), key=lambda package: (package["name"], package["version"]))


def texts(folder: Path, licence: str) -> list[str]:
    """Read the texts of a package to be kept: its notice, and those of each licence in force but Apache's."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and NAMES.match(path.name))
    kept = [path for path in files if path.name.upper().startswith("NOTICE")]
    for term in licence.split(" AND "):
        if "Apache-2.0" in term:
            continue
        chosen = "MIT" if "MIT" in term else term
        named = [path for path in files if chosen.upper() in path.name.upper()]
        kept += named or [path for path in files if path.stem.upper() in {"LICENSE", "LICENCE"}]
    if not kept and "Apache-2.0" not in licence:
        raise SystemExit(f"{folder.name}: expected the text of {licence}, found no such file: add it by hand")
    return [path.read_text(encoding="utf-8").strip() for path in kept]


def notices() -> str:
    """Make the text of the file."""
    lines, kept = [], defaultdict(list)
    for package in linked_crates():
        name = f"{package['name']} {package['version']}"
        lines.append(f"{name}: {package['license']}")
        for text in texts(Path(package["manifest_path"]).parent, package["license"]):
            kept[text].append(name)
    for package_name in BUNDLED:
        folder = ROOT / "board" / "node_modules" / package_name
        package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        name = f"{package['name']} {package['version']}"
        lines.append(f"{name}: {package['license']} (in the board's JavaScript)")
        for text in texts(folder, package["license"]):
            kept[text].append(name)
    rule = "-" * 80
    parts = [f"{rule}\n{', '.join(names)}\n{rule}\n\n{text}\n" for text, names in kept.items()]
    return "\n".join([HEAD, "\n".join(lines), "", *parts])


def main() -> int:
    """Write the file, or compare it."""
    text = notices()
    if "--check" not in sys.argv[1:]:
        NOTICES.write_text(text, encoding="utf-8")
    elif not NOTICES.exists() or NOTICES.read_text(encoding="utf-8") != text:
        print(
            f"{NOTICES.relative_to(ROOT)} is not of the locked packages: run python {sys.argv[0]}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
