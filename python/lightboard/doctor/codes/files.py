"""Codes of the stage `files`."""

from lightboard.doctor.codes.code import Code

FILES = (
    Code(
        "logdir_missing",
        "files",
        "hides",
        "Log directory does not exist",
        "A relative path is looked up from the working directory of the program that reads it, which may be another than that of the program that logs.",
        "TensorBoard shows an empty board and says nothing; Lightboard says so and waits for the directory.",
        "Give the absolute path that the writer told when it was made.",
        rows=("F01", "F02"),
    ),
    Code(
        "logdir_empty",
        "files",
        "hides",
        "No event file in the log directory",
        'The directory is there, but no file below it has "tfevents" in its name: nothing was logged yet, or it was '
        "logged somewhere else. A relative path is looked up from the working directory of the program that logs.",
        "TensorBoard and Lightboard have nothing to show.",
        "Print the writer's directory in the program that logs: print(os.path.abspath(writer.log_dir)).",
        rows=("F02", "F03"),
    ),
    Code(
        "logdir_is_file",
        "files",
        "hides",
        "A file for a log directory",
        "A board wants a folder; it looks for event files in it and below.",
        "TensorBoard shows an empty board. Lightboard shows the folder that an event file is in.",
        "Give the folder that holds the file.",
        rows=("F04",),
    ),
    Code(
        "logdir_is_list",
        "files",
        "hides",
        "Several log directories, or a name, in one argument",
        "Old versions of TensorBoard took --logdir name:path,other:path apart; now it is one path, with commas and "
        "colons in it. --logdir_spec still takes it apart, at the colons of drive letters too.",
        "TensorBoard waits for a directory of that very name, and shows an empty board. Lightboard says what it "
        "expected.",
        "Give each directory by itself: lightboard name=path other=path. For TensorBoard, make a folder of links.",
        rows=("F05",),
    ),
    Code(
        "logdir_not_expanded",
        "files",
        "hides",
        "Quotes, blanks, variables or wildcards that no shell removed",
        "A shell takes quotes away and puts in what variables and wildcards stand for; a service file, a notebook, a "
        "list of arguments in a program and cmd.exe (single quotes) do not.",
        "TensorBoard waits for a directory of that very name, and shows an empty board.",
        "Write the path as it is, without them.",
        rows=("F06",),
    ),
    Code(
        "logdir_of_windows",
        "files",
        "hides",
        "A path of Windows where there is none",
        "Drive letters and backslashes mean nothing here. In WSL, drive C: is /mnt/c.",
        "TensorBoard waits for a directory of that very name; with --logdir_spec it takes the letter for a name.",
        "Give the path with slashes, as this system knows it.",
        rows=("F07",),
    ),
    Code(
        "logdir_is_address",
        "files",
        "hides",
        "An object store's address for a log directory",
        "Object stores are no file systems: what is there is fetched by a client of their own.",
        "TensorBoard needs TensorFlow, or fsspec and the store's package, and says what is missing only in its log; it "
        "may not notice new data. Lightboard refuses the address.",
        "Mount it (rclone mount, s3fs, gcsfuse) or keep a copy up to date (rclone sync, aws s3 sync, gsutil rsync), "
        "and give that directory.",
        rows=("F18",),
    ),
    Code(
        "logdir_too_deep",
        "files",
        "hides",
        "The run lies beside the log directory",
        "A log directory is the folder above the runs. One level too deep, it is a single run, called after itself or "
        '".", and what lies beside it is not seen.',
        "TensorBoard and Lightboard show one run only.",
        "Give the folder above.",
        rows=("F03",),
    ),
    Code(
        "logdir_too_high",
        "files",
        "note",
        "Many log directories in one",
        "The directory is a folder of several projects, each with a log directory of its own.",
        "TensorBoard starts with all runs switched off when there are more than 500 (40 on its older pages), and takes "
        "long to load. In Lightboard the names of runs are long.",
        "Give the log directory of one project, or several by name: lightboard one=PATH/runs other=PATH/runs.",
        rows=("F03",),
    ),
    Code(
        "logdir_temporary",
        "files",
        "note",
        "Runs in a folder for temporary files",
        "Jobs that clean up remove what has not been used for some days from /tmp, /var/tmp and their like; a "
        "restart empties /tmp and /dev/shm on many systems.",
        "One day the runs are gone, first the oldest files, and neither TensorBoard nor Lightboard can say why.",
        "Move them to where they are kept: mv LOGDIR ~/runs.",
        rows=("F20",),
    ),
    Code(
        "file_empty",
        "files",
        "hides",
        "Event file of 0 bytes",
        "tensorboardX writes nothing, not even a header, before its first flush, two minutes after the start by default: a process that is killed before leaves 0 bytes. So does a full disk.",
        "TensorBoard does not list the run, or lists it without curves; Lightboard lists it as empty. What was logged is lost, unless the program still runs and flushes.",
        "Close the writer or call flush() early. A Lightboard writer has its header on disk when it is made.",
        rows=("W04",),
    ),
    Code(
        "file_unreadable",
        "files",
        "hides",
        "Event file that may not be read",
        "The file belongs to another user, or its mode lets nobody else read it: a training job ran under another "
        "account, or with a narrow umask.",
        "TensorBoard's default reader gives the file up at its first try, until it is restarted; its other reader "
        "(--load_fast=false) then shows no run at all. Lightboard lists the run as unreadable and tries again.",
        "Let the board's user read it: chmod a+r FILE, or setfacl -m u:USER:r FILE. Restart TensorBoard afterwards.",
        rows=("F08",),
    ),
    Code(
        "folder_unreadable",
        "files",
        "hides",
        "Folder that may not be entered",
        "A folder needs the permissions to be read and to be searched (r and x) for what is in it to be found.",
        "TensorBoard's default reader passes the folder over; its other reader (--load_fast=false) stops reloading "
        "for good and shows an old state. Lightboard passes it over and says so in the log directory's state.",
        "Let the board's user enter it: chmod a+rx FOLDER. Restart TensorBoard afterwards.",
        rows=("F09",),
    ),
    Code(
        "link_broken",
        "files",
        "hides",
        "Link that leads nowhere",
        "What the link led to was moved, removed or renamed, or lies on a disk that is not mounted here. A relative "
        "link is looked up from the folder that holds it.",
        "Neither TensorBoard nor Lightboard can show the run.",
        "Mount the disk, or make the link anew with the absolute path: ln -sfn /ABSOLUTE/PATH LINK.",
        rows=("F12",),
    ),
    Code(
        "link_loop",
        "files",
        "note",
        "Link to a folder above itself",
        "Whoever follows the link comes back to where it is, and so on.",
        "TensorBoard's reader for --load_fast=false descends through it again and again, and lists the same runs under "
        "ever longer names. Its default reader and Lightboard enter each folder once.",
        "Remove the link, or give the folder of the runs as the log directory.",
        rows=("F12",),
    ),
    Code(
        "event_file_misnamed",
        "files",
        "hides",
        "Event file under a foreign name",
        'TensorBoard and Lightboard read only files with "tfevents" in their names. The content is that of an event '
        "file: somebody has renamed it.",
        "The file is not read. Lightboard mentions it in the log directory's state, TensorBoard says nothing.",
        'Give it a name with "tfevents" in it: mv NAME events.out.tfevents.NAME.',
        rows=("F10",),
    ),
    Code(
        "not_an_event_file",
        "files",
        "hides",
        "File that is named like an event file and is none",
        "A compressed log, a pointer of Git LFS, a partial download or something else bears the name of an event file. "
        "Jobs that clean up (logrotate, tmpwatch) compress or cut old files.",
        "TensorBoard's default reader does not list such a run, its other one lists it without data. Lightboard lists "
        "it as foreign.",
        "Unpack it (gunzip FILE), fetch it (git lfs pull), or move it out of the log directory.",
        rows=("F11", "F20"),
    ),
    Code(
        "event_file_copied",
        "files",
        "distorts",
        "Copy of an event file beside it",
        "All event files of a folder are one run. A copy (a download, a backup, what rsync left when it was "
        "interrupted) holds the same points again.",
        "TensorBoard's reader for --load_fast=false draws every point twice, and a line back to the start; its default "
        "reader shows the file whose name sorts last, which may be the older one. Lightboard finds whole copies and "
        "counts their points once.",
        "Move the copy out of the log directory.",
        rows=("F11",),
    ),
    Code(
        "copy_unfinished",
        "files",
        "distorts",
        "Copy that was not finished",
        "rsync and other programs give a copy a name with a dot before it until it is whole. It was broken off, or its program was killed.",
        "TensorBoard takes it for an event file of the run, beside the whole one if there is one: points are there twice, or end early. Lightboard passes it over until it has its name.",
        "Copy again (rsync -a --inplace --append needs no other name), then remove what is left (find LOGDIR -name '.*tfevents*').",
        rows=("F11",),
    ),
    Code(
        "folder_hidden",
        "files",
        "note",
        "Event files in a hidden folder",
        "Folders whose names begin with a dot are kept by programs for themselves: .ipynb_checkpoints, .Trash and "
        ".git hold copies of files, not runs.",
        "TensorBoard lists their runs beside the others. Lightboard passes such folders over.",
        "If the runs are meant to be seen, give the hidden folder itself: lightboard LOGDIR LOGDIR/.HIDDEN.",
        rows=("F23",),
    ),
    Code(
        "file_replaced",
        "files",
        "hides",
        "Event file replaced while a board has it open",
        "rsync without --inplace, scp, cloud drives and mounted buckets write a new file and give it the old one's "
        "name. TensorBoard's default reader holds on to the old one.",
        "TensorBoard shows nothing new until it is restarted. Lightboard opens the new file.",
        "Restart TensorBoard, and copy with rsync --inplace --append from now on.",
        rows=("F13",),
    ),
    Code(
        "run_made_again",
        "files",
        "distorts",
        "Run deleted and made again while a board has it open",
        "The folder had another event file when the board opened it: training was started again under the same name, "
        "after the old run was deleted.",
        "TensorBoard may show points of the old run among those of the new one until it is restarted. Lightboard "
        "drops what is not on disk any more.",
        "Restart TensorBoard; give each start a folder of its own from now on.",
        rows=("F15",),
    ),
    Code(
        "file_rewritten",
        "files",
        "hides",
        "Event file truncated and written anew in place",
        "The file is shorter than what a board has read of it: a program, or a copy in place, began it again.",
        "TensorBoard keeps the old points and reads nothing new until it is restarted. Lightboard reads the file anew.",
        "Restart TensorBoard; give each start a folder of its own from now on.",
        rows=("F14",),
    ),
    Code(
        "reader_gave_up",
        "files",
        "hides",
        "Event file that a running TensorBoard has given up",
        "It met bytes that were no record: a network drive shows zeros before it has the data. It does not look there "
        "again, though the bytes are right by now.",
        "TensorBoard shows the run up to there, and nothing new, until it is restarted. Lightboard looks again "
        "whenever the file changes.",
        "Restart TensorBoard. On such drives, copy the files to a local disk and open that.",
        rows=("F16",),
    ),
    Code(
        "logdir_not_shared",
        "files",
        "hides",
        "A board in a container that does not see the log directory",
        "A container has folders of its own. The path is the same inside and outside, what lies there is not.",
        "The board shows an empty log directory, or another one, and says nothing.",
        "Mount the folder into the board's container: docker run -v LOGDIR:LOGDIR ….",
        rows=("F24",),
    ),
    Code(
        "files_too_many",
        "files",
        "hides",
        "More event files than may be open",
        "TensorBoard's default reader keeps every event file open. The system limits how many files a process may "
        "have open, often to 1,024.",
        'TensorBoard gives up the files beyond the limit ("Too many open files" in its log) until it is restarted. '
        "Lightboard opens files one after the other.",
        "Raise the limit in the shell that starts TensorBoard: ulimit -n 65536.",
        rows=("F21",),
    ),
    Code(
        "tree_enormous",
        "files",
        "note",
        "Few event files in an enormous tree",
        "A board lists all folders below the log directory again and again. Most of what is there are no runs: data, "
        "checkpoints, a home directory.",
        "New runs appear late, in TensorBoard minutes later; the disk is busy for nothing.",
        "Give the folder of the runs as the log directory.",
        rows=("F22",),
    ),
    Code(
        "file_order_not_time",
        "files",
        "distorts",
        "Files whose names are not in the order of their times",
        "Names hold the second in which a file was begun. They were renamed or copied, a clock was set back, or names "
        "of two writers sort otherwise.",
        "TensorBoard reads files in the order of names: its default reader lets the older points push out the newer "
        "ones, its Python reader never comes back to the newer file. Lightboard goes by the times of the events.",
        "Rename the newer file so that it sorts last: events.out.tfevents.SECONDS.HOST with the second of its first "
        "event, or give each a folder of its own.",
        rows=("E03",),
    ),
    Code(
        "clock_ahead",
        "files",
        "note",
        "Events from the future",
        "The clock of the machine that logged was ahead, or the program passes times of its own (walltime, in "
        "milliseconds for example).",
        "On the axes of time the run lies far right, and it is sorted as the newest.",
        "Set the machine's clock (timedatectl), or pass seconds since 1970 as walltime, or none.",
        rows=("F19",),
    ),
)
