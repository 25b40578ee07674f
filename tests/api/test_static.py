"""The built board as the server gives it out."""

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from lightboard.api.errors import on_http_exception
from lightboard.api.static import Board

SCRIPT = "export const text = 'board';\n" * 100


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "board"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>Lightboard</title>")
    (root / "assets" / "index-abc.js").write_text(SCRIPT)
    (root / "assets" / "raster-abc.wasm").write_bytes(bytes(10))
    (root / "assets" / "odd.xyz").write_bytes(b"?")
    (root / "assets" / "link.txt").symlink_to(tmp_path / "secret")
    return root


@contextmanager
def serving(root: Path) -> Iterator[httpx.Client]:
    app = Starlette(exception_handlers={HTTPException: on_http_exception})
    app.router.default = Board(root)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", trust_env=False) as http:
            yield http
    finally:
        server.should_exit = True
        thread.join()


def test_the_page_is_asked_for_anew_each_time(root: Path) -> None:
    with serving(root) as http:
        first = http.get("/")
        assert first.status_code == 200
        assert first.headers["content-type"] == "text/html; charset=utf-8"
        assert first.headers["cache-control"] == "no-cache"
        again = http.get("/", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        (root / "index.html").write_text("<!doctype html><title>Lightboard, built anew</title>")
        anew = http.get("/", headers={"If-None-Match": first.headers["etag"]})
        assert anew.status_code == 200
        assert "built anew" in anew.text


def test_what_is_named_by_its_content_is_kept(root: Path) -> None:
    with serving(root) as http:
        answer = http.get("/assets/index-abc.js")
        assert answer.text == SCRIPT
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cache-control"] == "max-age=31536000, immutable"
        assert http.get("/assets/raster-abc.wasm").headers["content-type"] == "application/wasm"
        assert http.get("/assets/odd.xyz").headers["content-type"] == "application/octet-stream"


def test_scripts_travel_compressed_to_who_can_read_it(root: Path) -> None:
    with serving(root) as http:
        with http.stream("GET", "/assets/index-abc.js", headers={"Accept-Encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert gzip.decompress(raw).decode() == SCRIPT
        plain = http.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.headers["etag"] != answer.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/%2e%2e/secret",
        "/assets/..%2f..%2fsecret",
        "/assets/link.txt",
        "/assets",
        "/a%00b",
        "/x" * 3000,
    ],
)
def test_nothing_else_is_given_out(root: Path, path: str) -> None:
    with serving(root) as http:
        answer = http.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_board_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with serving(tmp_path / "nothing") as http:
        answer = http.get("/")
        assert answer.status_code == 503
        assert "make build" in answer.text
        assert str(tmp_path / "nothing") in answer.text


def test_the_page_takes_no_post(root: Path) -> None:
    with serving(root) as http:
        answer = http.post("/", json={})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
