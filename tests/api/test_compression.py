"""Large answers are compressed for other machines only."""

import asyncio
import json

import httpx
import pytest

from index.records import scalars, write
from lightboard._core import Index
from lightboard.api.app import create_app
from lightboard.api.settings import Settings
from lightboard.index import decode

ELSEWHERE = "192.0.2.7"


def ask(
    index: Index, peer: str, path: str = "/api/scalars", encoding: str = "gzip, deflate, br"
) -> httpx.Response:
    """One answer of the application to a peer, as it stands on the wire."""

    async def answer() -> httpx.Response:
        app = create_app(index, Settings(logdirs=(), port=1, started=0.0))
        transport = httpx.ASGITransport(app, client=(peer, 50_000))
        headers = {"Host": "localhost", "Accept-Encoding": encoding}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers=headers
        ) as http:
            if path == "/api/scalars":
                return await http.post(path, json={"tags": ["loss"], "width": 16_000})
            return await http.get(path)

    return asyncio.run(answer())


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    logdir = tmp_path_factory.mktemp("runs")
    write(logdir / "long", scalars(range(10_000)))
    index = Index([("runs", str(logdir))], poll_secs=0.02)
    version = 0
    while not any(run["state"] == "live" for run in json.loads(index.runs())["runs"]):
        version = index.wait(version, 30)
    return index


def test_a_large_answer_to_another_machine_is_compressed(index: Index) -> None:
    plain, packed = ask(index, "127.0.0.1"), ask(index, ELSEWHERE)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.content == plain.content
    assert len(decode(packed.content).columns["value"]) == 10_000


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_gets_it_plain(index: Index, peer: str) -> None:
    assert "content-encoding" not in ask(index, peer).headers


@pytest.mark.parametrize("encoding", ["", "identity", "br", "gzip;q=0", "x-gzip"])
def test_who_does_not_take_gzip_gets_it_plain(index: Index, encoding: str) -> None:
    assert "content-encoding" not in ask(index, ELSEWHERE, encoding=encoding).headers


def test_small_answers_and_failures_stay_plain(index: Index) -> None:
    for path in ("/api/runs", "/api/nothing"):
        assert "content-encoding" not in ask(index, ELSEWHERE, path).headers
