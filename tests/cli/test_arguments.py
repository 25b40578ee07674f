"""What `lightboard LOGDIR…` makes of its arguments."""

import os
from pathlib import Path

import click
import pytest

from lightboard.cli.logdirs import understand


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("runs", "old/runs", "lr=0.1", "a", "b"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("given", "names_and_paths"),
    [
        ([], [("runs", "runs")]),
        (["runs"], [("runs", "runs")]),
        (["runs/"], [("runs", "runs")]),
        (["."], [("{cwd}", "")]),
        (["new=runs", "old=old/runs"], [("new", "runs"), ("old", "old/runs")]),
        (["runs", "old/runs"], [("{cwd}/runs", "runs"), ("old/runs", "old/runs")]),
        (["runs", "runs=old/runs"], [("{cwd}/runs", "runs"), ("runs", "old/runs")]),
        (["~/runs"], [("runs", "runs")]),
        (["home=~/runs"], [("home", "runs")]),
        (["lr=0.1"], [("lr=0.1", "lr=0.1")]),
        (["runs/lr=0.1"], [("lr=0.1", "runs/lr=0.1")]),
        (["not/there"], [("there", "not/there")]),
        (["実験=a"], [("実験", "a")]),
    ],
)
def test_names_and_absolute_paths(
    given: list[str], names_and_paths: list[tuple[str, str]], there: Path
) -> None:
    expected = [
        (name.replace("{cwd}", there.name), os.path.normpath(there / path)) for name, path in names_and_paths
    ]
    understood = understand(given)
    assert [tuple(logdir) for logdir in understood.logdirs] == expected
    assert understood.notes == []


def test_the_root_directory_has_a_name() -> None:
    assert understand(["/"]).logdirs == [("/", "/")]


@pytest.mark.parametrize("quoted", ["'runs'", '"runs"', " runs", "runs ", "\"'runs'\"", "name='runs'"])
def test_quotes_and_blanks_that_nobody_meant_are_dropped_and_said(quoted: str, there: Path) -> None:
    understood = understand([quoted])
    assert [logdir.path for logdir in understood.logdirs] == [str(there / "runs")]
    assert len(understood.notes) == 1
    assert "read it as runs, without quotes and blanks" in understood.notes[0]


def test_a_directory_that_is_really_called_so_keeps_its_quotes(there: Path) -> None:
    (there / "'runs'").mkdir()
    assert [logdir.path for logdir in understand(["'runs'"]).logdirs] == [str(there / "'runs'")]


def test_an_event_file_stands_for_its_directory(there: Path) -> None:
    path = there / "runs" / "events.out.tfevents.1.host"
    path.touch()
    understood = understand([str(path)])
    assert [logdir.path for logdir in understood.logdirs] == [str(there / "runs")]
    assert understood.notes == [f"{path} is an event file: serving its directory."]


def test_the_same_directory_twice_is_served_once(there: Path) -> None:
    (there / "link").symlink_to("runs")
    understood = understand(["runs", "other=link", "a"])
    assert [tuple(logdir) for logdir in understood.logdirs] == [
        ("runs", str(there / "runs")),
        ("a", str(there / "a")),
    ]
    assert understood.notes == ["other=link is the same directory as runs: served once."]


@pytest.mark.row("F18")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            ["a,b"],
            'there is no directory "a,b", but its parts exist. Give several .* separately: lightboard a b',
        ),
        (["new:runs"], 'there is no directory "new:runs", but "runs" exists. .* lightboard new=runs'),
        (["x=a", "x=b"], 'expected a different name for each log directory, found "x" for .*/a and .*/b'),
        ([""], "expected a log directory, found an empty path"),
        (["s3://bucket/runs"], 'expected a directory of this machine, found the address "s3://bucket/runs"'),
        (["old=gs://bucket"], "mount it .*gcsfuse.* or keep a copy of it"),
        (["file:///data/runs"], 'found the address "file:///data/runs". Give the path: /data/runs'),
        (["name="], 'expected a log directory, found an empty path in "name="'),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_command_to_use(given: list[str], message: str) -> None:
    with pytest.raises(click.UsageError, match=message):
        understand(given)


def test_without_an_argument_and_without_runs_it_says_what_it_looked_for(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path_factory.mktemp("empty")
    monkeypatch.chdir(empty)
    with pytest.raises(click.UsageError, match=f"looked for {empty}/runs, found nothing there"):
        understand([])


def test_a_file_called_runs_is_not_taken_for_nothing(there: Path) -> None:
    (there / "runs").rmdir()
    (there / "runs").touch()
    with pytest.raises(click.UsageError, match=f"looked for {there}/runs, found a file there"):
        understand([])


def test_bytes_that_a_terminal_would_obey_are_escaped(there: Path) -> None:
    (there / "evil\x1b[31m").mkdir()
    (there / "evil\x1b[31m" / "events.out.tfevents.1").touch()
    understood = understand(["evil\x1b[31m/events.out.tfevents.1"])
    assert understood.notes == [
        f"{there}/evil\\x1b[31m/events.out.tfevents.1 is an event file: serving its directory."
    ]
    assert understood.logdirs[0].name == "evil\\x1b[31m"
