"""Codes of what kind of data a tag holds, and of who shows it."""

from lightboard.doctor.codes.code import Code

KINDS = (
    Code(
        "tag_of_two_kinds",
        "records",
        "hides",
        "One tag of two kinds in one run",
        "A run logged, for example, scalars and histograms under the same tag.",
        "TensorBoard decides by the first record of the tag: its default reader drops values of the other "
        "kind, its Python reader answers with an error. Lightboard shows a card for each kind.",
        "Give each kind a tag of its own.",
        rows=("E08",),
    ),
    Code(
        "kind_differs",
        "records",
        "note",
        "Tag whose kind differs between runs",
        "Runs log different kinds of data under the same tag.",
        "TensorBoard and Lightboard show them on different cards: in each of these some runs seem to be "
        "missing.",
        "Give each kind a tag of its own.",
        rows=("E08",),
    ),
    Code(
        "plugin_unknown",
        "records",
        "note",
        "Data of a plugin that is not known",
        "The data name a plugin that TensorBoard does not bring, and that decides who shows them.",
        "TensorBoard shows them only where that plugin is installed, and says so once in its log. Lightboard "
        "lists them under what it can make of them.",
        "Install the plugin that wrote them, in the Python in which TensorBoard runs.",
        rows=("E09",),
    ),
    Code(
        "plugin_newer",
        "records",
        "hides",
        "Data of a newer version of a plugin",
        "The data tell a version of their plugin that is higher than the one TensorBoard 2.21 knows (0).",
        "TensorBoard leaves the tag out; its log says that a newer build may be needed. Lightboard reads it "
        "as the version it knows.",
        "Update TensorBoard. If you write the data yourself, tell version 0.",
        rows=("E09",),
    ),
    Code(
        "metadata_missing",
        "records",
        "hides",
        "Tensors of which no file says what they are",
        "Writers of TensorFlow 2 say what a tag is with its first value only. Here no file of the run says "
        "it: the first one was deleted, moved, or is damaged.",
        "TensorBoard does not show the tag. Lightboard shows single numbers as scalars, and lists all else "
        "as unknown.",
        "Put the run's first event file back beside the others.",
        rows=("E10",),
    ),
    Code(
        "tensor_without_viewer",
        "records",
        "note",
        "Tensors of add_tensor, which TensorBoard does not show",
        "add_tensor keeps an array in the event file for programs to read back.",
        "No page of TensorBoard shows it. Lightboard lists it, and lightboard.open gives it as an array.",
        "To see it, log what is to be seen of it: a histogram, an image, its mean.",
        rows=("W22",),
    ),
    Code(
        "graphs_several",
        "records",
        "note",
        "Several graphs in one file",
        "add_graph was called more than once: for several models, or in each epoch.",
        "TensorBoard shows the last one only; each one makes the file larger.",
        "Call add_graph once, before training. Log further models into runs of their own.",
        rows=("E18",),
    ),
)
