"""Codes of what cannot be read in event files."""

from lightboard.doctor.codes.code import Code

DAMAGE = (
    Code(
        "record_corrupt",
        "records",
        "hides",
        "Record that does not fit its checksum",
        "Bytes changed after they were written: a fault of a disk or of memory, a copy that went wrong, or "
        "two programs that wrote into one file. Or the record was torn by a full disk or a killed process, "
        "and others were appended behind it.",
        "TensorBoard's default reader does not compare this checksum: it draws the wrong value as if it were "
        "right, and ends there if the record was torn. Its Python reader (--load_fast=false) ends there in "
        "any case, in silence. Lightboard leaves out the record and reads on.",
        "Copy the file again from where it was written. If there is no other copy, `lightboard recover FILE "
        "--to DIR` writes what can be read to a new file.",
        rows=("E05",),
    ),
    Code(
        "record_lost",
        "records",
        "hides",
        "Stretch of a file without readable records",
        "The length of a record does not fit its checksum, or a record was torn and others were appended "
        "behind it: a full disk, a killed machine, a copy in parts, two programs that wrote into one file.",
        "Both readers of TensorBoard end there for good: the run looks as if it had stopped. Lightboard "
        "searches for the next readable record and reads on.",
        "`lightboard recover FILE --to DIR` writes all readable records to a new file that TensorBoard reads "
        "to its end. If there is another copy of the file, compare the sizes.",
        rows=("E06",),
    ),
    Code(
        "record_cut",
        "records",
        "hides",
        "File that ends within a record",
        "The file has not grown for two minutes, so the rest will hardly come: the disk was full, the "
        "machine or the process was stopped while it wrote, or a copy was broken off.",
        "The record that was cut off is shown nowhere; all before it is. If a copy was broken off, more is "
        "missing.",
        "If the file is a copy, copy it again. If it is the original, look at the space on its disk.",
        rows=("E06",),
    ),
    Code(
        "record_zeros",
        "records",
        "hides",
        "Zero bytes where records should be",
        "The space was reserved, but the records did not arrive: a power cut, a network drive that has not "
        "caught up, a copy that left a hole.",
        "Both readers of TensorBoard give the file up there, and do not read it again when the bytes arrive "
        "later. Lightboard reads what stands behind, and looks again whenever the file changes.",
        "Where the writer's machine has the file whole, copy it again, and restart TensorBoard. Else "
        "`lightboard recover FILE --to DIR` writes what can be read to a new file.",
        rows=("E06", "F17"),
    ),
    Code(
        "record_too_long",
        "records",
        "hides",
        "Record that claims to be larger than any can be",
        "The header claims more than 2 GiB: nothing that writes event files does that. The bytes are no "
        "longer those that were written, or the file is no event file from there on.",
        "Both readers of TensorBoard ask for as much memory as the record claims, and die of it: no run is "
        "updated any more. Lightboard searches for the next readable record and reads on.",
        "Move the file away, and restart TensorBoard. Then copy it again from where it was written, or "
        "`lightboard recover FILE --to DIR`.",
        rows=("E06",),
    ),
    Code(
        "record_not_an_event",
        "records",
        "hides",
        "Record that is no event",
        "The checksums are right, but the content cannot be read as an event: another program wrote records "
        "of its own into the file, or a writer has a fault.",
        "TensorBoard's default reader ends there; its Python reader dies of it, and no run is updated any "
        "more. Lightboard leaves it out and reads on.",
        "`lightboard recover FILE --to DIR` writes the events to a new file. Then find the program that "
        "wrote the record: the place tells the bytes.",
        rows=("E06",),
    ),
    Code(
        "record_huge",
        "records",
        "hides",
        "Record of more than 256 MiB",
        "A grid of many images, an embedding or a tensor was logged in one piece.",
        "TensorBoard's default reader passes at most 256 MiB to its server at a time: requests for this tag "
        "fail. Lightboard lists the value, but does not read it.",
        "Log it in parts, smaller, or less often; keep arrays of this size in files of their own.",
        rows=("E20",),
    ),
)
