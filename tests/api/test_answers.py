"""Every address of spec/api.md, over real sockets, on real event files."""

import math
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from lightboard.index import ColumnFrame, decode
from logdirs import FIRST_WALL_TIME

RUN_MEMBERS = {
    "id", "logdir", "name", "parent", "made_by", "state", "message", "conflict", "first_wall_time", "last_wall_time",
    "last_step", "points", "tags", "attempts", "writers", "files",
}  # fmt: skip
SAYS_NOTHING = {"display_name": "", "description": ""}
SCALARS_MEMBERS = {
    "version", "axis", "smoothing", "attempts", "baseline", "width_asked", "width", "vertex_budget", "vertices",
    "pictures", "incomplete", "series",
}  # fmt: skip
SERIES_MEMBERS = {
    "run", "tag", "attempt", "attempts", "start", "length", "points", "superseded", "superseded_from",
    "thinned", "non_finite", "first_non_finite_step", "last_non_finite_step", "first_wall_time", "quantiles",
}  # fmt: skip
FILE_MEMBERS = {"name", "bytes", "bytes_read", "records", "modified", "state", "message", "damage"}


def scalars(http: httpx.Client, **members: Any) -> ColumnFrame:
    return post(http, "/api/scalars", **members)


def post(http: httpx.Client, path: str, **members: Any) -> ColumnFrame:
    answer = http.post(path, json=members)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.lightboard.columns"
    return decode(answer.content)


def ids(http: httpx.Client) -> dict[str, str]:
    return {run["name"]: run["id"] for run in http.get("/api/runs").json()["runs"]}


def test_runs_lists_every_run_in_natural_order(http: httpx.Client, logdir: Path) -> None:
    answer = http.get("/api/runs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"version", "loading", "logdirs", "runs"}
    assert body["logdirs"] == [
        {"name": "runs", "path": str(logdir), "state": "ok", "message": "", "skipped": []}
    ]
    assert [run["name"] for run in body["runs"]] == ["run2", "run10", "実験…1"]
    first = body["runs"][0]
    assert set(first) == RUN_MEMBERS
    assert set(first["files"][0]) == FILE_MEMBERS
    assert (first["points"], first["tags"], first["attempts"], first["last_step"]) == (6, 2, 1, 2)
    assert (first["first_wall_time"], first["last_wall_time"]) == (FIRST_WALL_TIME, FIRST_WALL_TIME + 2)


def test_tags_says_how_many_runs_have_each(http: httpx.Client) -> None:
    assert http.get("/api/tags").json()["tags"] == [
        {"tag": "accuracy", "kind": "scalar", "runs": 1},
        {"tag": "loss", "kind": "scalar", "runs": 3},
    ]


def test_scalars_of_every_run(http: httpx.Client) -> None:
    frame = scalars(http, tags=["loss"], runs=None, axis="step", x_min=None, x_max=None, width=800)
    assert set(frame.header) == SCALARS_MEMBERS
    assert (frame.header["axis"], frame.header["smoothing"]) == ("step", None)
    assert frame.header["pictures"] == [SAYS_NOTHING | {"tag": "loss", "x_min": 0.0, "x_max": 8.0}]
    assert all(set(series) == SERIES_MEMBERS for series in frame.header["series"])
    by_run = {series["run"]: series for series in frame.header["series"]}
    assert by_run.keys() == set(ids(http).values())
    assert set(frame.columns) == {"step", "wall_time", "value"}

    ten = by_run[ids(http)["run10"]]
    place = slice(ten["start"], ten["start"] + ten["length"])
    assert frame.columns["step"][place].tolist() == [7, 8]
    assert frame.columns["value"][place].tolist() == [5.0, 4.0]
    assert frame.columns["wall_time"][place].tolist() == [FIRST_WALL_TIME, FIRST_WALL_TIME + 1]

    odd = by_run[ids(http)["実験…1"]]
    assert (odd["points"], odd["non_finite"], odd["attempt"], odd["attempts"]) == (3, 2, 0, 1)
    assert (odd["first_non_finite_step"], odd["last_non_finite_step"], odd["thinned"]) == (0, 1, False)
    values = frame.columns["value"][odd["start"] : odd["start"] + odd["length"]]
    assert math.isnan(values[0])
    assert values[1:].tolist() == [math.inf, 0.5]


def test_scalars_of_several_tags_each_in_its_own_picture(http: httpx.Client) -> None:
    frame = scalars(http, tags=["accuracy", "nobody's", "loss", "accuracy"], axis="relative", width=10)
    assert [picture["tag"] for picture in frame.header["pictures"]] == ["accuracy", "nobody's", "loss"]
    assert frame.header["pictures"][1] == SAYS_NOTHING | {"tag": "nobody's", "x_min": None, "x_max": None}
    assert [series["tag"] for series in frame.header["series"]] == ["accuracy", "loss", "loss", "loss"]
    assert (frame.header["width_asked"], frame.header["width"]) == (10, 10)
    assert frame.header["vertices"] == len(frame.columns["step"]) < frame.header["vertex_budget"]


def test_scalars_of_some_runs_smoothed(http: httpx.Client) -> None:
    frame = scalars(
        http,
        tags=["loss"],
        runs=[ids(http)["run2"], "0000000000000"],
        smoothing={"kind": "ema", "weight": 0.5},
        axis="relative",
    )
    assert frame.header["smoothing"] == {"kind": "ema", "weight": 0.5}
    assert [series["run"] for series in frame.header["series"]] == [ids(http)["run2"]]
    # Debiased: (0.5·3)/0.5, (0.25·3 + 0.5·2)/0.75, (0.125·3 + 0.25·2 + 0.5·1)/0.875
    np.testing.assert_allclose(frame.columns["smoothed"], [3.0, 1.75 / 0.75, 1.375 / 0.875])


def test_scalars_and_groups_are_compared_with_a_baseline(http: httpx.Client) -> None:
    run = ids(http)["run2"]
    baseline = {"run": run, "compare": "ratio"}
    frame = scalars(http, tags=["loss"], runs=[run], baseline=baseline)
    assert frame.header["baseline"] == baseline
    assert frame.columns["value"].tolist() == [1.0, 1.0, 1.0]
    groups = [{"name": "it", "runs": [run]}]
    frame = post(
        http, "/api/groups", tags=["loss"], groups=groups, baseline=baseline | {"compare": "difference"}
    )
    assert frame.header["baseline"] == baseline | {"compare": "difference"}
    assert frame.columns["mean"].tolist() == [0.0, 0.0, 0.0]


def test_scalars_within_a_range_hold_a_neighbour_on_either_side(http: httpx.Client) -> None:
    frame = scalars(
        http, tags=["accuracy"], axis="wall", x_min=FIRST_WALL_TIME + 0.5, x_max=FIRST_WALL_TIME + 1.5
    )
    assert frame.columns["step"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "members", [{"tags": ["nobody's"]}, {"tags": ["loss"], "runs": []}, {"tags": [""]}, {"tags": []}]
)
def test_scalars_that_nobody_logged_are_an_empty_frame(http: httpx.Client, members: dict[str, Any]) -> None:
    frame = scalars(http, **members)
    assert frame.header["series"] == []
    assert len(frame.columns["value"]) == 0


def test_groups_tell_what_their_runs_have_in_common(http: httpx.Client) -> None:
    named = ids(http)
    groups = [
        {"name": "both", "runs": [named["run2"], named["実験…1"], "0000000000000", named["run2"]]},
        {"name": "nobody", "runs": []},
    ]
    frame = post(http, "/api/groups", tags=["loss", "nobody's"], groups=groups)
    assert set(frame.header) == SCALARS_MEMBERS - {"series", "attempts"} | {"alignment", "groups"}
    assert (frame.header["alignment"], frame.header["axis"]) == ("exact", "step")
    entry = {"jobs": 0, "thinned": False, "spacing": None, "reduce": None}
    assert frame.header["groups"] == [
        entry | {"tag": "loss", "group": "both", "runs": 2, "jobs": 2, "start": 0, "length": 3},
        entry | {"tag": "loss", "group": "nobody", "runs": 0, "start": 3, "length": 0},
        entry | {"tag": "nobody's", "group": "both", "runs": 0, "start": 3, "length": 0},
        entry | {"tag": "nobody's", "group": "nobody", "runs": 0, "start": 3, "length": 0},
    ]
    counts = {name: frame.columns[name].tolist() for name in ("x", "n", "non_finite")}
    assert counts == {"x": [0, 1, 2], "n": [1, 1, 2], "non_finite": [1, 1, 0]}
    assert frame.columns["mean"].tolist() == [3.0, 2.0, 0.75]
    assert frame.columns["sd"][2] == pytest.approx(math.sqrt(0.125))
    assert frame.columns["high95"][2] == pytest.approx(0.75 + 12.7062047361 * math.sqrt(0.125 / 2))
    assert np.isnan(frame.columns["se"][:2]).all()

    relative = post(http, "/api/groups", tags=["loss"], groups=groups, axis="relative")
    assert relative.header["alignment"] == "interpolate"
    smoothed = post(
        http, "/api/groups", tags=["loss"], groups=groups, smoothing={"kind": "mean", "window": 10}
    )
    assert smoothed.columns["mean"][2] == pytest.approx((2.0 + 0.5) / 2)


def test_a_table_has_a_cell_for_each_run_and_tag(http: httpx.Client) -> None:
    frame = post(http, "/api/table", tags=["loss", "accuracy"], at_step=1)
    assert set(frame.header) == {"version", "tags", "runs", "at_step", "incomplete"}
    assert (frame.header["tags"], frame.header["at_step"]) == (["loss", "accuracy"], 1)
    cells = {
        run: {name: column[2 * place : 2 * place + 2].tolist() for name, column in frame.columns.items()}
        for place, run in enumerate(frame.header["runs"])
    }
    assert set(cells) == set(ids(http).values())
    odd = cells[ids(http)["実験…1"]]
    assert odd["count"] == [3, 0]
    assert (odd["last_step"][0], odd["last_value"][0], odd["min_step"][0]) == (2, 0.5, 2)
    assert (odd["non_finite"][0], odd["first_non_finite_step"][0]) == (2, 0)
    assert (odd["at_step"][0], odd["at_value"][0]) == (1, math.inf)
    assert math.isnan(odd["at_wall_time"][1])
    ten = cells[ids(http)["run10"]]
    assert (ten["at_step"][0], math.isnan(ten["at_wall_time"][0])) == (0, True)
    assert "at_step" not in post(http, "/api/table", tags=["loss"], runs=[]).columns


def test_server_says_who_answers(http: httpx.Client, logdir: Path) -> None:
    body = http.get("/api/server").json()
    assert set(body) == {"name", "version", "pid", "started", "logdirs"}
    assert (body["name"], body["version"]) == ("lightboard", "0.1.0")
    assert body["logdirs"] == [{"name": "runs", "path": str(logdir)}]


def test_head_has_no_body(http: httpx.Client) -> None:
    for path in ("/api/runs", "/api/tags", "/api/server", "/api/live"):
        answer = http.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
