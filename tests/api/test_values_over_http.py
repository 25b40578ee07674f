"""Values of other kinds than scalar over HTTP: a list, some of them, and files that a browser may be shown."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboardX import SummaryWriter

from boards import board, client
from index.records import frame, header, scalar, write
from index.values import png, record, strings, tensor, wav
from lightboard.api.routes.values import STATUS
from lightboard.index import ColumnFrame, decode

EVIL = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "xml": b"<?xml version='1.0'?><x/>",
    "pdf": b"%PDF-1.7",
}
ENCODED = {"png": png(), "jpeg": b"\xff\xd8\xff\xe0" + bytes(20), "webp": b"RIFF\x0c\0\0\0WEBPVP8 "} | EVIL


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    logdir = tmp_path_factory.mktemp("served") / "runs"
    images = [
        Summary.Value(tag=name, image=Summary.Image(width=4, height=3, encoded_image_string=encoded))
        for name, encoded in ENCODED.items()
    ]
    write(
        logdir / "run1",
        header()
        + record(1, *images)
        + record(2, tensor("sound", "audio", strings(wav(), b"label", wav(7), b"", shape=(2, 2))))
        + frame(Event(wall_time=1.0, graph_def=b"\x0a\x00").SerializeToString())
        + record(3, *hparams_pb({"lr": math.nan, "big": True}).value)
        + record(2**60, tensor("text", "text", strings(b"<b>\xff</b>")))
        + b"".join(record(step, tensor("again", "text", strings(b"first"))) for step in range(3))
        + scalar(2, 1.0),
    )
    # A restart, which goes back.
    write(
        logdir / "run1",
        header(1.8e9) + record(1, tensor("again", "text", strings(b"second"))) + scalar(1, 1.0),
        "events.out.tfevents.1800000000.host.2",
    )
    for name in ("run2", "run10"):
        with SummaryWriter(str(logdir / name)) as writer:
            for step in range(3):
                writer.add_histogram("weights", np.arange(100.0) + step, step)
    with board(logdir, "--port", "0") as running, client(running) as connected:
        running.wait_until_read()
        yield connected


def frame_of(answer: httpx.Response) -> ColumnFrame:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.lightboard.columns"
    assert answer.headers["cache-control"] == "no-store"
    return decode(answer.content)


def references(http: httpx.Client, tag: str, kind: str) -> list[dict[str, Any]]:
    """The query of every value of the first run that has some."""
    listed = frame_of(http.post("/api/values", json={"tag": tag, "kind": kind}))
    entry = listed.header["series"][0]
    places = zip(*(listed.columns[name].tolist() for name in ("file", "offset", "index")), strict=True)
    return [
        {
            "run": entry["run"], "tag": tag, "kind": kind, "file": entry["files"][file]["id"],
            "offset": offset, "index": index,
        }
        for file, offset, index in list(places)[: entry["length"]]
    ]  # fmt: skip


def read(http: httpx.Client, tag: str, kind: str) -> ColumnFrame:
    asked = references(http, tag, kind)
    values = [{name: it[name] for name in ("file", "offset", "index")} for it in asked]
    body = {"run": asked[0]["run"], "tag": tag, "kind": kind, "values": values}
    return frame_of(http.post("/api/values/read", json=body))


def test_a_list_says_where_each_value_lies(http: httpx.Client) -> None:
    names = {run["id"]: run["name"] for run in http.get("/api/runs").json()["runs"]}
    listed = frame_of(http.post("/api/values", json={"tag": "weights", "kind": "histogram", "runs": None}))
    assert {name: listed.header[name] for name in ("tag", "kind")} == {"tag": "weights", "kind": "histogram"}
    assert [
        (names[entry["run"]], entry["attempts"], entry["start"], entry["length"], len(entry["files"]))
        for entry in listed.header["series"]
    ] == [("run2", 1, 0, 3, 1), ("run10", 1, 3, 3, 1)]
    assert listed.columns["step"].tolist() == [0, 1, 2] * 2
    assert set(listed.columns) == {"attempt", "step", "wall_time", "file", "offset", "index"}
    ids = {name: run for run, name in names.items()}
    some = {
        "tag": "weights",
        "kind": "histogram",
        "runs": [ids["run10"], "nobody", ids["run10"], ids["run1"]],
    }
    entries = frame_of(http.post("/api/values", json=some)).header["series"]
    assert [names[entry["run"]] for entry in entries] == ["run10"]
    assert frame_of(http.post("/api/values", json={"tag": "weights", "kind": "text"})).header["series"] == []


def test_values_that_a_later_attempt_superseded_are_left_out_unless_asked_for(http: httpx.Client) -> None:
    def steps(**members: str) -> list[int]:
        answer = http.post("/api/values", json={"tag": "again", "kind": "text", **members})
        found: list[int] = frame_of(answer).columns["step"].tolist()
        return found

    assert steps() == steps(attempts="latest") == [0, 1]
    assert steps(attempts="all") == [0, 1, 2, 1]
    refused = http.post("/api/values", json={"tag": "again", "kind": "text", "attempts": "first"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_member")


def test_steps_beyond_2_to_the_53_stay_exact(http: httpx.Client) -> None:
    listed = frame_of(http.post("/api/values", json={"tag": "text", "kind": "text"}))
    assert listed.columns["step"].tolist() == [2**60]


def test_histograms_are_read_as_columns(http: httpx.Client) -> None:
    answer = read(http, "weights", "histogram")
    for step, value in enumerate(answer.header["values"]):
        left, right, count = (
            answer.columns["number"][place["start"] : place["start"] + place["length"]]
            for place in (value["left"], value["right"], value["count"])
        )
        assert len(left) == len(right) == len(count) > 0
        assert (left[0], right[-1], count.sum()) == (step, 99 + step, 100)


def test_what_json_has_no_word_for_is_told_apart_from_text(http: httpx.Client) -> None:
    (value,) = read(http, "_hparams_/session_start_info", "hparams").header["values"]
    assert value["session_start"]["hparams"] == {"lr": {"number": "NaN"}, "big": True}
    (value,) = read(http, "text", "text").header["values"]
    assert value == {"shape": [1], "texts": ["<b>\ufffd</b>"]}


def test_the_hyper_parameters_of_all_runs(http: httpx.Client) -> None:
    answer = http.get("/api/hparams")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (
        "application/json",
        "no-store",
    )
    runs = http.get("/api/runs").json()
    ids = {run["name"]: run["id"] for run in runs["runs"]}
    assert answer.json() == {
        "version": runs["version"],
        "runs": {ids["run1"]: {"lr": "NaN", "big": True}},
        "incomplete": [],
    }


@pytest.mark.parametrize(("tag", "media_type"), [(name, f"image/{name}") for name in ("png", "jpeg", "webp")])
def test_a_browser_gets_an_image_by_its_address(http: httpx.Client, tag: str, media_type: str) -> None:
    (query,) = references(http, tag, "image")
    answer = http.get("/api/values/file", params=query)
    assert (answer.status_code, answer.content) == (200, ENCODED[tag])
    assert answer.headers["content-type"] == media_type
    assert "content-disposition" not in answer.headers
    check_harmless(answer)
    (value,) = read(http, tag, "image").header["values"]
    assert value["items"] == [{"media_type": media_type, "length": len(ENCODED[tag])}]


def check_harmless(answer: httpx.Response) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("tag", EVIL)
def test_what_is_no_image_is_bytes_to_save(http: httpx.Client, tag: str) -> None:
    (query,) = references(http, tag, "image")
    answer = http.get("/api/values/file", params=query)
    assert (answer.status_code, answer.content) == (200, EVIL[tag])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    check_harmless(answer)


def test_each_sound_of_a_step_and_the_graph_have_an_address(http: httpx.Client) -> None:
    (query,) = references(http, "sound", "audio")
    for item, frames in ((0, 100), (1, 7)):
        answer = http.get("/api/values/file", params=query | {"item": item})
        assert (answer.content, answer.headers["content-type"]) == (wav(frames), "audio/wav")
    (value,) = read(http, "sound", "audio").header["values"]
    assert [(item["label"], item["sample_rate"], item["frames"]) for item in value["items"]] == [
        ("label", 22_050, 100),
        ("", 22_050, 7),
    ]
    (query,) = references(http, "__run_graph__", "graph")
    assert http.get("/api/values/file", params=query).content == b"\x0a\x00"


@pytest.mark.parametrize(
    ("change", "status", "code", "message"),
    [
        ({"run": "nobody"}, 404, "unknown_value", "Expected the id of a run"),
        ({"tag": "nothing"}, 404, "unknown_value", "Expected a series of the file"),
        ({"kind": "text"}, 404, "unknown_value", "Expected a series of the file"),
        ({"file": "../../../etc/passwd"}, 404, "unknown_value", "Expected the id of an event file"),
        ({"offset": "0"}, 404, "unknown_value", "Expected the place of a value"),
        ({"offset": str(2**63 - 1)}, 404, "unknown_value", "Expected the place of a value"),
        ({"index": str(2**32 - 1)}, 404, "unknown_value", "Expected the place of a value"),
        ({"item": "1"}, 404, "unknown_value", "Expected the place of a file"),
        ({"kind": "scalar"}, 400, "invalid_member", "kind: expected"),
        ({"kind": "movie"}, 400, "invalid_member", "kind: expected"),
        ({"offset": "-1"}, 400, "invalid_member", "offset: expected an integer"),
        ({"offset": "1e3"}, 400, "invalid_member", "offset: expected an integer"),
        ({"offset": str(2**63)}, 400, "invalid_member", "offset: expected an integer"),
        ({"offset": "9" * 5000}, 400, "invalid_member", "offset: expected an integer"),
        ({"offset": "\u0661"}, 400, "invalid_member", "offset: expected an integer"),
        ({"index": str(2**32)}, 400, "invalid_member", "index: expected an integer"),
        ({"path": "/etc/passwd"}, 400, "invalid_member", "The body: expected only the members"),
        ({"tag": None}, 400, "invalid_member", "tag: expected a string"),
        ({"item": ["0", "1"]}, 400, "invalid_member", "item: expected it once"),
    ],
)
def test_an_address_that_names_nothing_is_refused(
    http: httpx.Client, change: dict[str, Any], status: int, code: str, message: str
) -> None:
    (query,) = references(http, "png", "image")
    asked = {name: value for name, value in (query | change).items() if value is not None}
    answer = http.get("/api/values/file", params=asked)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["message"].startswith(message)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": None}, "values: expected a list of objects, found nothing"),
        ({"values": [1]}, "values: expected a list of objects, found [1]"),
        ({"values": [{}]}, "values[0].file: expected a string, found nothing"),
        ({"values": [{"file": "a", "offset": 1.5, "index": 0}]}, "values[0].offset: expected an integer"),
        ({"values": [{"file": "a", "offset": True, "index": 0}]}, "values[0].offset: expected an integer"),
        ({"values": [{"file": "a", "offset": 0}]}, "values[0].index: expected an integer"),
        (
            {"values": [{"file": "a", "offset": 0, "index": 0, "x": 1}]},
            "values[0]: expected only the members",
        ),
        ({"values": [{}] * 1001}, "values: expected at most 1000 objects, found 1001"),
        ({"kind": "scalar"}, "kind: expected"),
        ({"kind": None}, "kind: expected"),
        ({"run": 1}, "run: expected a string"),
    ],
)
def test_a_member_that_is_not_as_specified(http: httpx.Client, change: dict[str, Any], message: str) -> None:
    body = {"run": "a", "tag": "t", "kind": "image", "values": []} | change
    answer = http.post("/api/values/read", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "invalid_member")
    assert error["message"].startswith(message)


def test_one_bad_reference_costs_no_other(http: httpx.Client) -> None:
    (query,) = references(http, "png", "image")
    good = {name: query[name] for name in ("file", "offset", "index")}
    body = {"run": query["run"], "tag": "png", "kind": "image", "values": [good | {"offset": 7}, good]}
    bad, value = frame_of(http.post("/api/values/read", json=body)).header["values"]
    assert bad["error"]["code"] == "unknown_value"
    assert value["width"] == 4


def test_a_file_that_changed_is_refused_over_http(tmp_path: Path) -> None:
    image = Summary.Value(tag="t", image=Summary.Image(width=4, height=3, encoded_image_string=png()))
    path = write(tmp_path / "run", header() + record(1, image))
    with board(tmp_path, "--port", "0") as running, client(running) as http:
        running.wait_until_read()
        (query,) = references(http, "t", "image")
        assert http.get("/api/values/file", params=query).content == png()
        path.write_bytes(header() + record(1, image)[:-1] + b"\0")
        answer = http.get("/api/values/file", params=query)
        # The index may have noticed before: then there is no such value any more.
        assert (answer.status_code, answer.json()["error"]["code"]) in {
            (404, "unknown_value"),
            (410, "file_changed"),
        }


def test_every_code_is_in_the_specification() -> None:
    specified = (Path(__file__).parents[2] / "spec/api.md").read_text()
    for code, status in STATUS.items():
        assert f"| `{code}` | {status} |" in specified or f"| {status} | `{code}` |" in specified
