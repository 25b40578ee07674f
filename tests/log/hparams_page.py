"""TensorBoard's HPARAMS page, by the code of its plugin."""

from pathlib import Path
from typing import Any, NamedTuple

from tensorboard import context
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups


class Row(NamedTuple):
    """A row of the page's table: settings, and the value and step of each metric."""

    hparams: dict[str, bool | float | str]
    metrics: dict[str, tuple[float, int]]
    status: int


def rows(directory: Path) -> dict[str, Row]:
    """The rows of the page by run, with all columns that it has."""
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(directory))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(directory))
    page = backend_context.Context(
        TBContext(data_provider=provider, logdir=str(directory), multiplexer=multiplexer)
    )
    asked = context.RequestContext()
    experiment = page.experiment_from_metadata(
        asked,
        "",
        True,
        page.hparams_metadata(asked, ""),
        page.hparams_from_data_provider(asked, "", limit=100),
    )
    request = api_pb2.ListSessionGroupsRequest(
        start_index=0, slice_size=100, allowed_statuses=api_pb2.Status.values()
    )
    for hparam in experiment.hparam_infos:
        request.col_params.add(hparam=hparam.name, include_in_result=True)
    for metric in experiment.metric_infos:
        request.col_params.add(metric=metric.name, include_in_result=True)
    groups = list_session_groups.Handler(asked, page, "", request).run().session_groups
    return {group.name: _row(group) for group in groups}


def _row(group: Any) -> Row:
    (session,) = group.sessions
    return Row(
        {name: getattr(value, value.WhichOneof("kind")) for name, value in group.hparams.items()},
        {it.name.tag: (it.value, it.training_step) for it in group.metric_values},
        session.status,
    )
