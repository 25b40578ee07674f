"""Codes of restarts and of several writers in one run."""

from lightboard.doctor.codes.code import Code

ATTEMPTS = (
    Code(
        "restarted",
        "records",
        "distorts",
        "Training that began again in the folder of an earlier one",
        "A later file logs the same tags from an earlier step on, without telling at which step it took "
        "over.",
        "TensorBoard's default reader forgets the earlier training from the step on at which the later one "
        "begins, which is often all of it; its Python reader draws a line that runs back to the left. "
        "Lightboard shows attempts beside each other.",
        "Give each start a folder of its own (SummaryWriter does, without log_dir). To separate what is "
        "there, move the later files into a folder of their own. To go on from a checkpoint, pass purge_step "
        "to the writer, from the first start on.",
        rows=("E01",),
    ),
    Code(
        "writers_at_once",
        "records",
        "distorts",
        "Several writers in one run at the same time",
        "Files of one folder were written at the same time: by ranks of one training, by two trainings with "
        "one log_dir, or by a writer that was made twice.",
        "TensorBoard's default reader lets the writers push out each other's points, another set at each "
        "reload; its Python reader stops following the first file. Lightboard shows them as attempts and "
        "says that there is a conflict.",
        "Log on one rank only, or give each writer a folder of its own.",
        rows=("E02",),
    ),
    Code(
        "purge_without_effect",
        "records",
        "note",
        "Points that purge_step should have removed",
        "A later file says from which step on earlier points no longer count. TensorBoard's Python reader "
        "ignores the first such mark of a run, and torch writes one only where purge_step is given. Its "
        "default reader ignores all marks: it forgets earlier points only of tags that are logged again.",
        "TensorBoard shows old and new points on top of each other, or points of tags that the later "
        "training never logged. Lightboard follows the mark.",
        "Pass purge_step (0 for a new training) at every start, from the first on; or give each start a "
        "folder of its own.",
        rows=("W18",),
    ),
    Code(
        "purge_reaches_others",
        "records",
        "hides",
        "Mark of a restart among files of other writers",
        "One process says from which step on earlier points no longer count, while others write into the "
        "same folder. TensorBoard's Python reader takes it for the whole run.",
        "In TensorBoard's Python reader, points of the other writers from that step on vanish. Lightboard "
        "lets a mark remove only what had ended before.",
        "Give each worker a folder of its own.",
        rows=("W19",),
    ),
)
