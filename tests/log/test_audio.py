"""Sounds: the same files as torch's, and stereo as tensorboardX takes it."""

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lightboard import LightboardWarning, SummaryWriter
from log.peers import peer_named
from log.records import event_files, events

RANDOM = np.random.default_rng(0)
SOUND = RANDOM.uniform(-1, 1, 1000)


def audios(directory: Path) -> list[Any]:
    (path,) = event_files(directory)
    found = []
    for event in events(path)[1:]:
        (value,) = event.summary.value
        assert not value.HasField("metadata")
        found.append(value)
    return found


def samples(value: Any) -> Any:
    """The samples, a row a frame; what the file says of itself must be what the value says."""
    audio = value.audio
    assert audio.content_type == "audio/wav"
    with wave.open(io.BytesIO(audio.encoded_audio_string)) as file:
        assert (file.getnchannels(), file.getnframes()) == (audio.num_channels, audio.length_frames)
        assert (file.getframerate(), file.getsampwidth()) == (audio.sample_rate, 2)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return pcm.reshape(-1, audio.num_channels)


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore::lightboard.LightboardWarning")
def test_events_equal_torchs(tmp_path: Path) -> None:
    edges = np.array([-1.0, 1.0, 0.0, -0.0, 1e-9, 0.99999, -0.5])

    def log(writer: Any) -> None:
        import torch

        for number, sound in enumerate(
            [
                SOUND,
                SOUND.astype(np.float32),
                edges,
                edges.astype(np.float32),
                SOUND.reshape(-1, 1),
                SOUND.reshape(1, -1),
                SOUND.reshape(1, 1, -1),
                SOUND[::-3],
                2 * SOUND,
                np.array([0, 1, -1]),
                np.array([5, -7, 1]),
                torch.tensor(SOUND, requires_grad=True),
                torch.tensor(SOUND).to(torch.float32)[None],
            ]
        ):
            writer.add_audio(f"sound {number}", sound, number, walltime=1763800000.25)
        writer.add_audio("slow", SOUND, 1, 8000, 5.0)

    both = peer_named("torch").both(tmp_path, log)
    assert both.ours == both.theirs


@pytest.mark.torch
@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("channels", [1, 2])
def test_samples_equal_tensorboardxs(tmp_path: Path, kind: type[Any], channels: int) -> None:
    pytest.importorskip("soundfile", reason="run by make test-torch")
    sound = RANDOM.uniform(-0.999, 0.999, (1000, channels)).astype(kind)

    def log(writer: Any) -> None:
        writer.add_audio("sound", sound, 3, 8000, 1763800000.25)

    both = peer_named("tensorboardX").both(tmp_path, log)
    (ours,), (theirs,) = ([it.summary.value[0] for it in side] for side in (both.ours, both.theirs))
    # soundfile scales by 32,768 and rounds down; torch, and so we, by 32,767 and towards 0.
    assert np.abs(samples(ours).astype(int) - samples(theirs)).max() <= 2
    for value in (ours, theirs):
        value.audio.encoded_audio_string = b""
    assert both.ours == both.theirs


def test_shapes(tmp_path: Path) -> None:
    stereo = np.stack([SOUND, -SOUND], axis=1)
    with SummaryWriter(tmp_path) as writer:
        for sound in (SOUND, SOUND[:, None], SOUND[None], SOUND.tolist(), SOUND[None, :, None]):
            writer.add_audio("mono", sound, 0)
        for sound in (stereo, stereo.T, stereo.tolist(), np.asfortranarray(stereo), stereo[None]):
            writer.add_audio("stereo", sound, 0, 22_050)
    expected = (SOUND * 32767).astype(np.int16)[:, None]
    for value in audios(tmp_path):
        both = expected if value.tag == "mono" else np.concatenate([expected, -expected], axis=1)
        np.testing.assert_array_equal(samples(value), both, err_msg=value.tag)
        assert value.audio.sample_rate == (44_100 if value.tag == "mono" else 22_050)


def test_integers_of_16_bits_are_samples_as_they_are(tmp_path: Path) -> None:
    pcm = np.array([[0, 1], [-32768, 32767], [-5, 300]], dtype=np.int16)
    with SummaryWriter(tmp_path) as writer:
        writer.add_audio("pcm", pcm, 0)
        writer.add_audio("pcm/big-endian", pcm.astype(">i2"), 0)
    for value in audios(tmp_path):
        np.testing.assert_array_equal(samples(value), pcm)


def test_what_lies_beyond_is_clipped_with_a_warning(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.warns(
            LightboardWarning, match="snd_tensor: expected samples from -1 to 1, found up to 2;"
        ):
            writer.add_audio("loud", [0.5, 2.0, -1.5], 0)
        writer.add_audio("nan", [np.nan, 0.5], 0)
        with pytest.warns(LightboardWarning, match="found up to inf"):
            writer.add_audio("inf", [np.nan, np.inf, -np.inf], 0)
    assert [samples(value)[:, 0].tolist() for value in audios(tmp_path)] == [
        [16383, 32767, -32767],
        [0, 16383],
        [0, 32767, -32767],
    ]


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((np.zeros((10, 3)),), ValueError, r"snd_tensor: expected samples of shape .* found \(10, 3\)"),
        ((np.zeros((2, 2, 2)),), ValueError, r"snd_tensor: expected samples of shape"),
        ((np.zeros(0),), ValueError, r"snd_tensor: expected samples of shape .* found \(0,\)"),
        ((np.zeros(5, complex),), TypeError, "snd_tensor: expected an array of real numbers"),
        (("beep",), TypeError, "snd_tensor: expected an array"),
        ((np.zeros(5), 0, 0), ValueError, "sample_rate: expected Hertz from 1"),
        ((np.zeros(5), 0, 2**32), ValueError, "sample_rate: expected Hertz from 1"),
        ((np.zeros(5), 0, "high"), ValueError, "sample_rate: expected a number"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_refused_costs_only_its_own_call(
    tmp_path: Path, arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(kind, match=message):
            writer.add_audio("sound", *arguments)
        writer.add_audio("sound", np.zeros(4), 7)
    assert len(audios(tmp_path)) == 1


def test_flac_on_request(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_audio("sound", np.stack([SOUND, -SOUND], axis=1), 0, 16_000, format="flac")
        with pytest.raises(
            ValueError, match="at most 96,000 Hz in a FLAC, found 1000 samples a channel and 700000 Hz"
        ):
            writer.add_audio("fast", SOUND, 0, 700_000, format="flac")
        with pytest.raises(ValueError, match="at least 16 samples a channel"):
            writer.add_audio("short", SOUND[:15], format="flac")
        with pytest.raises(ValueError, match=r"format: expected wav or flac, found .mp3."):
            writer.add_audio("mp3", SOUND, format="mp3")  # type: ignore[arg-type]
    (value,) = audios(tmp_path)
    audio = value.audio
    assert (audio.content_type, audio.sample_rate, audio.num_channels, audio.length_frames) == (
        "audio/flac",
        16_000,
        2,
        1000,
    )
    assert audio.encoded_audio_string.startswith(b"fLaC")
