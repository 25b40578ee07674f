"""Arrays of JAX wherever the writer takes arrays, in a plain training loop, and Keras on its JAX backend."""

import importlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lightboard import SummaryWriter
from lightboard.log.arrays import plain_array, typed_array
from log.frameworks import accumulated, hparams, scalars, text
from log.records import event_files, events

# Others' warnings are their own.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore", "error::lightboard.LightboardWarning"),
]

pytest.importorskip("torch", reason="run by make test-torch")


@pytest.fixture(scope="module")
def jax() -> Any:
    return importlib.import_module("jax")


NUMPYS = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
NUMPYS += ["float16", "float32", "float64"]
FOREIGN = ["bfloat16", "int4", "uint4", "float8_e4m3fn", "float8_e5m2"]
FOREIGN += ["float8_e4m3b11fnuz", "float8_e4m3fnuz", "float8_e5m2fnuz"]


@pytest.mark.parametrize("name", NUMPYS + FOREIGN)
def test_every_type(jax: Any, name: str) -> None:
    ramp = np.arange(6).reshape(2, 3) % (2 if name == "bool" else 7)
    with jax.enable_x64(True):
        array = jax.numpy.asarray(ramp).astype(name)
        found, (stored, stored_type) = plain_array(array, "values"), typed_array(array, "values")
        assert np.array_equal(found, ramp)
        assert found.dtype.name == ("float32" if name in FOREIGN else name)
        assert stored_type == ("float32" if "int4" in name else name)
        assert stored.shape == (2, 3)
        assert np.array_equal(plain_array([array, array], "values"), [ramp, ramp])
        assert plain_array(array[1, 2], "values").shape == ()


COUNTS = [3.0, 2.0, 1.0]

# A call of each method that takes arrays; `of` makes arrays of the library under test.
METHODS: dict[str, Callable[[SummaryWriter, Callable[[Any], Any]], object]] = {
    "add_scalar": lambda w, of: w.add_scalar("a", of(0.5), of(3), walltime=1.0),
    "add_scalars": lambda w, of: w.add_scalars("a", {"b": of(0.5)}, of(3), walltime=1.0),
    "log": lambda w, of: w.log({"a": of(0.5), "b": of([1.5])}, of(3), walltime=1.0),
    "add_histogram": lambda w, of: w.add_histogram(
        "a", of(np.linspace(-1, 1, 64).reshape(8, 8)), 3, walltime=1.0
    ),
    "add_histogram_raw": lambda w, of: w.add_histogram_raw(
        "a", 0, 2, 3, 3.0, 5.0, of([1.0, 2.0]), of([1.0, 2.0]), 3, walltime=1.0
    ),
    "add_tensor": lambda w, of: w.add_tensor("a", of([[1.0, 2.0], [3.0, 4.0]]), 3, walltime=1.0),
    "add_pr_curve": lambda w, of: w.add_pr_curve(
        "a", of([0, 1, 1]), of([0.25, 0.5, 0.75]), 3, weights=of([1.0, 2.0, 1.0]), walltime=1.0
    ),
    "add_pr_curve_raw": lambda w, of: w.add_pr_curve_raw(
        "a", of(COUNTS), of(COUNTS), of(COUNTS), of(COUNTS), of(COUNTS), of(COUNTS), 3, 3, walltime=1.0
    ),
    "add_mesh": lambda w, of: w.add_mesh(
        "a",
        of(np.zeros((1, 3, 3))),
        of(np.full((1, 3, 3), 7)),
        of([[[0, 1, 2]]]),
        global_step=3,
        walltime=1.0,
    ),
    "add_image": lambda w, of: w.add_image("a", of(np.full((3, 2, 2), 0.5)), 3, walltime=1.0),
    "add_images": lambda w, of: w.add_images("a", of(np.full((2, 3, 2, 2), 0.5)), 3, walltime=1.0),
    "add_image_with_boxes": lambda w, of: w.add_image_with_boxes(
        "a", of(np.zeros((3, 9, 9))), of([[1, 1, 5, 5]]), 3, walltime=1.0
    ),
    "add_video": lambda w, of: w.add_video("a", of(np.full((1, 2, 3, 8, 8), 0.5)), 3, walltime=1.0),
    "add_audio": lambda w, of: w.add_audio("a", of(np.linspace(-1, 1, 9)), 3, walltime=1.0),
    "add_hparams": lambda w, of: w.add_hparams(
        {"a": of(0.5), "b": of([1.5, 2.5])}, {"c": of(2.5)}, global_step=3
    ),
    "config": lambda w, of: w.config({"a": of(0.5)}),
}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method(jax: Any, tmp_path: Path, method: str, dtype: str) -> None:
    """What is written is what is written of NumPy's arrays of the same numbers."""

    def of_jax(values: Any) -> Any:
        array = np.asarray(values)
        return jax.numpy.asarray(array, dtype if array.dtype.kind == "f" else None)

    def of_numpy(values: Any) -> Any:
        array = np.asarray(of_jax(values))
        whole = array.dtype.kind in "biu" or (method == "add_tensor" and dtype == "bfloat16")
        return array if whole else array.astype(np.float32)

    found = []
    for name, of in (("jax", of_jax), ("numpy", of_numpy)):
        with SummaryWriter(tmp_path / name) as writer:
            METHODS[method](writer, of)
        paths = sorted((tmp_path / name).rglob("*tfevents*"), key=lambda path: path.parent.name)
        found.append([event for path in paths for event in events(path)[1:]])
    for event in (*found[0], *found[1]):
        event.wall_time = 0
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "hparams":
                value.metadata.plugin_data.content = _without_times(value.metadata.plugin_data.content)
    assert len(found[0]) > 0
    assert found[0] == found[1]


def _without_times(content: bytes) -> bytes:
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    data = HParamsPluginData.FromString(content)
    for field in (
        "experiment.time_created_secs",
        "session_start_info.start_time_secs",
        "session_end_info.end_time_secs",
    ):
        part, _, name = field.partition(".")
        if data.HasField(part):
            setattr(getattr(data, part), name, 0)
    encoded: bytes = data.SerializeToString(deterministic=True)
    return encoded


def test_embedding(jax: Any, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        points = jax.numpy.arange(6, dtype="bfloat16").reshape(2, 3)
        writer.add_embedding(points, ["a", "b"], jax.numpy.ones((2, 3, 4, 4)), 3)
    (table,) = tmp_path.rglob("tensors.tsv")
    assert [[float(it) for it in line.split("\t")] for line in table.read_text().splitlines()] == [
        [0, 1, 2],
        [3, 4, 5],
    ]
    assert list(tmp_path.rglob("sprite.png"))


def test_a_training_loop(jax: Any, tmp_path: Path) -> None:
    @jax.jit  # type: ignore[untyped-decorator]
    def step(weights: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
        loss, gradient = jax.value_and_grad(lambda w: ((x @ w - y) ** 2).mean())(weights)
        return weights - 0.1 * gradient, loss, gradient

    x = jax.random.normal(jax.random.key(0), (16, 4))
    weights, y = jax.numpy.zeros(4), x @ jax.numpy.arange(4.0)
    with SummaryWriter(tmp_path) as writer:
        writer.config({"lr": jax.numpy.float32(0.5), "shape": weights.shape})
        for number in range(8):
            weights, loss, gradient = step(weights, x, y)
            writer.log({"loss": loss, "gradient": jax.numpy.linalg.norm(gradient)}, number)
            writer.add_histogram("weights", weights.astype("bfloat16"), number)
        writer.add_image("outer", jax.nn.sigmoid(jax.numpy.outer(weights, weights)), 0, dataformats="HW")
    found = scalars(tmp_path)
    assert list(found["loss"]) == list(range(8))
    assert 0 < found["loss"][7] < found["loss"][0]
    assert hparams(tmp_path) == {"lr": 0.5, "shape": "(4,)"}
    assert [event.histogram_value.num for event in accumulated(tmp_path).Histograms("weights")] == [4] * 8


def test_what_has_no_value_yet(jax: Any, tmp_path: Path) -> None:
    """Under jit there are no numbers to log: the refusal says what is wrong."""
    writer = SummaryWriter(tmp_path)
    with pytest.raises((TypeError, jax.errors.JAXTypeError), match=r"traced|Tracer|concrete"):
        jax.jit(lambda value: writer.add_scalar("a", value, 0))(1.0)
    with pytest.raises((TypeError, jax.errors.JAXTypeError), match=r"traced|Tracer|concrete"):
        jax.jit(lambda value: writer.add_histogram("a", value, 0))(1.0)
    jax.jit(lambda value: jax.debug.callback(writer.add_scalar, "a", value, 0))(1.0)
    jax.effects_barrier()
    writer.close()
    assert scalars(tmp_path) == {"a": {0: 1.0}}
    assert len(event_files(tmp_path)) == 1


@pytest.fixture(scope="module")
def keras(jax: Any) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "KERAS_BACKEND", "jax")
        yield importlib.import_module("keras")


def fit(keras: Any, callback: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Embedding(5, 2, name="words"),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    x, y = np.arange(24).reshape(8, 3) % 5, np.ones((8, 1))
    model.fit(x, y, batch_size=2, epochs=2, validation_data=(x, y), callbacks=[callback], verbose=0)
    model.evaluate(x, y, callbacks=[callback], verbose=0)
    return model


def test_keras(keras: Any, tmp_path: Path) -> None:
    from lightboard.integrations.keras import LightboardCallback

    callback = LightboardCallback(
        tmp_path,
        histogram_freq=1,
        write_images=True,
        write_steps_per_second=True,
        update_freq=2,
        embeddings_freq=1,
        capture=True,
    )
    model = fit(keras, callback)
    callback.on_train_end()
    train, validation = scalars(tmp_path / "train"), accumulated(tmp_path / "validation")
    assert {tag: list(series) for tag, series in train.items()} == {
        "epoch_loss": [0, 1],
        "epoch_mae": [0, 1],
        "epoch_learning_rate": [0, 1],
        "epoch_steps_per_second": [0, 1],
        "batch_loss": [2, 4, 6, 8],
        "batch_mae": [2, 4, 6, 8],
        "batch_steps_per_second": [2, 4, 6, 8],
    }
    assert train["epoch_loss"][1] < train["epoch_loss"][0]
    assert train["epoch_learning_rate"][0] == pytest.approx(0.1)
    assert [event.step for event in validation.Scalars("epoch_loss")] == [0, 1]
    assert [event.step for event in validation.Scalars("evaluation_loss_vs_iterations")] == [4, 8, 8]
    settings = hparams(tmp_path / "train")
    assert (settings["optimizer.name"], settings["epochs"], settings["backend"]) == ("sgd", 2.0, "jax")
    assert "capture.python" in settings
    assert settings["optimizer.learning_rate"] == pytest.approx(0.1)
    assert "dense" in text(tmp_path / "train", "keras")
    found = accumulated(tmp_path / "train")
    paths = {weight.path for weight in model.weights}
    assert set(found.Tags()["histograms"]) == {f"{path}/histogram" for path in paths}
    assert set(found.Tags()["images"]) == {f"{path}/image" for path in paths}
    kernel = found.Images(f"{model.layers[-1].kernel.path}/image")[-1].encoded_image_string
    assert Image.open(io.BytesIO(kernel)).convert("L").getextrema() == (0, 255)
    assert (tmp_path / "train" / "00001" / "words" / "tensors.tsv").exists()


def test_keras_with_defaults(keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lightboard.integrations.keras import LightboardCallback

    monkeypatch.chdir(tmp_path)
    fit(keras, LightboardCallback())
    assert set(scalars(tmp_path / "logs/train")) == {"epoch_loss", "epoch_mae", "epoch_learning_rate"}
    assert accumulated(tmp_path / "logs/train").Tags()["histograms"] == []
    monkeypatch.setenv("RANK", "1")
    fit(keras, LightboardCallback("other"))
    assert not (tmp_path / "other").exists()
