"""Images: the same pixels as the peers', whatever type and layout they come in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lightboard import LightboardWarning, SummaryWriter
from log.peers import PEERS, peer_named
from log.pictures import assert_equal, images, images_of
from log.program import run, succeed
from log.records import event_files, events

RANDOM = np.random.default_rng(0)
WALL = 1763800000.25


def levels(shape: tuple[int, ...]) -> Any:
    return RANDOM.integers(0, 256, shape, dtype=np.uint8)


def floats(shape: tuple[int, ...], dtype: Any) -> Any:
    # Half a level above each, so that it does not matter in which type they are multiplied.
    return ((RANDOM.integers(0, 255, shape) + 0.5) / 255).astype(dtype)


def grid() -> Iterator[tuple[str, Any, str]]:
    """Tags, images and what their axes are, of which both peers say the same as we."""
    sizes = {"C": 3, "H": 5, "W": 7, "N": 11}
    for letters in ("CHW", "HWC", "WHC", "cwh", "HW", "WH", "NCHW", "NHWC", "WCHN"):
        shape = tuple(sizes[letter.upper()] for letter in letters)
        yield f"{letters}/uint8", levels(shape), letters
        yield f"{letters}/bool", levels(shape) > 127, letters
        for dtype in (np.float64, np.float32, np.float16):
            yield f"{letters}/{np.dtype(dtype)}", floats(shape, dtype), letters
    for channels in (1, 2, 4):
        yield f"{channels} channels", levels((channels, 6, 4)), "CHW"
    yield "batch of grey", levels((3, 1, 6, 4)), "NCHW"
    base = levels((6, 40, 40))
    yield "backwards", base[::-2, ::-1, ::3], "CHW"
    yield "one column", base[:3, :, :1], "CHW"
    yield "Fortran", np.asfortranarray(floats((3, 9, 8), np.float32)), "CHW"
    yield "repeated", np.broadcast_to(floats((1, 8, 1), np.float32), (3, 8, 6)), "CHW"
    yield "read-only", np.frombuffer(bytes(range(75)), dtype=np.uint8).reshape(5, 5, 3), "HWC"
    yield "one pixel", np.array([[[7]]], dtype=np.uint8), "CHW"
    yield "big-endian", floats((3, 4, 4), ">f4"), "CHW"


@pytest.mark.parametrize("peer", PEERS)
def test_pixels_equal_the_peers(tmp_path: Path, peer: str) -> None:
    def log(writer: Any) -> None:
        for number, (tag, image, letters) in enumerate(cases):
            call = writer.add_images if len(letters) == 4 else writer.add_image
            call(tag.replace(" ", "_"), image, number, WALL, dataformats=letters)

    cases = list(grid())
    both = peer_named(peer).both(tmp_path, log)
    assert_equal(images_of(both.ours), images_of(both.theirs))


@pytest.mark.torch
def test_values_beyond_are_clipped_as_torch_clips_them(tmp_path: Path) -> None:
    edges = [-1.0, -0.0, 0.0, 1e-9, 0.5, 1 / 255, 0.999, 1.0, 1.0 + 1e-6, 2.0, 1e30, np.inf, -np.inf]
    values = np.array(edges + list(RANDOM.normal(0.5, 1, 3 * 64 * 64 - len(edges)))).reshape(3, 64, 64)

    def log(writer: Any) -> None:
        import torch

        for dtype in (np.float32, np.float64):
            writer.add_image(str(np.dtype(dtype)), values.astype(dtype), 0, WALL)
        tensor = torch.tensor(values, requires_grad=True)
        writer.add_image("tensor", tensor, 0, WALL)
        writer.add_image("permuted", tensor.permute(1, 2, 0), 0, WALL, dataformats="HWC")
        writer.add_image("bfloat16", torch.tensor(values[:, :8, 8:] * 0.5).to(torch.bfloat16), 0, WALL)

    both = peer_named("torch").both(tmp_path, log)
    assert_equal(images_of(both.ours), images_of(both.theirs))


def test_what_the_peers_leave_undefined(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("nan", np.array([[np.nan, 1.0]]), 0, dataformats="HW")
        for dtype in (np.int8, np.int16, np.int64, np.uint64):
            values = np.array([[-5, 0, 100, 127, 200, 300]])
            values = values.clip(
                np.iinfo(dtype).min if dtype != np.uint64 else 0, min(np.iinfo(dtype).max, 300)
            )
            writer.add_image(str(np.dtype(dtype)), values.astype(dtype), 0, dataformats="HW")
    found = {image.tag: image.pixels[0, :, 0].tolist() for image in images(tmp_path)}
    assert found == {
        "nan": [0, 255],
        "int8": [0, 0, 100, 127, 127, 127],
        "int16": [0, 0, 100, 127, 200, 255],
        "int64": [0, 0, 100, 127, 200, 255],
        "uint64": [0, 0, 100, 127, 200, 255],
    }


def test_lists_and_pillow(tmp_path: Path) -> None:
    rgb = levels((4, 5, 3))
    palette = Image.fromarray(rgb).quantize(16)
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("nested list", rgb.tolist(), 0, dataformats="HWC")
        writer.add_image("Pillow", Image.fromarray(rgb), 0)
        writer.add_image("Pillow/palette", palette, 0)
        writer.add_image("Pillow/grey", Image.fromarray(rgb[:, :, 0]), 0)
        writer.add_images("list/CHW", [rgb.transpose(2, 0, 1)] * 2, 0, dataformats="CHW")
        writer.add_images("list/HWC", (rgb, rgb), 0, dataformats="HWC")
        writer.add_images("list/HW", [rgb[:, :, 0]] * 2, 0, dataformats="HW")
        writer.add_images("list/NCHW", [rgb.transpose(2, 0, 1)] * 2, 0)
        writer.add_images("list/Pillow", [Image.fromarray(rgb)] * 2, 0)
    found = {image.tag: image.pixels for image in images(tmp_path)}
    grey = np.repeat(rgb[:, :, :1], 3, axis=2)
    twice = np.concatenate([rgb, rgb], axis=1)
    expected = {
        "nested list": rgb,
        "Pillow": rgb,
        "Pillow/palette": np.asarray(palette.convert("RGB")),
        "Pillow/grey": grey,
        "list/HW": np.concatenate([grey, grey], axis=1),
    } | {f"list/{letters}": twice for letters in ("CHW", "HWC", "NCHW", "Pillow")}
    assert found.keys() == expected.keys()
    for tag, pixels in expected.items():
        np.testing.assert_array_equal(found[tag], pixels, err_msg=tag)


def test_a_format_that_is_no_text(tmp_path: Path) -> None:
    with (
        SummaryWriter(tmp_path) as writer,
        pytest.raises(TypeError, match=r"format: expected a str, found int \(3\)"),
    ):
        writer.add_image("image", np.zeros((3, 4, 4)), format=3)  # type: ignore[arg-type]


def test_pillow_of_more_than_8_bits(tmp_path: Path) -> None:
    wide = (np.arange(64, dtype=np.uint16) * 1040).reshape(8, 8)
    floats = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    labels = np.arange(64, dtype=np.int32).reshape(8, 8)
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("16 bits", Image.fromarray(wide), 0)
        writer.add_image(
            "16 bits, big-endian", Image.frombytes("I;16B", (8, 8), wide.astype(">u2").tobytes()), 0
        )
        writer.add_image("floats", Image.fromarray(floats), 0)
        writer.add_image("floats as an array", floats, 0, dataformats="HW")
        writer.add_image("labels", Image.fromarray(labels), 0)
        with pytest.raises(ValueError, match=r"mode I with pixels from 0 to 255, found 0 to 63000"):
            writer.add_image("refused", Image.fromarray(labels * 1000), 0)
    found = {image.tag: image.pixels[:, :, 0] for image in images(tmp_path)}
    assert set(found) == {"16 bits", "16 bits, big-endian", "floats", "floats as an array", "labels"}
    np.testing.assert_array_equal(found["16 bits"], np.round(wide / 257))
    np.testing.assert_array_equal(found["16 bits, big-endian"], found["16 bits"])
    np.testing.assert_array_equal(found["floats"], found["floats as an array"])
    np.testing.assert_array_equal(found["labels"], labels)


def test_the_caller_may_change_its_array_at_once(tmp_path: Path) -> None:
    array = np.zeros((3, 64, 64), dtype=np.uint8)
    with SummaryWriter(tmp_path) as writer:
        for level in range(100):
            array[:] = level
            writer.add_image("frame", array, level)
    assert [image.pixels[0, 0, 0] for image in images(tmp_path)] == list(range(100))
    assert [image.step for image in images(tmp_path)] == list(range(100))


BOXES = np.array(
    [[2, 3, 20, 15], [0, 0, 39, 29], [5.9, 6.2, 30.5, 11.7], [-4, -4, 6, 50], [12, 5, 12, 9], [30, 20, 10, 8]]
)


@pytest.mark.parametrize("peer", PEERS)
def test_boxes_equal_the_peers(tmp_path: Path, peer: str) -> None:
    picture = floats((3, 30, 40), np.float32)

    def log(writer: Any) -> None:
        writer.add_image_with_boxes("chw", picture, BOXES, 1, WALL)
        writer.add_image_with_boxes("hwc", picture.transpose(1, 2, 0), BOXES[:1], 2, WALL, dataformats="HWC")
        for channels in (1, 2, 4):
            writer.add_image_with_boxes(f"{channels}", levels_of[channels], BOXES, 3, WALL)
        writer.add_image_with_boxes("none", picture, BOXES[:0], 4, WALL)

    levels_of = {channels: levels((channels, 30, 40)) for channels in (1, 2, 4)}
    both = peer_named(peer).both(tmp_path, log)
    assert_equal(images_of(both.ours), images_of(both.theirs))


@pytest.mark.parametrize("factor", [0.5, 0.3, 2, 2.7])
@pytest.mark.parametrize("channels", [2, 3, 4])
def test_rescaled_pictures_equal_the_peers(tmp_path: Path, channels: int, factor: float) -> None:
    picture = levels((channels, 30, 40))

    def log(writer: Any) -> None:
        writer.add_image_with_boxes("picture", picture, BOXES[:1], 1, WALL, rescale=factor)

    both = peer_named("tensorboardX").both(tmp_path, log)
    ((ours,), (theirs,)) = images_of(both.ours), images_of(both.theirs)
    np.testing.assert_array_equal(ours.pixels, theirs.pixels)
    assert ours.pixels.shape == (int(30 * factor), int(40 * factor), channels)
    # The peers record the size before.
    assert (ours.height, ours.width) == ours.pixels.shape[:2]


def test_labels(tmp_path: Path) -> None:
    picture = np.zeros((3, 60, 120), dtype=np.uint8)
    boxes = np.array([[5, 5, 110, 50]])
    with SummaryWriter(tmp_path) as writer:
        writer.add_image_with_boxes("none", picture, boxes, 0)
        for label in ("cat 0.97", "größe", "猫", ""):
            writer.add_image_with_boxes("list", picture, boxes, 0, labels=[label])
        writer.add_image_with_boxes("str", picture, boxes, 0, labels="cat 0.97")
        # tensorboardX has dataformats before labels, and no place for rescale.
        writer.add_image_with_boxes("tensorboardX", picture, boxes, 0, None, "CHW", ["cat 0.97"])  # type: ignore[arg-type]
        with pytest.warns(LightboardWarning, match="labels: expected one for each of 1 boxes, found 2"):
            writer.add_image_with_boxes("too many", picture, boxes, 0, labels=["a", "b"])
    none, latin, more_latin, other, empty, string, positional, too_many = (
        each.pixels for each in images(tmp_path)
    )
    for plain in (empty, too_many):
        np.testing.assert_array_equal(plain, none)
    for labelled in (string, positional):
        np.testing.assert_array_equal(labelled, latin)
    for labelled in (latin, more_latin, other):
        # Text on red in the box's lower left corner, and nothing else.
        assert (labelled[32:50, 8:60, 0] == 255).any()
        changed = np.argwhere((labelled != none).any(axis=2))
        assert len(changed) > 0
        assert changed.min(axis=0).tolist() >= [32, 5]
        assert changed[:, 0].max() <= 50


PICTURE = np.zeros((3, 4, 4))
REFUSED: list[tuple[str, tuple[Any, ...], type[Exception], str]] = [
    ("add_image", ("x", np.zeros((4, 4))), ValueError, r"img_tensor: expected 3 dimensions, as dataformats='CHW' says"),
    ("add_image", ("x", np.zeros((5, 4, 4))), ValueError, r"img_tensor: expected 1 to 4 channels, found 5"),
    ("add_image", ("x", np.zeros((3, 0, 4))), ValueError, r"img_tensor: expected pixels, found shape \(3, 0, 4\)"),
    ("add_image", ("x", np.zeros((3, 4, 4), complex)), TypeError, "img_tensor: expected an array of real numbers"),
    ("add_image", ("x", np.array([[["a"]]])), TypeError, "img_tensor: expected an array of real numbers"),
    ("add_image", ("x", None), TypeError, "img_tensor: expected an array"),
    ("add_image", ("x", PICTURE, 0, None, "CHX"), ValueError, "dataformats: expected CHW or HW or NCHW"),
    ("add_image", ("x", PICTURE, 0, None, "CCW"), ValueError, "dataformats: expected"),
    ("add_image", ("x", PICTURE, 0, None, None), ValueError, "dataformats: expected .* found None"),
    ("add_image", (7, PICTURE), TypeError, "tag: expected a str"),
    ("add_image", ("x", PICTURE, "y"), ValueError, "global_step: expected a whole number"),
    ("add_images", ("x", [PICTURE, np.zeros((3, 5, 4))]), ValueError, "img_tensor: expected items of equal"),
    ("add_images", ("x", PICTURE), ValueError, "img_tensor: expected 4 dimensions"),
    ("add_image_with_boxes", ("x", PICTURE, [[1, 2, 3]]), ValueError, r"box_tensor: expected shape \(N, 4\)"),
    ("add_image_with_boxes", ("x", PICTURE, [[1, 2, 3, np.nan]]), ValueError, "box_tensor: expected pixels"),
    ("add_image_with_boxes", ("x", PICTURE, [], 0, None, 0.1), ValueError, "rescale: expected a factor"),
    ("add_image_with_boxes", ("x", PICTURE, [], 0, None, 1e9), ValueError, "rescale: expected a factor"),
    (
        "add_image_with_boxes",
        ("x", np.zeros((3, 1024, 1024)), [], 0, None, 20),
        ValueError,
        "rescale: .* at most 268,435,456 pixels, found 20, which makes 20480 x 20480 pixels of 1024 x 1024",
    ),
    ("add_image_with_boxes", ("x", PICTURE, [[0, 0, 1, 1]], 0, None, 1, "CHW", [3]), TypeError, "labels"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "arguments", "kind", "message"), REFUSED)
def test_what_is_refused_costs_only_its_own_call(
    tmp_path: Path, method: str, arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(kind, match=message):
            getattr(writer, method)(*arguments)
        writer.add_image("x", np.zeros((3, 4, 4)))
    assert [(image.tag, image.step) for image in images(tmp_path)] == [("x", 0)]


@pytest.mark.parametrize(
    "ending",
    [
        "writer.close()",
        "writer.flush(); os._exit(0)",
        "sys.exit()",
        "1 / 0",
        "os.kill(os.getpid(), signal.SIGTERM); signal.pause()",
    ],
)
def test_no_ending_loses_images(tmp_path: Path, ending: str) -> None:
    text = f"""
import numpy as np
writer = SummaryWriter("run")
noise = np.random.default_rng(0).integers(0, 256, (3, 200, 200), dtype=np.uint8)
for step in range(30):
    writer.add_image("noise", noise, step)
{ending}
"""
    run(text, tmp_path)
    assert [image.step for image in images(tmp_path / "run")] == list(range(30))


def test_a_forked_child_logs_images(tmp_path: Path) -> None:
    text = """
import numpy as np
writer = SummaryWriter("run")
noise = np.random.default_rng(0).integers(0, 256, (3, 200, 200), dtype=np.uint8)
for step in range(20):
    writer.add_image("noise", noise, step)
child = os.fork()
if child == 0:
    for step in range(100, 110):
        writer.add_image("noise", noise, step)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    succeed(text, tmp_path)
    steps = [[each.step for each in images_of(events(path)[1:])] for path in event_files(tmp_path / "run")]
    assert sorted(steps) == [list(range(20)), list(range(100, 110))]


def test_jpeg_on_request(tmp_path: Path) -> None:
    y, x = np.mgrid[0:64, 0:96]
    photo = np.stack([x * 2, y * 4, 255 - x * 2]).astype(np.uint8)
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("photo", photo, 0, format="jpeg")
        writer.add_images("photos", [photo, photo], 0, format="jpeg")
        writer.add_image_with_boxes("boxes", photo, BOXES[:1], 0, rescale=0.5, format="jpeg")
        with pytest.raises(ValueError, match=r"no alpha in a JPEG, found 96 × 64 pixels with alpha"):
            writer.add_image("alpha", np.zeros((4, 64, 96)), format="jpeg")
        with pytest.raises(ValueError, match=r"format: expected png or jpeg, found .bmp."):
            writer.add_image("bmp", photo, format="bmp")  # type: ignore[arg-type]
    found = {image.tag: image for image in images(tmp_path)}
    assert found.keys() == {"photo", "photos", "boxes"}
    assert np.abs(found["photo"].pixels.astype(int) - photo.transpose(1, 2, 0)).mean() < 2
    assert found["photos"].pixels.shape == (64, 192, 3)
    assert found["boxes"].pixels.shape == (32, 48, 3)
    (path,) = event_files(tmp_path)
    for event in events(path)[1:]:
        assert event.summary.value[0].image.encoded_image_string.startswith(b"\xff\xd8\xff")
