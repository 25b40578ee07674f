"""What is public is documented: every address, member and option."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import click
from starlette.routing import Route

import lightboard
from lightboard._core import Index
from lightboard.api.app import create_app
from lightboard.api.settings import Settings
from lightboard.cli.serve import serve

ROOT = Path(__file__).parent.parent.parent


def test_every_address_is_in_the_specification() -> None:
    index = Index([])
    try:
        app = create_app(index, Settings(logdirs=(), port=0, started=0.0))
        specified = (ROOT / "spec/api.md").read_text()
        headings = set(re.findall(r"^## (GET|POST) (/\S+)$", specified, re.MULTILINE))
        routed = {
            (method, route.path)
            for route in app.routes
            if isinstance(route, Route)
            for method in route.methods or ()
            if method != "HEAD"
        }
    finally:
        index.close()
    assert routed == headings


def test_every_failure_code_is_in_the_specification() -> None:
    specified = (ROOT / "spec/api.md").read_text()
    sources = [path.read_text() for path in (ROOT / "python/lightboard/api").rglob("*.py")]
    codes = {code for text in sources for code in re.findall(r'\b[45]\d\d,\s+"([a-z_]+)"', text)}
    codes |= {code for text in sources for code in re.findall(r'code(?: =|=|, message =) "([a-z_]+)"', text)}
    assert {"host_not_allowed", "not_found", "invalid_member", "internal"} <= codes
    assert {code for code in codes if f"`{code}`" not in specified} == set()


def test_every_option_is_in_the_guide() -> None:
    guide = (ROOT / "docs/board.md").read_text()
    options = {
        option
        for parameter in serve.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert {"--port", "--host", "--open", "--no-open", "--version"} <= options
    assert {option for option in options if f"`{option}" not in guide} == set()


def test_the_version_is_one() -> None:
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    assert lightboard.__version__ == importlib.metadata.version("lightboard") == workspace
