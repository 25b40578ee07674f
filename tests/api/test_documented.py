"""What is public is documented: every address, member and option."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import click
import httpx
import pytest
from jsonschema import ValidationError
from starlette.routing import Route

import lightboard
from api.described import DESCRIPTION, check
from lightboard._core import Index
from lightboard.api.app import create_app
from lightboard.api.settings import Settings
from lightboard.cli.serve import serve

ROOT = Path(__file__).parent.parent.parent


def routes() -> set[tuple[str, str]]:
    index = Index([])
    try:
        app = create_app(index, Settings(logdirs=(), port=0, started=0.0))
        return {
            (method, route.path)
            for route in app.routes
            if isinstance(route, Route)
            for method in route.methods or ()
            if method != "HEAD"
        }
    finally:
        index.close()


def test_every_address_is_in_the_specification() -> None:
    specified = (ROOT / "spec/api.md").read_text()
    assert set(re.findall(r"^## (GET|POST) (/\S+)$", specified, re.MULTILINE)) == routes()


def test_every_address_is_in_the_description() -> None:
    described = {
        (method.upper(), path) for path, operations in DESCRIPTION["paths"].items() for method in operations
    }
    assert described == routes()


def test_an_answer_unlike_its_description_is_noticed() -> None:
    tags = {"version": 1, "tags": [{"tag": "loss", "kind": "scalar", "runs": 1}]}
    check(answer("/api/tags", tags))
    with pytest.raises(ValidationError, match="'plugin' was unexpected"):
        check(answer("/api/tags", tags | {"plugin": "scalars"}))
    with pytest.raises(ValidationError, match="'runs' is a required property"):
        check(answer("/api/tags", {"version": 1, "tags": [{"tag": "loss", "kind": "scalar"}]}))


def answer(path: str, body: object) -> httpx.Response:
    return httpx.Response(200, json=body, request=httpx.Request("GET", f"http://localhost{path}"))


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
