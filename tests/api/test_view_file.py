"""The view that a person may have written into a log directory, and that nothing else ever is."""

import json
import os
import stat
from pathlib import Path

import httpx
import pytest

from boards import board, client
from logdirs import write_run

FILE = "lightboard.view.json"
VIEW = {"runs": "off.k3v9q", "panel": {"filter": "実験 -baseline"}}


def tree(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def files(http: httpx.Client) -> list[dict[str, object]]:
    answer = http.get("/api/view")
    assert answer.status_code == 200
    found: list[dict[str, object]] = answer.json()["files"]
    return found


def test_only_a_request_for_it_writes_the_file_and_only_that(tmp_path: Path) -> None:
    write_run(tmp_path / "one", {"loss": [3.0, 2.0, 1.0]})
    before = tree(tmp_path)
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        running.wait_until_read()
        for path in ("/", "/api/runs", "/api/tags", "/api/hparams", "/api/view", "/api/server"):
            http.get(path)
        http.post("/api/scalars", json={"tags": ["loss"]})
        assert tree(tmp_path) == before
        path = str(tmp_path / FILE)
        assert files(http) == [{"logdir": tmp_path.name, "path": path, "view": None, "message": ""}]
        answer = http.post("/api/view", json={"logdir": tmp_path.name, "view": VIEW})
        assert (answer.status_code, answer.json()) == (200, {"path": path})
        written = tree(tmp_path)
        assert json.loads(written.pop(FILE)) == {"view": VIEW}
        assert written == before
        assert files(http)[0]["view"] == VIEW
        http.post("/api/view", json={"logdir": tmp_path.name, "view": {}})
        assert files(http)[0]["view"] == {}
        assert set(tree(tmp_path)) == {*before, FILE}
        umask = os.umask(0)
        os.umask(umask)
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o666 & ~umask
        runs = http.get("/api/runs").json()
        assert len(runs["runs"]) == 1
        assert [entry for entry in runs["logdirs"][0]["skipped"] if "view" in entry["path"]] == []


def test_what_stands_beside_the_view_in_the_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"about": {"who": "us", "since": [2026, 1.5]}, "view": {"runs": "on"}}')
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        assert files(http)[0]["view"] == {"runs": "on"}
        assert http.post("/api/view", json={"logdir": tmp_path.name, "view": VIEW}).status_code == 200
        assert files(http)[0]["view"] == VIEW
    assert json.loads((tmp_path / FILE).read_text()) == {
        "about": {"who": "us", "since": [2026, 1.5]},
        "view": VIEW,
    }


def test_text_that_is_none_comes_back_and_takes_no_other_file_with_it(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "b" / FILE).write_text('{"view": {"panel": "\\udc00 \\ud83d\\ude00"}}')
    with board(tmp_path / "a", tmp_path / "b", "--port", "0") as running, client(running) as http:
        body = b'{"logdir": "a", "view": {"panel": "\\ud800"}}'
        answer = http.post("/api/view", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 200
        views = [entry["view"] for entry in files(http)]
        assert views == [{"panel": "\ud800"}, {"panel": "\udc00 😀"}]


def nested(depth: int) -> str:
    """Make a view in which objects and lists stand `depth` deep in each other."""
    return '{"a": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def test_a_view_that_is_nested_deep_is_refused_and_takes_no_other_file_with_it(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "b" / FILE).write_text(f'{{"view": {nested(63)}}}')
    with board(tmp_path / "a", tmp_path / "b", "--port", "0") as running, client(running) as http:
        for depth in (64, 900, 970, 980, 990, 50_000):
            (tmp_path / "a" / FILE).write_text(f'{{"view": {nested(depth)}}}')
            deep, other = files(http)
            assert deep["view"] is None
            assert "expected JSON" in str(deep["message"])
            assert (other["view"], other["message"]) == (json.loads(nested(63)), "")
            body = f'{{"logdir": "b", "view": {nested(depth)}}}'
            answer = http.post("/api/view", content=body, headers={"content-type": "application/json"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")
        answer = http.post("/api/view", json={"logdir": "b", "view": json.loads(nested(62))})
        assert answer.status_code == 200
        assert files(http)[1]["view"] == json.loads(nested(62))


def test_a_symbolic_link_is_read_but_not_replaced(tmp_path: Path) -> None:
    shared, logdir = tmp_path / "shared.json", tmp_path / "runs"
    logdir.mkdir()
    (logdir / FILE).symlink_to(shared)
    with board(logdir, "--port", "0") as running, client(running) as http:
        for content in (None, '{"view": {"runs": "on"}}'):
            if content:
                shared.write_text(content)
            answer = http.post("/api/view", json={"logdir": "runs", "view": VIEW})
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_a_view")
            assert "symbolic link" in answer.json()["error"]["message"]
            assert (logdir / FILE).is_symlink()
            assert shared.exists() == (content is not None)
        assert files(http)[0]["view"] == {"runs": "on"}


def test_of_several_log_directories_one_has_to_be_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    arguments = f"new={tmp_path}/a", f"old={tmp_path}/b", "--port", "0"
    with board(*arguments) as running, client(running) as http:
        for logdir in (None, "", "nope", str(tmp_path / "a"), "../a"):
            answer = http.post("/api/view", json={"logdir": logdir, "view": VIEW})
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_member")
            assert answer.json()["error"]["message"].startswith("logdir: expected ")
        assert http.post("/api/view", json={"logdir": "old", "view": VIEW}).status_code == 200
        assert tree(tmp_path).keys() == {f"b/{FILE}"}
        assert [entry["view"] for entry in files(http)] == [None, VIEW]


@pytest.mark.parametrize("view", [None, [], "x", 1])
def test_what_is_no_view_is_refused(http: httpx.Client, logdir: Path, view: object) -> None:
    answer = http.post("/api/view", json={"logdir": logdir.name, "view": view})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_member")
    assert not (logdir / FILE).exists()


def test_a_number_that_json_cannot_give_back_is_refused(http: httpx.Client, logdir: Path) -> None:
    body = '{"logdir": "runs", "view": {"a": 1e999}}'
    answer = http.post("/api/view", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_member")
    assert not (logdir / FILE).exists()


def test_a_view_that_is_too_large_is_refused(http: httpx.Client, logdir: Path) -> None:
    answer = http.post("/api/view", json={"logdir": logdir.name, "view": {"x": "実" * 400_000}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert not (logdir / FILE).exists()


def test_another_site_cannot_write(http: httpx.Client, logdir: Path) -> None:
    body = {"logdir": logdir.name, "view": VIEW}
    assert http.post("/api/view", json=body, headers={"Origin": "https://evil.example"}).status_code == 403
    form = http.post("/api/view", content=json.dumps(body), headers={"Content-Type": "text/plain"})
    assert form.status_code == 415
    assert not (logdir / FILE).exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "expected JSON"),
        (b"\xff", "expected JSON"),
        (b"[" * 100_000, "expected JSON"),
        (b'{"view": NaN}', "expected JSON"),
        (b'{"view": {"a": 1e999}}', "expected JSON"),
        (b'{"view": []}', 'a member "view"'),
        (b"[1]", 'a member "view"'),
        (b'{"view": {}}' + b" " * 1024 * 1024, "at most 1048576 bytes"),
    ],
)
def test_a_file_that_is_no_view_is_said_to_be_none_and_stays(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / FILE).write_bytes(content)
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        (found,) = files(http)
        assert found["view"] is None
        assert reason in str(found["message"])
        answer = http.post("/api/view", json={"logdir": tmp_path.name, "view": VIEW})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_a_view")
        assert (tmp_path / FILE).read_bytes() == content


def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        (found,) = files(http)
        assert "regular file" in str(found["message"])


def test_a_read_only_directory_says_so_and_is_left_clean(tmp_path: Path) -> None:
    write_run(tmp_path / "one", {"loss": [3.0]})
    before = tree(tmp_path)
    tmp_path.chmod(0o555)
    try:
        with board(tmp_path, "--port", "0", unprivileged=True) as running, client(running) as http:
            answer = http.post("/api/view", json={"logdir": tmp_path.name, "view": VIEW})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "read_only")
            assert str(tmp_path / FILE) in answer.json()["error"]["message"]
            assert tree(tmp_path) == before
    finally:
        tmp_path.chmod(0o755)


def test_a_directory_that_is_gone_says_so(tmp_path: Path) -> None:
    with board(tmp_path / "later", "--port", "0") as running, client(running) as http:
        answer = http.post("/api/view", json={"logdir": "later", "view": VIEW})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_written")
