"""Codes of the stage `log`."""

from lightboard.doctor.codes.code import Code

LOG = (
    Code(
        "disk_full",
        "log",
        "hides",
        "The disk is full",
        "A writer that finds no room raises an error in the program that logs, or stops in silence: it depends on the "
        "writer and its version. The last record stays cut off.",
        "What is logged from now on is lost, in TensorBoard and in Lightboard, and curves end early.",
        "Make room (du -xh --max-depth=2 MOUNT | sort -h shows where it went), then start the program again.",
        rows=("W09",),
    ),
    Code(
        "logdir_not_writable",
        "log",
        "hides",
        "Nothing can be logged to the log directory",
        "The folder belongs to another user, or is mounted read-only.",
        "A writer raises an error when it is made or at its first record; there is nothing to show.",
        "Log to another folder, or let the user write to it: chown USER LOGDIR, or setfacl -m u:USER:rwx LOGDIR.",
        rows=("W09",),
    ),
    Code(
        "logdir_on_remote_disk",
        "log",
        "note",
        "Log directory on a disk that takes no appends",
        "Windows shares, mounted buckets and folders that a client synchronises refuse to append, write the whole file "
        "anew for each append, or hold other programs off while they upload.",
        "Writers fail at random times. TensorBoard's default reader keeps on reading a file that was replaced, and "
        "shows nothing new until it is restarted; Lightboard notices.",
        "Log to a local disk, and copy from there: rsync -a --inplace --append LOGDIR/ REMOTE/ every minute.",
        rows=("W10",),
    ),
    Code(
        "writer_forked",
        "log",
        "hides",
        "A child of the training process waits for ever",
        "Threads do not survive a fork. A writer that was made before it has no thread in the child: the child's "
        "tenth record waits in a queue that nobody empties.",
        "The child hangs in add_scalar, and training with it; no reader can show what is never written.",
        "Make the writer in the process that logs, after the fork, or start children with "
        'multiprocessing.set_start_method("spawn"). End the process that hangs: kill PID.',
        rows=("W05",),
    ),
    Code(
        "file_written_twice",
        "log",
        "distorts",
        "Two programs write one event file",
        "Names of event files hold the second, the machine's name and the process's id. In containers with one host "
        "name each process has the id 1: two that start in the same second take the same name.",
        "Each overwrites the other's records: TensorBoard stops at the first damage, Lightboard shows what is whole.",
        "Give every container a host name or every run a folder of its own, and start one of the two again.",
        rows=("W08",),
    ),
    Code(
        "writer_file_deleted",
        "log",
        "hides",
        "A program writes to an event file that was removed",
        "The run's folder was deleted, moved to another disk or made again while the program ran. It holds the old "
        "file open, which has no name any more.",
        "What it logs from now on is in no folder: neither TensorBoard nor Lightboard can see it, and it is gone when "
        "the program ends.",
        "Save it while the program runs: cp /proc/PID/fd/NUMBER FILE (ls -l /proc/PID/fd shows the number). Then start "
        "the program again.",
        rows=("F15",),
    ),
    Code(
        "nothing_logged",
        "log",
        "hides",
        "Run that holds nothing but a header",
        "A writer puts its first records into a queue. A program that ends without writer.close() throws away what is "
        "there: of a short run, everything. Or nothing was logged.",
        "TensorBoard lists the run without curves, or says that no dashboards are active. Lightboard marks it as "
        "header only. What was in the queue is lost.",
        "Call writer.close() at the end, also after an error (with SummaryWriter() as writer: …). A Lightboard "
        "writer has all on disk within 0.2 seconds, and closes itself.",
        rows=("W01",),
    ),
    Code(
        "writer_unused",
        "log",
        "note",
        "Writer that logged nothing while its process logged elsewhere",
        "The process made two writers: SummaryWriter() twice takes two folders, a framework makes one for each phase. "
        "Only one of them was logged to.",
        "An empty run stands beside the one with the curves.",
        "Look at the run that is named here. Make one writer, and pass it on.",
        rows=("W15",),
    ),
    Code(
        "run_in_parts",
        "log",
        "note",
        "Curves of one program in several runs",
        "add_scalars makes a run for each of its keys, add_hparams one that is named after the time, below the "
        "writer's own; Keras makes one for each phase.",
        "TensorBoard lists them as runs of their own: switching the upper one off leaves their curves, and the upper "
        "one has none of them. Lightboard lists them below it, and switches them with it.",
        "Log each key with add_scalar under a tag of its own: loss/train, loss/valid. Pass run_name='.' to "
        "add_hparams.",
        rows=("W12", "W13"),
    ),
    Code(
        "ranks_in_one_folder",
        "log",
        "distorts",
        "Every rank has a writer in one folder",
        "The program runs once for each device, and each of them makes a writer; only one of them logs.",
        "TensorBoard's Python reader follows the file whose name sorts last: the curve stands still if that is one "
        "without data. Its default reader and Lightboard read all files.",
        "Make the writer on one rank only (if rank == 0), or a folder for each: f'{log_dir}/rank{rank}'.",
        rows=("W06",),
    ),
    Code(
        "writer_reopened",
        "log",
        "note",
        "Writer that was closed and used again, many times",
        "torch's SummaryWriter opens another file when it is used after close(); programs that close it after each "
        "epoch leave a file for each.",
        "Curves are whole, but every file stays open in TensorBoard, and loading takes longer. With tensorboardX what "
        "is logged after close() is lost in silence.",
        "Call flush() instead of close(), and close() once, at the end.",
        rows=("W11",),
    ),
    Code(
        "run_is_logdir",
        "log",
        "note",
        "Several starts in the log directory itself",
        "With log_dir, SummaryWriter takes that folder as it is and ignores comment: each start writes into the same "
        "one.",
        'All starts are one run, called "." in TensorBoard and Lightboard; see what else is said of it.',
        "Give each start a folder of its own: SummaryWriter(f'{log_dir}/{name}').",
        rows=("W14",),
    ),
    Code(
        "writer_not_closed",
        "log",
        "note",
        "Program that ended without closing its writer",
        "A Lightboard writer with a config tells the start of the run, and its end when it is closed. There is no "
        "end, and the process is gone: it was killed.",
        "The curves end where the program was killed. What a Lightboard writer was given is on disk; other writers "
        "lose what stands in their queues, ten events or two minutes of them.",
        "Look for who killed it: journalctl -k | grep -i -e oom -e killed, or the job's log. Then go on from the last "
        "checkpoint.",
        rows=("W02",),
    ),
    Code(
        "logging_heavy",
        "log",
        "note",
        "Tags that take very many bytes",
        "Images, histograms, tensors and the like are written whole with each step. Training waits for them, and disks "
        "fill.",
        "TensorBoard keeps ten images of a tag and loads all of them; Lightboard keeps all and reads what is seen.",
        "Log these tags every hundredth step, smaller, or fewer of them.",
        rows=("W26",),
    ),
)
