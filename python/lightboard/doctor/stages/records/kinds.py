"""What kind of data a tag holds, as who reads it takes it."""

from __future__ import annotations

from collections.abc import Iterator

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.stages.records.about import finding, place, series
from lightboard.doctor.words import amount

KNOWN = {
    "scalars", "histograms", "images", "audio", "text", "tensor", "pr_curves", "mesh", "hparams", "custom_scalars",
    "projector", "profile", "graphs", "graph_tagged_run_metadata", "graph_run_metadata", "graph_run_metadata_graph",
    "graph_keras_model",
}  # fmt: skip
"""Plugins that TensorBoard 2.21 brings, and `tensor`, which has a code of its own."""
SILENT = {"checkpoint_path"}
"""Texts without metadata that tf.estimator writes at each evaluation, for no reader."""


def tags_of_two_kinds(look: Look) -> Iterator[Finding]:
    """Report tags that one run has with two kinds, else those with another kind in another run."""
    kinds: dict[tuple[str, str], dict[str, dict[str, Place]]] = {}
    for audit, one in series(look):
        if one["kind"] == "unknown":
            continue
        kind = "image" if one["kind"] == "video" else one["kind"]
        runs = kinds.setdefault((audit.entry.logdir.name, one["tag"]), {})
        runs.setdefault(audit.entry.run, {}).setdefault(kind, place(audit, one, kind, **one["first"]))
    within = [
        at for runs in kinds.values() for found in runs.values() if len(found) > 1 for at in found.values()
    ]
    between = [
        at
        for runs in kinds.values()
        if len({kind for found in runs.values() for kind in found}) > 1
        and all(len(found) == 1 for found in runs.values())
        for found in runs.values()
        for at in found.values()
    ]
    yield from finding("tag_of_two_kinds", within, "series")
    yield from finding("kind_differs", between, "series")


def plugins(look: Look) -> Iterator[Finding]:
    """Report data of plugins, or of versions of plugins, that TensorBoard does not know."""
    unknown, newer = [], []
    for audit, one in series(look):
        names = [name for name in one["plugins"] if name and name not in KNOWN]
        if names:
            unknown.append(place(audit, one, f"plugin {', '.join(names)}", **one["first"]))
        elif one["plugin_version"]:
            seen = f"version {one['plugin_version']} of plugin {', '.join(one['plugins'])}"
            newer.append(place(audit, one, seen, **one["first"]))
    yield from finding("plugin_unknown", unknown, "series")
    yield from finding("plugin_newer", newer, "series")


def tensors_without_metadata(look: Look) -> Iterator[Finding]:
    """Report tensors of which no file of the run says what they are."""
    told: set[tuple[str, str, str]] = set()
    untold: dict[tuple[str, str, str], Place] = {}
    for audit, one in series(look):
        key = (audit.entry.logdir.name, audit.entry.run, one["tag"])
        if one["no_metadata"]:
            untold.setdefault(key, place(audit, one, f"read as {one['kind']}", **one["first"]))
        else:
            told.add(key)
    places = [at for key, at in untold.items() if key not in told and key[2] not in SILENT]
    yield from finding("metadata_missing", places, "series")


def tensors_without_viewer(look: Look) -> Iterator[Finding]:
    """Report what add_tensor logged."""
    places = [
        place(audit, one, amount(one["count"], "value"), **one["first"])
        for audit, one in series(look, "tensor")
        if "tensor" in one["plugins"]
    ]
    yield from finding("tensor_without_viewer", places, "series")


def several_graphs(look: Look) -> Iterator[Finding]:
    """Report files with more than one graph.

    Of several files each may have its own: restarts write it again. So does TensorFlow 1 within a file, with a meta
    graph beside it.
    """
    places = []
    for audit in look.audits.files:
        what = audit.facts["what"]
        if what["graph_def"] > 1 and not what["meta_graph_def"]:
            places.append(audit.entry.place(seen=f"{what['graph_def']:,} graphs"))
    yield from finding("graphs_several", places, "file")


CHECKS = (
    tags_of_two_kinds,
    plugins,
    tensors_without_metadata,
    tensors_without_viewer,
    several_graphs,
)
