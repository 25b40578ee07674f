"""What `lightboard recover` saves of damaged files: all that can be read, for every reader."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from boards import LIGHTBOARD, bound_by_permissions
from lightboard import SummaryWriter, events
from lightboard.cli.doctor import doctor
from lightboard.cli.recover import recover as recover_command
from lightboard.doctor.codes import CODES
from lightboard.doctor.recover import RefusedError, plan, recover
from lightboard.doctor.words import evidence

DAMAGED = Path(__file__).parents[2] / "testdata" / "damaged"


def command(*arguments: object) -> tuple[int, str]:
    finished = CliRunner().invoke(recover_command, [str(argument) for argument in arguments])
    return finished.exit_code, finished.output


def saved(*files: Path, to: Path) -> tuple[int, dict[str, Any]]:
    code, output = command(*files, "--to", to, "--json")
    return code, json.loads(output)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A healthy file."""
    folder = tmp_path_factory.mktemp("whole")
    with SummaryWriter(folder) as writer:
        for step in range(30):
            writer.add_scalar("loss", step / 8, step)
            writer.add_text("notes", "a" * step, step)
    return next(folder.glob("*tfevents*")).read_bytes()


def test_every_damaged_file_becomes_one_that_tensorboard_reads_to_its_end(tmp_path: Path) -> None:
    code, told = saved(DAMAGED, to=tmp_path / "new")
    assert (code, told["failures"]) == (1, [])
    assert len(told["files"]) == len(list(DAMAGED.glob("*tfevents*")))
    for file in told["files"]:
        read = events.read(file["path"])
        step = read.series["loss"].step.tolist() if "loss" in read.series else []
        assert (file["to"] is not None) == bool(file["records"])
        lost = [(loss["code"], loss["offset"]) for loss in file["lost"]]
        assert lost == [(damage.code, damage.offset) for damage in (*read.damage, *filter(None, [read.tail]))]
        if file["to"] is None:
            continue
        new = Path(file["to"])
        assert new == tmp_path / "new" / Path(file["path"]).name
        assert new.stat().st_size == file["written"]
        clean = events.read(new)
        assert (clean.damage, clean.tail, clean.file_version) == ((), None, "brain.Event:2")
        shown = [event.step for event in EventFileLoader(str(new)).Load() if event.HasField("summary")]
        assert shown == step


def test_what_stands_behind_damage_is_in_tensorboard_s_accumulator(tmp_path: Path, whole: bytes) -> None:
    run = tmp_path / "run"
    run.mkdir()
    at = -1
    for _ in range(15):
        at = whole.index(b"loss", at + 1)
    (run / "events.out.tfevents.1").write_bytes(whole[:at] + b"LOSS" + whole[at + 4 :])
    code, told = saved(run, to=tmp_path / "new")
    (file,) = told["files"]
    assert code == 1
    assert file["lost"][0]["next"]["offset"] == file["lost"][0]["offset"] + file["lost"][0]["length"]
    accumulator = EventAccumulator(str(tmp_path / "new"))
    accumulator.Reload()
    steps = [event.step for event in accumulator.Scalars("loss")]
    assert steps == [step for step in range(30) if step != 14]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=5),
    cut=st.floats(0.01, 1),
    head=st.integers(0, 60),
)
def test_whatever_bytes_change_every_readable_record_is_kept(
    tmp_path_factory: pytest.TempPathFactory,
    whole: bytes,
    flips: list[tuple[float, int]],
    cut: float,
    head: int,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    data = bytearray(whole[head:])
    for place, bits in flips:
        data[int(place * len(data))] ^= bits
    source = folder / "run" / "events.out.tfevents.1"
    source.parent.mkdir()
    source.write_bytes(data[: int(cut * len(data)) + 1])
    tasks, failures = plan([str(source)], str(folder / "new"))
    recovery = recover(tasks, failures)
    read = events.read(source)
    (account,) = recovery.files
    assert account["records"] == read.records
    assert recovery.exit_code == int(bool(read.damage or read.tail))
    if account["to"] is None:
        assert read.records == 0
        return
    new = events.read(account["to"])
    assert (new.damage, new.tail) == ((), None)
    assert new.records == read.records + account["header_added"]
    assert set(new.series) == set(read.series)
    for tag, series in read.series.items():
        for column in ("step", "wall_time", "value"):
            np.testing.assert_array_equal(getattr(new.series[tag], column), getattr(series, column))


def test_a_tree_keeps_its_shape_and_files_of_one_name_do_not_meet(tmp_path: Path, whole: bytes) -> None:
    name = "events.out.tfevents.1"
    for run in ("a", "b/deep"):
        (tmp_path / "runs" / run).mkdir(parents=True)
        (tmp_path / "runs" / run / name).write_bytes(whole)
    (tmp_path / "runs" / "a" / "notes.txt").write_text("no event file")
    code, told = saved(tmp_path / "runs", to=tmp_path / "tree")
    assert (code, {file["to"] for file in told["files"]}) == (
        0,
        {str(tmp_path / "tree" / run / name) for run in ("a", "b/deep")},
    )
    both = tmp_path / "runs/a" / name, tmp_path / "runs/b/deep" / name
    code, told = saved(*both, to=tmp_path / "two")
    assert [Path(file["to"]).read_bytes() for file in told["files"]] == [whole, whole]
    saved(both[1], to=tmp_path / "one")
    assert (tmp_path / "one" / name).read_bytes() == whole


def test_nothing_is_overwritten(tmp_path: Path, whole: bytes) -> None:
    source = tmp_path / "run" / "events.out.tfevents.1"
    source.parent.mkdir()
    source.write_bytes(whole)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / source.name).write_bytes(b"mine")
    code, told = saved(source, to=tmp_path / "new")
    assert (code, told["files"]) == (3, [])
    assert "exists, and nothing is overwritten" in told["failures"][0]["message"]
    assert (tmp_path / "new" / source.name).read_bytes() == b"mine"
    code, output = command(source, "--to", tmp_path / "new")
    assert code == 3
    assert f"✗ {source} not recovered: {tmp_path / 'new' / source.name} exists" in " ".join(output.split())
    assert "Remove it, or choose another --to." in " ".join(output.split())
    assert output.splitlines()[-1] == "Nothing was written: 1 path not recovered."


def test_a_place_inside_the_run_is_refused(tmp_path: Path, whole: bytes) -> None:
    run = tmp_path / "runs" / "run"
    run.mkdir(parents=True)
    source = run / "events.out.tfevents.1"
    source.write_bytes(whole)
    (tmp_path / "link").symlink_to(run)
    for file, to in (
        (source, run),
        (source, run / "new"),
        (source, tmp_path / "link"),
        (run.parent, run.parent / "x"),
    ):
        code, output = command(file, "--to", to)
        assert code == 2
        assert "would read the points there twice" in " ".join(output.split())
    assert os.listdir(run) == [source.name]


def test_what_cannot_be_read_is_said_and_the_others_are_saved(tmp_path: Path, whole: bytes) -> None:
    source = tmp_path / "runs" / "events.out.tfevents.1"
    source.parent.mkdir()
    source.write_bytes(whole)
    os.mkfifo(tmp_path / "runs" / "events.out.tfevents.pipe")
    code, told = saved(source, tmp_path / "runs" / "missing", to=tmp_path / "new")
    assert (code, len(told["files"])) == (3, 1)
    assert told["failures"] == [
        {
            "path": str(tmp_path / "runs" / "missing"),
            "message": (
                "expected an event file, or a folder of them, found nothing. Look for it: lightboard doctor"
            ),
        }
    ]
    code, told = saved(tmp_path / "runs", to=tmp_path / "other")
    assert (code, len(told["files"])) == (0, 1)


def test_what_permissions_forbid_is_said_of_the_file_or_the_folder(tmp_path: Path, whole: bytes) -> None:
    shut, closed = tmp_path / "shut", tmp_path / "closed"
    for folder in (shut, closed):
        folder.mkdir()
        (folder / "events.out.tfevents.1").write_bytes(whole)
    (tmp_path / "linked.tfevents").symlink_to(closed / "events.out.tfevents.1")
    (shut / "events.out.tfevents.1").chmod(0)
    closed.chmod(0)
    arguments = [shut, closed / "events.out.tfevents.1", tmp_path / "linked.tfevents", closed]
    told = [*LIGHTBOARD, "recover", "--json", "--to", str(tmp_path.parent / "saved"), *map(str, arguments)]
    finished = subprocess.run(bound_by_permissions(told), capture_output=True, text=True, check=False)
    closed.chmod(0o755)
    assert finished.returncode == 3
    failures = {failure["path"]: failure["message"] for failure in json.loads(finished.stdout)["failures"]}
    of_folder = f"this user may not enter {closed}. {CODES['folder_unreadable'].remedy}"
    assert failures == {
        str(shut / "events.out.tfevents.1"): f"this user may not read it. {CODES['file_unreadable'].remedy}",
        str(closed / "events.out.tfevents.1"): of_folder,
        str(tmp_path / "linked.tfevents"): of_folder,
        str(closed): of_folder,
    }


def test_links_are_followed_into_each_folder_once(tmp_path: Path, whole: bytes) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "events.out.tfevents.1").write_bytes(whole)
    runs = tmp_path / "runs"
    runs.mkdir()
    for name, target in (("a", elsewhere), ("b", elsewhere), ("loop", runs)):
        (runs / name).symlink_to(target)
    code, told = saved(runs, to=tmp_path / "new")
    assert code == 0
    assert [file["to"] for file in told["files"]] == [str(tmp_path / "new" / "a" / "events.out.tfevents.1")]


def test_a_folder_has_its_own_name_whatever_links_lead_there(tmp_path: Path, whole: bytes) -> None:
    runs = tmp_path / "runs"
    for name in ("a", "b", ".hidden"):
        (runs / name).mkdir(parents=True)
        (runs / name / "events.out.tfevents.1").write_bytes(whole)
    (runs / "b" / ".events.out.tfevents.1.copying").write_bytes(whole)
    (runs / "a" / "latest").symlink_to(runs / "b")
    code, told = saved(runs, to=tmp_path / "new")
    assert code == 0
    places = [Path(file["to"]).relative_to(tmp_path / "new") for file in told["files"]]
    names = [".hidden/events.out.tfevents.1", "a/events.out.tfevents.1"]
    assert list(map(str, places)) == [*names, "b/.events.out.tfevents.1.copying", "b/events.out.tfevents.1"]


def test_no_two_new_files_have_one_name(tmp_path: Path, whole: bytes) -> None:
    names = ["model", "model.tfevents", "model.tfevents.1"]
    for name in names:
        (tmp_path / name).write_bytes(whole)
    code, told = saved(*(tmp_path / name for name in names), to=tmp_path.parent / "renamed")
    assert code == 0
    assert [Path(file["to"]).name for file in told["files"]] == ["model.tfevents.2", *names[1:]]


BROKEN = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

ssize_t pread64(int file, void *to, size_t size, off64_t from) {
    ssize_t (*real)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
    if (from >= BROKEN) {
        errno = EIO;
        return -1;
    }
    return real(file, to, from + size > BROKEN ? BROKEN - from : size, from);
}
"""


@pytest.mark.parametrize("begin", [0, 300, 20 << 20])
def test_where_the_disk_fails_what_was_read_before_is_saved(tmp_path: Path, whole: bytes, begin: int) -> None:
    """A library that is loaded before all others answers reads beyond the first bytes as a broken disk does."""
    copies = begin // len(whole) + 3
    source, to = tmp_path / "runs" / "events.out.tfevents.1", tmp_path / "new"
    source.parent.mkdir()
    source.write_bytes(whole * copies)
    library = tmp_path / "broken.so"
    compile_it = ["cc", "-shared", "-fPIC", f"-DBROKEN={begin}", "-x", "c", "-", "-o", str(library), "-ldl"]
    subprocess.run(compile_it, input=BROKEN, text=True, check=True)
    finished = subprocess.run(
        [sys.executable, "-m", "lightboard", "recover", source, "--to", to, "--json"],
        env={**os.environ, "LD_PRELOAD": str(library)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(finished.stdout)
    assert finished.returncode == told["exit_code"] == 3
    if begin == 0:
        assert (told["files"], told["failures"][0]["message"]) == ([], "Input/output error")
        assert not to.exists()
        return
    (file,) = told["files"]
    kept = (to / source.name).read_bytes()
    assert (whole * copies).startswith(kept)
    assert begin - len(whole) < len(kept) == file["unreadable"] <= begin
    (loss,) = file["lost"]
    assert (loss["code"], loss["offset"]) == ("unreadable", len(kept))
    assert len(kept) + loss["length"] == file["bytes"]
    assert "Input/output error" in loss["message"]


def test_people_are_told_what_was_lost(tmp_path: Path) -> None:
    name = "events.out.tfevents.1700000000.example.payload_checksum"
    code, output = command(DAMAGED / name, "--to", tmp_path)
    assert code == 1
    assert "5 records kept in" in output
    assert "lost: bytes 122 to 163, where record 3 should be; record 3 follows" in output
    assert output.splitlines()[-1] == "5 records of 1 file kept, 42 B lost."


def test_only_the_place_itself_is_left_out_of_what_a_reader_says() -> None:
    said = "expected 40 bytes for the record{}, found 7 before the file's end or another record"
    damage = {"offset": 20, "length": 7}
    assert evidence({**damage, "message": said.format(" at byte 20")}) == said.format("")
    assert evidence({**damage, "message": said.format(" at byte 2096")}) == said.format(" at byte 2096")


def test_of_an_empty_file_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1").touch()
    code, output = command(tmp_path, "--to", tmp_path.parent / "saved")
    assert code == 0
    assert "0 bytes: nothing to save, no new file" in output
    assert output.splitlines()[-1] == "Nothing was written, nothing lost."


def test_a_folder_without_event_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="expected event files, found none"):
        plan([str(tmp_path)], str(tmp_path.parent / "new"))


def test_the_doctor_saves_what_it_found_damaged_under_the_runs_names(tmp_path: Path, whole: bytes) -> None:
    logdir = tmp_path / "runs"
    for run in ("healthy", "damaged/deep"):
        (logdir / run).mkdir(parents=True)
        (logdir / run / "events.out.tfevents.1").write_bytes(whole)
    damaged = logdir / "damaged" / "deep" / "events.out.tfevents.1"
    damaged.write_bytes(whole[:300] + b"!" + whole[301:])
    look = [str(logdir), "--json", "--fix-to"]
    finished = CliRunner().invoke(doctor, [*look, str(tmp_path / "new")])
    told = json.loads(finished.stdout)
    assert finished.exit_code == told["exit_code"] == 1
    new = tmp_path / "new" / "damaged" / "deep" / damaged.name
    assert [file["to"] for file in told["recovered"]["files"]] == [str(new)]
    assert events.read(new).damage == ()
    within = CliRunner().invoke(doctor, [*look, str(logdir / "new")])
    assert within.exit_code == 2
    assert "would read the points there twice" in " ".join(within.output.split())


def test_the_command_is_one_of_lightboard_s(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "events.out.tfevents.1").write_bytes(whole)
    finished = subprocess.run(
        [sys.executable, "-m", "lightboard", "recover", tmp_path, "--to", tmp_path.parent / "saved"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.splitlines()[-1] == "61 records of 1 file kept, nothing lost."
