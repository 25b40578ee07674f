"""Codes of the stage `files`."""

from lightboard.doctor.codes.code import Code

FILES = (
    Code(
        "logdir_missing",
        "files",
        "hides",
        "Log directory does not exist",
        "A relative path is looked up from the working directory of the program that reads it, which may be another "
        "than that of the program that logs.",
        "TensorBoard shows an empty board and says nothing; Lightboard says so and waits for the directory.",
        "Give the absolute path that the writer told when it was made.",
        rows=("F01",),
    ),
    Code(
        "file_empty",
        "files",
        "hides",
        "Event file of 0 bytes",
        "tensorboardX writes nothing, not even a header, before its first flush, two minutes after the start by "
        "default: a process that is killed before leaves 0 bytes. So does a full disk.",
        "TensorBoard does not list the run, or lists it without curves; Lightboard lists it as empty. What was logged "
        "is lost.",
        "Close the writer or call flush() early. A Lightboard writer has its header on disk when it is made.",
        rows=("W04",),
    ),
)
