"""Who may ask: hosts, tokens, origins, and the headers that protect the page."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from boards import START_SECS, board, client


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST:1", "localhost.", "127.1.2.3:80", "[::1]:6006"]
)
def test_loopback_names_are_let_in(http: httpx.Client, host: str) -> None:
    assert http.get("/api/server", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:6006",
        "192.0.2.1",
        "[::2]",
        "",
        "[",
        ":",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/runs", "/api/live", "/api/scalars"])
def test_other_names_are_not(http: httpx.Client, host: str, path: str) -> None:
    answer = http.get(path, headers={"Host": host})
    assert answer.status_code == 421
    error = answer.json()["error"]
    assert error["code"] == "host_not_allowed"
    assert f'found "{host}"' in error["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_cannot_post(http: httpx.Client, headers: dict[str, str]) -> None:
    answer = http.post("/api/scalars", json={"tags": ["loss"]}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_site")


def test_the_board_itself_can_post(http: httpx.Client) -> None:
    origin = str(http.base_url).rstrip("/")
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert http.post("/api/scalars", json={"tags": ["loss"]}, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/runs", "/api/nope", "/api/scalars", "/nope"])
def test_every_answer_carries_the_protecting_headers(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert "server" not in answer.headers


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and token of a board that other machines can reach."""
    with board(tmp_path_factory.mktemp("wide"), "--port", "0", "--host", "0.0.0.0") as running:
        token = running.wait_for(r"\?token=([\w-]+)")[1]
        port = running.address.rpartition(":")[2].strip("/")
        yield f"http://127.0.0.1:{port}", token


def test_without_the_token_nothing_is_answered(wide: tuple[str, str]) -> None:
    address, token = wide
    for path in (
        "/",
        "/api/runs",
        "/api/live",
        "/api/server",
        "/nope",
        "/assets/index.js",
        "/?token=",
        "/?token=ü",
    ):
        answer = httpx.get(address + path, trust_env=False)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "token_required"
        assert token not in answer.text
        assert "set-cookie" not in answer.headers
    page = httpx.get(address, headers={"Accept": "text/html"}, trust_env=False)
    assert page.status_code == 401
    assert "open the whole address that the terminal prints" in page.text


def test_a_wrong_token_is_told_from_none(wide: tuple[str, str]) -> None:
    address, token = wide
    for wrong in (token[:-1], token + "x", token.upper(), "x"):
        answer = httpx.get(f"{address}/api/runs?token={wrong}", trust_env=False)
        assert answer.status_code == 401
        assert "found another one" in answer.json()["error"]["message"]


def test_a_program_presents_the_token_as_bearer(wide: tuple[str, str]) -> None:
    address, token = wide
    answer = httpx.get(f"{address}/api/server", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert answer.status_code == 200
    assert httpx.get(f"{address}/api/server?token={token}", trust_env=False).status_code == 200


def test_a_browser_trades_the_token_for_a_cookie(wide: tuple[str, str]) -> None:
    address, token = wide
    with httpx.Client(base_url=address, trust_env=False, timeout=START_SECS) as browser:
        landing = browser.get(f"/?on=a%26b&token={token}")
        cookie = landing.headers["set-cookie"]
        assert re.fullmatch(rf"lightboard_\d+={token}; Path=/; HttpOnly; SameSite=Strict", cookie)
        moved = re.search(r'http-equiv=refresh content="0;url=([^"]*)"', landing.text)
        assert moved is not None
        assert moved[1] == "./?on=a%26b"
        assert token not in landing.text
        assert browser.get("/api/runs").status_code == 200
        assert browser.get("/api/runs", headers={"Cookie": f"lightboard_1={token}"}).status_code == 401


def test_bound_wider_addresses_are_let_in_but_not_any_name(wide: tuple[str, str]) -> None:
    address, token = wide
    bearer = {"Authorization": f"Bearer {token}"}
    for host, status in (("192.0.2.1:80", 200), ("localhost", 200), ("evil.example", 421)):
        answer = httpx.get(f"{address}/api/server", headers={**bearer, "Host": host}, trust_env=False)
        assert answer.status_code == status


def test_the_token_is_in_no_output_but_the_address(tmp_path: Path) -> None:
    with board(tmp_path, "--port", "0", "--host", "0.0.0.0") as running:
        token = running.wait_for(r"\?token=([\w-]+)")[1]
        running.wait_for("Ctrl-C stops")
        with client(running) as http:
            http.get(f"/api/nope?token={token}")
        finished = running.stop()
    assert finished.out.count(token) == 2
    assert finished.err == ""
