"""Codes of the stage `index`."""

from lightboard.doctor.codes.code import Code

INDEX: tuple[Code, ...] = (
    Code(
        "index_differs",
        "index",
        "hides",
        "Lightboard's index does not agree with the files",
        "The doctor read the files by other means than the index and found other numbers. Either bytes in "
        "the middle of a file were changed after Lightboard had read them, which it does not look for, or "
        "Lightboard has a fault.",
        "Lightboard shows points that are not in the files, or leaves out points that are.",
        "`lightboard cache --clear`, and look again. If that does not help, please report it with this "
        "finding.",
    ),
    Code(
        "index_run_missing",
        "index",
        "hides",
        "Run that Lightboard does not list",
        "The folder holds event files, but the index has no run for it.",
        "Lightboard does not show it.",
        "Look again: a run that came a moment ago is listed at the next walk. If it stays so, please report "
        "it with this finding.",
    ),
    Code(
        "index_failed",
        "index",
        "hides",
        "Lightboard's index failed",
        "Points that do not fit into memory found no room in the folder for temporary files, or Lightboard "
        "has a fault: the message tells which.",
        "The board shows what was read before, and nothing new.",
        "Do what the message says. If it speaks of a fault, please report it.",
    ),
    Code(
        "cache_unusable",
        "index",
        "note",
        "Folder for what Lightboard has read that cannot be used",
        "Lightboard keeps what it has read in a cache, so that the next start need not read it again. It "
        "cannot be written.",
        "All is shown, but each start reads every event file anew, and takes longer.",
        "Make the folder writable, or name another one in LIGHTBOARD_CACHE_DIR.",
    ),
)
