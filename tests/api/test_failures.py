"""Every failure has one shape and says what to do."""

import asyncio
import logging
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route

from lightboard.api.body import MAX_BODY_BYTES
from lightboard.api.errors import Incidents

KNOWN = {
    "/api/runs": "GET",
    "/api/tags": "GET",
    "/api/scalars": "POST",
    "/api/groups": "POST",
    "/api/table": "POST",
    "/api/live": "GET",
    "/api/server": "GET",
}
METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}
GOOD = {
    "tags": ["loss"],
    "runs": None,
    "axis": "step",
    "x_min": None,
    "x_max": None,
    "width": 800,
    "smoothing": {"kind": "ema", "weight": 0.6},
}

GROUP = {"name": "a", "runs": ["0000000000000"]}


def assert_error(answer: httpx.Response, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["code"] == code
    return str(body["error"]["message"])


@pytest.mark.parametrize(
    ("path", "method"), [(path, method) for path in KNOWN for method in sorted(METHODS - {KNOWN[path]})]
)
def test_a_method_that_an_address_does_not_know(http: httpx.Client, path: str, method: str) -> None:
    answer = http.request(method, path)
    message = assert_error(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] in {"GET, HEAD", "HEAD, GET", "POST"}
    expected = "POST" if KNOWN[path] == "POST" else "GET or HEAD"
    assert message == f"{method} {path}: expected {expected}, found {method}."


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nope", "/api/runs/", "/nope", "/assets/nope.js", "/nope//", "/a%00b"]
)
def test_an_address_that_is_none(http: httpx.Client, path: str) -> None:
    assert_error(http.get(path), 404, "not_found")
    assert_error(http.post(path, json={}), 404, "not_found")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tags": None}, "tags: expected a list of strings, found nothing."),
        ({"tags": "loss"}, 'tags: expected a list of strings, found "loss".'),
        ({"tags": ["loss", 3]}, 'tags: expected a list of strings, found ["loss", 3].'),
        ({"tags": ["loss"] * 101}, "tags: expected at most 100 strings, found 101."),
        ({"runs": "all"}, 'runs: expected a list of strings, or null, found "all".'),
        ({"runs": [1]}, "runs: expected a list of strings, or null, found [1]."),
        ({"axis": "epoch"}, 'axis: expected "step" or "relative" or "wall", found "epoch".'),
        ({"axis": ["step"]}, 'axis: expected "step" or "relative" or "wall", found ["step"].'),
        ({"x_min": "0"}, 'x_min: expected a finite number, or null, found "0".'),
        ({"x_min": True}, "x_min: expected a finite number, or null, found true."),
        ({"x_max": 10**400}, "x_max: expected a finite number, or null, found 1000"),
        ({"x_min": 2, "x_max": 1}, "x_max: expected at least x_min = 2.0, found 1.0."),
        ({"width": 0}, "width: expected an integer from 1 to 16384, found 0."),
        ({"width": 10**12}, "width: expected an integer from 1 to 16384, found 1000000000000."),
        ({"width": 1.5}, "width: expected an integer from 1 to 16384, found 1.5."),
        ({"width": None}, "width: expected an integer from 1 to 16384, found nothing."),
        ({"smoothing": 0.6}, "smoothing: expected an object, or null, found 0.6."),
        ({"smoothing": {}}, 'smoothing.kind: expected "ema" or "gaussian" or "mean", found nothing.'),
        (
            {"smoothing": {"kind": "ema"}},
            "smoothing.weight: expected a number from 0 to below 1, found nothing.",
        ),
        (
            {"smoothing": {"kind": "ema", "weight": 1}},
            "smoothing.weight: expected a number from 0 to below 1, found 1.",
        ),
        (
            {"smoothing": {"kind": "ema", "weight": -0.1}},
            "smoothing.weight: expected a number from 0 to below 1, found -0.1.",
        ),
        (
            {"smoothing": {"kind": "gaussian", "sigma": 0}},
            "smoothing.sigma: expected a finite number above 0, found 0.",
        ),
        (
            {"smoothing": {"kind": "mean", "window": "7"}},
            'smoothing.window: expected a finite number above 0, found "7".',
        ),
        (
            {"smoothing": {"kind": "mean", "window": 7, "sigma": 1}},
            'smoothing: expected only the members kind, window, found "sigma".',
        ),
        ({"quantiles": 1}, "quantiles: expected true or false, found 1."),
        ({"baseline": "a"}, 'baseline: expected an object, or null, found "a".'),
        (
            {"baseline": {"run": "a"}},
            'baseline.compare: expected "difference" or "ratio", found nothing.',
        ),
        (
            {"baseline": {"run": "a", "compare": "ratio", "tag": "b"}},
            'baseline: expected only the members run, compare, found "tag".',
        ),
        (
            {"smoothness": 0.1},
            "The body: expected only the members tags, runs, axis, x_min, x_max, width, smoothing",
        ),
    ],
)
def test_a_member_that_is_not_as_specified(http: httpx.Client, change: dict[str, Any], message: str) -> None:
    answer = http.post("/api/scalars", json=GOOD | change)
    assert assert_error(answer, 400, "invalid_member").startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tags": "loss"}, 'tags: expected a list of strings, found "loss".'),
        ({"groups": None}, "groups: expected a list of objects, found nothing."),
        ({"groups": {"a": []}}, 'groups: expected a list of objects, found {"a": []}.'),
        ({"groups": [["a"]]}, 'groups: expected a list of objects, found [["a"]].'),
        ({"groups": [{}] * 1001}, "groups: expected at most 1000 objects, found 1001."),
        ({"groups": [{"runs": []}]}, "groups[0].name: expected a string, found nothing."),
        ({"groups": [GROUP, {"name": "b"}]}, "groups[1].runs: expected a list of strings, found nothing."),
        ({"groups": [GROUP | {"runs": None}]}, "groups[0].runs: expected a list of strings, found nothing."),
        ({"groups": [GROUP | {"run": 1}]}, 'groups[0]: expected only the members name, runs, found "run".'),
        ({"axis": 1}, 'axis: expected "step" or "relative" or "wall", found 1.'),
        ({"width": 0}, "width: expected an integer from 1 to 16384, found 0."),
        (
            {"smoothing": {"kind": "ema"}},
            "smoothing.weight: expected a number from 0 to below 1, found nothing.",
        ),
        ({"alignment": "nearest"}, 'alignment: expected "exact" or "interpolate", or null, found "nearest".'),
        (
            {"runs": []},
            "The body: expected only the members tags, groups, axis, x_min, x_max, width, smoothing",
        ),
    ],
)
def test_a_member_of_groups_that_is_not_as_specified(
    http: httpx.Client, change: dict[str, Any], message: str
) -> None:
    answer = http.post("/api/groups", json={"tags": ["loss"], "groups": [GROUP]} | change)
    assert assert_error(answer, 400, "invalid_member").startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tags": None}, "tags: expected a list of strings, found nothing."),
        ({"runs": 3}, "runs: expected a list of strings, or null, found 3."),
        (
            {"at_step": 1.5},
            "at_step: expected an integer from -9223372036854775808 to 9223372036854775807, or null",
        ),
        (
            {"at_step": 2**63},
            "at_step: expected an integer from -9223372036854775808 to 9223372036854775807, or",
        ),
        ({"at_step": True}, "at_step: expected an integer from"),
        ({"width": 1}, 'The body: expected only the members tags, runs, at_step, found "width".'),
    ],
)
def test_a_member_of_table_that_is_not_as_specified(
    http: httpx.Client, change: dict[str, Any], message: str
) -> None:
    answer = http.post("/api/table", json={"tags": ["loss"]} | change)
    assert assert_error(answer, 400, "invalid_member").startswith(message)


@pytest.mark.parametrize("escape", ["tag", "run"])
def test_a_lone_surrogate_is_no_text(http: httpx.Client, escape: str) -> None:
    body = r'{"tags": ["\ud800"]}' if escape == "tag" else r'{"tags": ["loss"], "runs": ["\udfff"]}'
    assert_error(post_raw(http, body.encode()), 400, "invalid_member")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"x_min": NaN}',
        b"[" * 100_000,
        b"9" * 5000,
        b'{"tag": "a" "b"}',
    ],
)
def test_a_body_that_is_no_json_object(http: httpx.Client, body: bytes) -> None:
    assert assert_error(post_raw(http, body), 400, "invalid_json").startswith(
        "The body: expected a JSON object"
    )


def test_a_body_that_is_too_large(http: httpx.Client) -> None:
    message = assert_error(post_raw(http, b" " * (MAX_BODY_BYTES + 1)), 413, "too_large")
    assert message == f"The body: expected at most {MAX_BODY_BYTES} bytes, found more."
    # Its length is not announced: it is counted as it comes.
    chunks = (b" " * 65536 for _ in range(MAX_BODY_BYTES // 65536 + 1))
    headers = {"Content-Type": "application/json"}
    assert_error(http.post("/api/scalars", content=chunks, headers=headers), 413, "too_large")


def test_the_largest_body_that_is_allowed(http: httpx.Client) -> None:
    runs = [f"{number:013d}" for number in range(200_000)]
    assert http.post("/api/scalars", json={"tags": ["loss"], "runs": runs}).status_code == 200


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_type(http: httpx.Client, media_type: str) -> None:
    answer = http.post("/api/scalars", content=b'{"tags": ["loss"]}', headers={"Content-Type": media_type})
    assert_error(answer, 415, "unsupported_media_type")


def test_people_get_a_page(http: httpx.Client) -> None:
    answer = http.get("/<script>alert(1)</script>", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text


async def fails(_: Request) -> None:
    raise ValueError("a mistake of ours")


def test_a_mistake_of_ours_is_a_500_that_finds_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    app = Starlette(routes=[Route("/api/fails", fails)], middleware=[Middleware(Incidents)])
    transport = httpx.ASGITransport(app)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.get("/api/fails")

    with caplog.at_level(logging.ERROR):
        message = assert_error(asyncio.run(ask()), 500, "internal")
    (record,) = caplog.records
    incident = record.getMessage().split()[1].rstrip(":")
    assert f"under incident {incident};" in message
    assert record.exc_info is not None
    assert "a mistake of ours" in str(record.exc_info[1])


def post_raw(http: httpx.Client, body: bytes) -> httpx.Response:
    return http.post("/api/scalars", content=body, headers={"Content-Type": "application/json"})
