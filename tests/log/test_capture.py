"""What a run was made from, captured once; secrets stay out."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import lightboard
from lightboard import LightboardWarning, SummaryWriter
from lightboard.log.redaction import without_secrets
from log.program import PRELUDE
from log.records import event_files, events

PROGRAM = (
    PRELUDE
    + """
with SummaryWriter(sys.argv[1], capture=True) as writer:
    writer.config({"lr": 0.5})
    writer.add_scalar("loss", 0.0, 0)
writer.add_scalar("loss", 0.0, 1)
"""
)


def git(directory: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(
        ["git", *who, *arguments], cwd=directory, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "train.py").write_text(PROGRAM)
    git(folder, "init", "-q", "-b", "topic")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def train(tmp_path: Path, program: Path, *arguments: str, **environment: str) -> tuple[dict[str, Any], str]:
    """Run it elsewhere; return the hyper-parameters of its run, and the text."""
    log_dir = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
    subprocess.run(
        [sys.executable, str(program), str(log_dir), *arguments],
        cwd=tmp_path,
        check=True,
        env=os.environ | environment,
    )
    texts = [
        value.tensor.string_val[0].decode()
        for path in event_files(log_dir)
        for event in events(path)
        for value in event.summary.value
        if value.tag == "capture/text_summary"
    ]
    (text,) = texts
    with lightboard.open(log_dir) as index:
        return dict(index.runs[0].hparams), text


def test_what_is_captured(tmp_path: Path, repository: Path) -> None:
    secrets = {"WANDB_API_KEY": "hush-1", "AWS_SECRET_ACCESS_KEY": "hush-2"}
    hparams, text = train(
        tmp_path, repository / "train.py", "--name", "a b", "--api-key=hush-3", OMP_NUM_THREADS="1", **secrets
    )
    commit = git(repository, "rev-parse", "HEAD")
    assert hparams.pop("capture.command").endswith("--name 'a b' --api-key=***")
    assert hparams == {
        "lr": 0.5,
        "capture.git.commit": commit,
        "capture.git.branch": "topic",
        "capture.git.dirty": False,
        "capture.host": os.uname().nodename,
        "capture.python": ".".join(map(str, sys.version_info[:3])),
    }
    for line in (f"git commit: {commit}", "OMP_NUM_THREADS=1", "numpy==", f"executable: {sys.executable}"):
        assert f"\n    {line}" in text
    assert "hush" not in "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*tfevents*"))


def test_changes_are_told_and_no_fsmonitor_runs(tmp_path: Path, repository: Path) -> None:
    hook = repository / "hook.sh"
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(hook))
    with (repository / "train.py").open("a") as file:
        file.write("# changed\n")
    index = repository / ".git" / "index"
    before = index.read_bytes()
    assert train(tmp_path, repository / "train.py")[0]["capture.git.dirty"] is True
    assert not (repository / "ran").exists()
    assert index.read_bytes() == before


def test_without_a_repository_or_git(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(PROGRAM)
    for path in (os.environ["PATH"], ""):
        hparams, text = train(tmp_path, program, PATH=path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
        assert not any("git" in name for name in hparams)
        assert "git" not in text.split("### Packages")[0].replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("train.py --lr 0.1 --out=/data", "train.py --lr 0.1 --out=/data"),
        ("--api-key abc --lr 1", "--api-key *** --lr 1"),
        ("--HF_TOKEN=abc", "--HF_TOKEN=***"),
        ("db.password=abc=d", "db.password=***"),
        ("--token --verbose", "--token --verbose"),
        ("--pass abc --pw=abc --db-creds=abc", "--pass *** --pw=*** --db-creds=***"),
        ("--token -abc --passes 2", "--token *** --passes 2"),
        ("https://host/a#token=abc", "https://host/a#***"),
        ("-H Authorization:abc", "-H Authorization:***"),
        ("--max-tokens 9 --tokenizer=a --key-dim 2", "--max-tokens 9 --tokenizer=a --key-dim 2"),
        ("s3://user:word@host/a", "s3://***@host/a"),
        ("https://host/a?sig=abc", "https://host/a?***"),
        ("postgres://u:p@ss@host/x", "postgres://***@host/x"),
        ("https://user:pa/ss@host", "https://***@host"),
        ("redis://:pw@host:1/a", "redis://***@host:1/a"),
        (
            "http://host:8080/a@b git+https://github.com/a/b@main",
            "http://host:8080/a@b git+https://github.com/a/b@main",
        ),
        ("https://hooks.slack.com/services/T0/B0/x", "https://hooks.slack.com/services/***"),
        ("--tokens=abc --keys abc --token1=abc", "--tokens=*** --keys *** --token1=***"),
        ("--openai_key_prod abc --db_pass_prod abc", "--openai_key_prod *** --db_pass_prod ***"),
        ("--num-key-value-heads 8 --max_new_tokens=9", "--num-key-value-heads 8 --max_new_tokens=9"),
        ("--pad_token=x --forward-pass 1 eos_token_id=2", "--pad_token=x --forward-pass 1 eos_token_id=2"),
        ("--set a=b,password=x,y --lr 1", "--set a=b,password=*** --lr 1"),
        ("AccountName=a;AccountKey=xyz==", "AccountName=a;AccountKey=***"),
        ("-e A=1;TOKEN=abc", "-e A=1;TOKEN=***"),
        ("--header authorization:Bearer abc --lr 1", "--header authorization:*** *** --lr 1"),
        ("sk-learn hf_model sk-abcdefghijklmnop1234", "sk-learn hf_model ***"),
        ("x=ghp_abcdefghijklmnop1234 AKIAIOSFODNN7EXAMPLE", "x=*** ***"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.abc", "***"),
        ("--url=https://user@host/a", "--url=https://***@host/a"),
        ("--user me:abc --proxy-user=me:a=b:c", "--user me:*** --proxy-user=me:***"),
        ("--user me --lr 1 a:b", "--user me --lr 1 a:b"),
        (
            "--passcode 1 --pin=2 --sim_pin 3 --pin-memory 1",
            "--passcode *** --pin=*** --sim_pin *** --pin-memory 1",
        ),
        ("--id-token X --session-token-id X --lr 1", "--id-token *** --session-token-id *** --lr 1"),
        (
            "--refresh_token_value=X --client-id-token=X --query-token X",
            "--refresh_token_value=*** --client-id-token=*** --query-token ***",
        ),
        (
            "--tokenValue X --maxTokens 512 --apiKeyProd=X",
            "--tokenValue *** --maxTokens 512 --apiKeyProd=***",
        ),
        ("--otp 123 --hmac=abc --mnemonic abc", "--otp *** --hmac=*** --mnemonic ***"),
        ("--dim-key abcdef1234 --path-token=q8w7e6r5t4y3u2i1", "--dim-key *** --path-token=***"),
        (
            "--key-file ~/.ssh/id --token-path a/b.txt --mask-token <mask> --max-key -1.5e3",
            "--key-file ~/.ssh/id --token-path a/b.txt --mask-token <mask> --max-key -1.5e3",
        ),
        ("--set max_tokens=5,pad_token=[PAD],lr=1", "--set max_tokens=5,pad_token=[PAD],lr=1"),
        ("curl -u bob:pw --login bob:pw --login=bob:pw", "curl -u bob:*** --login bob:*** --login=bob:***"),
        ("python -u train.py --login bob", "python -u train.py --login bob"),
        ("--password --abc", "--password ***"),
        ("--ask-password --lr 1 --password --lr=1", "--ask-password --lr 1 --password --lr=1"),
        ("sk_live_abcdefghijklmnop1 rk_test_abcdefghijklmnop1", "*** ***"),
        ("npm_abcdefghijklmnopqrstuvwxyz0123456789 pypi-AgEIcHlwaS5vcmcCJD", "*** ***"),
        ("r8_abcdefghijklmnop1234 r8_small", "*** r8_small"),
        ("https://discord.com/api/webhooks/1/abc", "https://discord.com/api/webhooks/***"),
        ("--num_key_value_heads 8,8 --max_tokens 4k --x.max-tokens=1_000",) * 2,
        ("--max-tokens [1,2] --token-ids 1 --query-key-norm true",) * 2,
        (
            "--max-key 1_00000000 --token true1 --no-password-check --verbose",
            "--max-key *** --token *** --no-password-check --verbose",
        ),
        ("--no-password-check --verbose --lr 1",) * 2,
        ("postgres://u:12345/abc@h mysql+pymysql://u:1/p@h/d", "postgres://***@h mysql+pymysql://***@h/d"),
    ],
)
def test_secrets_of_a_command_line_are_hidden(given: str, kept: str) -> None:
    assert list(without_secrets(given.split())) == kept.split()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("--header=Authorization: Bearer abc", "--header=Authorization: ***"),
        ('{"api_key": "a, \\"b", "lr": 1}', '{"api_key": ***, "lr": 1}'),
        ("mysql://root:s3 cret@h/db", "mysql://***@h/db"),
        ("learning rate: 0.1", "learning rate: 0.1"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END", "***"),
        ("config={'max_tokens': [512, 3], 'lr': 1}",) * 2,
        ("config={'a': {'api_key': 512}, 'lr': 1}", "config={'a': {'api_key': ***}, 'lr': 1}"),
        ('{"keys": ["a b", "c"], "lr": 1, "token": 5}', '{"keys": ***, "lr": 1, "token": ***}'),
        ('{"secret": {"a": "b", "c": "d"}, "lr": 1}', '{"secret": ***'),
        ("{password: a,b}c, lr: 1}", "{password: ***"),
        ('{"max_tokens": 5, "pad_token": "<pad>"}', '{"max_tokens": 5, "pad_token": "<pad>"}'),
    ],
)
def test_secrets_inside_of_an_argument_are_hidden(given: str, kept: str) -> None:
    assert list(without_secrets([given])) == [kept]


@pytest.mark.parametrize(
    "part",
    [
        "QmFzZTY0",
        "x://a:",
        "://",
        "eyJhbGciOiJIUzI1-",
        "a ",
        "key",
        "a:",
        "'",
        "hooks.slack.com/services/ ",
        "key=''",
        "max_key=",
        "{max_key=1,",
        "max_key=1,1",
        "{key=[ ",
        "{key= } ",
        "max_key=a ",
        "redis://",
        "-----BEGIN ",
    ],
)
def test_long_arguments_take_no_longer_than_their_length(part: str) -> None:
    # Of what was tried from each of its places, one takes minutes.
    shown = "".join(without_secrets([part * (131_000 // len(part))]))
    assert shown


def test_what_cannot_be_told_is_left_out(tmp_path: Path) -> None:
    broken = tmp_path / "packages" / "broken-1.0.dist-info"
    broken.mkdir(parents=True)
    (broken / "METADATA").write_bytes(b"Metadata-Version: 2.1\nName: br\xff\n")
    program = tmp_path / "train.py"
    program.write_text(PROGRAM)
    _, text = train(
        tmp_path, program, PYTHONPATH=os.pathsep.join([str(broken.parent), os.environ.get("PYTHONPATH", "")])
    )
    assert "numpy==" in text


def test_a_part_that_fails_costs_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.distributions", lambda: 1 / 0)
    with (
        pytest.warns(LightboardWarning, match="capture: packages: expected .* found ZeroDivisionError"),
        SummaryWriter(tmp_path, capture=True),
    ):
        pass
    with lightboard.open(tmp_path) as index:
        assert index.runs[0].hparams["capture.host"] == os.uname().nodename


def test_a_writer_that_writes_nothing_captures_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightboard.log.capture.captured", lambda: pytest.fail("captured"))
    SummaryWriter(tmp_path / "run", write_to_disk=False, capture=True).close()
    SummaryWriter(tmp_path / "run", rank=1, ranks="zero", capture=True).close()
    assert list(tmp_path.iterdir()) == []


def test_text_that_is_no_utf_8_is_shown_by_its_bytes(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(PROGRAM)
    hparams, text = train(tmp_path, program, os.fsdecode(b"\xff`\n### Not a title"))
    assert hparams["capture.command"].endswith(r"'\udcff`" + "\n### Not a title'")
    assert re.findall("^### .*", text, re.MULTILINE) == [
        "### Run",
        "### Command line",
        "### Environment",
        "### Packages",
    ]
