"""What TensorBoard's EventAccumulator finds in the runs that a framework logged."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata


@contextmanager
def our_writer_as_torchs() -> Iterator[None]:
    """Have what imports torch's writer in the block get ours; other tests of the process need torch's own."""
    from lightboard.compat import torch as compat  # Which patches, the first time.

    compat.patch()
    try:
        yield
    finally:
        compat.undo()


def accumulated(run: Path) -> Any:
    """The accumulator of a run, with all of its records."""
    everything = dict.fromkeys(("scalars", "histograms", "images", "tensors"), 0)
    return EventAccumulator(str(run), size_guidance=everything).Reload()


def scalars(run: Path) -> dict[str, dict[int, float]]:
    """Tag to step to value, in the order of logging; of a step that a framework logs twice, the last."""
    found = accumulated(run)
    return {
        tag: {
            event.step: event.value for event in sorted(found.Scalars(tag), key=lambda event: event.wall_time)
        }
        for tag in found.Tags()["scalars"]
    }


def text(run: Path, tag: str) -> str:
    """The one text under the tag."""
    (event,) = accumulated(run).Tensors(f"{tag}/text_summary")
    found: bytes = event.tensor_proto.string_val[0]
    return found.decode()


def hparams(run: Path) -> dict[str, Any]:
    """The settings with which the session of the run began, as its HPARAMS page has them."""
    content = accumulated(run).summary_metadata[metadata.SESSION_START_INFO_TAG].plugin_data.content
    settings = metadata.parse_session_start_info_plugin_data(content).hparams
    return {name: getattr(value, value.WhichOneof("kind")) for name, value in settings.items()}


def status(run: Path) -> int:
    """How the session ended: 1 is success, 2 failure (TensorBoard's Status)."""
    content = accumulated(run).summary_metadata[metadata.SESSION_END_INFO_TAG].plugin_data.content
    found: int = metadata.parse_session_end_info_plugin_data(content).status
    return found
