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
)
