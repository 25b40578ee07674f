"""Codes of how tags are spelt."""

from lightboard.doctor.codes.code import Code

TAGS = (
    Code(
        "tag_hard_to_see",
        "records",
        "note",
        "Tags that are hard to see or to type",
        "The tag is empty, very long, ends with a slash, or holds blanks at its ends, line breaks or "
        "characters that are not to be seen.",
        "Its card has no title or a strange one, stands in a group of its own, and is not found by typing "
        "its name.",
        "Name it in plain characters; a slash separates groups.",
        rows=("E17",),
    ),
    Code(
        "tags_alike",
        "records",
        "note",
        "Tags of different runs that differ in case, blanks or slashes only",
        "Programs, or versions of one, spell the same quantity differently.",
        "Each spelling is a card of its own, with some of the runs: these cannot be compared, and seem to be "
        "missing from the other card.",
        "Spell it alike in all programs.",
        rows=("E17",),
    ),
    Code(
        "tag_rewritten",
        "records",
        "note",
        "Tags that one writer spells differently",
        "tensorboardX replaces all characters of a tag but letters, digits and `_-/.` by `_`, and removes "
        "slashes at its beginning; torch, TensorBoard and Lightboard keep a tag as it is.",
        "Each spelling is a card of its own, with the runs of one writer: these cannot be compared.",
        "Log with one writer, or use only characters that all keep.",
        rows=("W23",),
    ),
)
