"""What the doctor makes of a Lightboard's address: runs that are off, filters, tags that some have."""

from pathlib import Path

import pytest

from boards import board
from doctor.looking import found, look_at, report_on
from lightboard.doctor.served import ask
from logdirs import write_run

pytestmark = pytest.mark.usefixtures("only_the_board")


@pytest.mark.detects("run_off", "run_filtered", "run_without_points", "view_in_address")
def test_what_a_lightboards_address_asks_for(tmp_path: Path) -> None:
    """Links as the board writes them (board/test/remembered.test.ts): ids may be cut short, sub-runs follow."""
    for name in ("a", "b", "b/b_loss", "c"):
        write_run(tmp_path / "runs" / name, {"acc" if name == "c" else "loss": [1.0, 2.0]})
    with board(tmp_path / "runs", "--port", "0") as ours:
        ours.wait_until_read()
        runs = ask(ours.address).own_runs or ()
        ids = {run["name"]: run["id"] for run in runs}
        parents = {run["name"]: run["parent"] for run in runs}

        def off(view: str) -> list[str | None]:
            told = [
                one
                for one in look_at(tmp_path / "runs", url=f"{ours.address}#{view}")
                if one.code == "run_off"
            ]
            return [place.run for one in told for place in one.places]

        follows = ["runs/b/b_loss"] if parents["b/b_loss"] == ids["b"] else []
        assert off(f"runs=off.{ids['b'][:5]}") == ["runs/b", *follows]
        assert off(f"runs=(new:off,runs:on.{ids['a']}.{ids['b/b_loss']})") == ["runs/b", *follows, "runs/c"]
        assert off(f"runs=(runs:on.{ids['a'][:7]},held:!f,until:1)") == []
        everything_else = ["runs/b", "runs/b/b_loss", "runs/c"]
        assert off(f"runs=(runs:on.{ids['a'][:7]},until:1)") == everything_else, "new runs are held back"
        assert off(f"runs=(runs:off.{ids['b'][:7]},new:off,until:1)")[-1] == "runs/c"
        assert off("runs=bits.k3v9q2m8") == off("panel=(sort:age)") == []
        filtered = found(
            "run_filtered", tmp_path / "runs", url=f"{ours.address}#panel=(filter:'lr!'s',sort:age)"
        )
        assert filtered.seen.endswith("filter lr's")
        lacking = found("run_without_points", tmp_path / "runs", url=ours.address, tag="acc")
        assert [place.run for place in lacking.places] == ["runs/a", "runs/b", "runs/b/b_loss"]
        report = report_on(tmp_path / "runs", url=f"{ours.address}#runs=off.{ids['a']}", run="a")
        assert report.trace is not None
        assert (report.trace.lost_at, report.trace.steps[-1].codes) == ("board", ("run_off",))
