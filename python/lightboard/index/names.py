"""What is said of a name that nothing has."""

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 5


class UnknownNameError(KeyError):
    """There is no run or tag of that name. The message tells names that are like it."""

    def __str__(self) -> str:
        # KeyError would show the message in quotes, with its line breaks escaped.
        return str(self.args[0])


def unknown(what: str, name: object, known: Iterable[str], where: str) -> UnknownNameError:
    """Make the error for `name`, which is none of `known`; `what` is "run" or "tag", `where` reads after "of"."""
    names = sorted(set(known))
    near = get_close_matches(str(name), names, SHOWN)
    if near:
        hint = f"Did you mean {' or '.join(map(repr, near))}?"
    elif not names:
        hint = f"There is no {what} at all."
    else:
        shown = ", ".join(map(repr, names[:SHOWN]))
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        hint = f"There are {shown}{more}."
    return UnknownNameError(f"expected the name of a {what} of {where}, found {name!r}. {hint}")
