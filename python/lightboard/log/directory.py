"""Where a writer logs: the directory it is given, or one of its own, and why it cannot be had."""

import errno
import os
import re
import stat
import time


def resolve(log_dir: str | os.PathLike[str]) -> str:
    """Return the absolute path that `log_dir` names, with `~` expanded.

    Raises:
        TypeError: `log_dir` is not a path.
        ValueError: it is blank, a URL, or holds a NUL character or a lone surrogate.
        FileNotFoundError: it is relative, and the working directory is gone.
    """
    if not isinstance(log_dir, str | os.PathLike):
        raise TypeError(
            f"log_dir: expected a str or a path, found {type(log_dir).__qualname__} ({log_dir!r:.80})."
        )
    path = os.fsdecode(log_dir)
    if not path.strip():
        raise ValueError(
            f"log_dir: expected a directory, found only white space ({path!r}). "
            "Leave log_dir out for a new directory under runs/."
        )
    if "\0" in path:
        raise ValueError(f"log_dir: expected a path, found a NUL character in {path!r}.")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path):
        raise ValueError(
            f"log_dir: expected a local directory, found the URL {path!r}. Object stores cannot be logged to "
            "directly: log to a local or mounted directory and copy it, for example while training with a sync command."
        )
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise ValueError(
            f"log_dir: expected a path that the file system can hold, found the lone surrogate "
            f"{path[error.start]!a} at position {error.start} of {path!a:.80}."
        ) from None
    return absolute(os.path.expanduser(path))


def absolute(path: str) -> str:
    """Return `path` as seen from the working directory.

    Raises:
        FileNotFoundError: it is relative, and the working directory is gone.
    """
    try:
        return os.path.abspath(path)
    except FileNotFoundError as error:
        message = "log_dir: expected a working directory for it, found that this was deleted. Give an absolute path."
        raise FileNotFoundError(error.errno, message, path) from None


def below(path: str, name: str, what: str) -> str:
    """Return the directory `name` below `path`.

    Raises:
        ValueError: it would not lie there, or is no name that a file system takes.
    """
    if name.startswith("/") or ".." in name.split("/") or "\0" in name or not name.strip("./ "):
        raise ValueError(f"{what}: expected a name inside the log directory, found {name!r:.200}.")
    return os.path.normpath(os.path.join(path, name))


def file_name_end(suffix: str, what: str) -> str:
    """Return `suffix`, which ends the names of event files.

    Raises:
        ValueError: it holds what no file name can.
    """
    if "/" in suffix or "\0" in suffix:
        raise ValueError(f"{what}: expected the end of a file name, found {suffix!r}.")
    return suffix


def make(path: str) -> None:
    """Make the directory `path` with its parents, if it is not there.

    Raises:
        OSError: it cannot be made; the subclass, errno and filename are the natural ones, the message says why.
    """
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise explain(error, path) from None


def default_stem(comment: str) -> str:
    """Return the path of a default directory, relative to the working directory, which may be taken."""
    # Not socket's name for it, which is the same: with what it needs, that takes a tenth of the package's import.
    host = os.uname().nodename
    return os.path.join("runs", f"{time.strftime('%b%d_%H-%M-%S')}_{host}{comment}").rstrip("/")


def make_default(comment: str) -> str:
    """Make a directory that no other writer has, and return its path relative to the working directory.

    It is `runs/<month><day>_<hour>-<minute>-<second>_<host><comment>` with local time, and `_2`, `_3`, … after it if
    that is taken.

    Raises:
        OSError: it cannot be made.
    """
    stem = default_stem(comment)
    make(absolute(os.path.dirname(stem)))
    path, number = stem, 1
    while True:
        try:
            os.mkdir(path)
        except FileExistsError:
            number += 1
            path = f"{stem}_{number}"
        except OSError as error:
            raise explain(error, os.path.abspath(path)) from None
        else:
            return path


def explain(error: OSError, path: str) -> OSError:
    """Return `error` with a message that says what stands in the way of logging to `path`, and what to do."""
    message = f"expected a directory that event files can be written to, found {_reason(error, path)}"
    return OSError(error.errno, message, path)


def _reason(error: OSError, path: str) -> str:
    place = _deepest_existing(path)
    match error.errno:
        case errno.EEXIST if os.path.islink(place):
            found = f"a link to nothing: {place} leads to {os.readlink(place)}"
            remedy = "Make what it leads to"
        case errno.ENOTDIR | errno.EEXIST:
            found, remedy = f"a file where a directory should be: {place}", "Remove or rename it"
        case errno.EROFS:
            found, remedy = f"a read-only file system at {_mount_point(place)}", "Mount it writable"
        case errno.EACCES | errno.EPERM:
            found, remedy = f"no permission: {_permissions(place)}", "Have the permissions changed"
        case errno.ENOSPC:
            found, remedy = f"no space left on {_mount_point(place)}{_space(place)}", "Free some"
        case errno.EDQUOT:
            found, remedy = f"your disk quota used up on {_mount_point(place)}", "Free some"
        case errno.ENAMETOOLONG:
            longest = max((len(os.fsencode(part)), part) for part in path.split("/"))
            found = (
                f"a name that is too long: {longest[0]} bytes in {longest[1]!r:.60}, {len(os.fsencode(path))} in the "
                "whole path (most file systems allow 255 and 4096, and the event file needs about 60)"
            )
            remedy = "Shorten it"
        case errno.EMFILE | errno.ENFILE:
            found, remedy = (
                "too many open files",
                "Close writers that are no longer used, raise the limit (ulimit -n)",
            )
        case _:
            found, remedy = (
                f"an error of the operating system ({error.strerror}) at {place}",
                "See to its cause",
            )
    return f"{found}. {remedy}, or choose another log_dir."


def _deepest_existing(path: str) -> str:
    """Return the longest beginning of `path` that is there."""
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return path


def _mount_point(path: str) -> str:
    path = os.path.realpath(path)
    while not os.path.ismount(path):
        path = os.path.dirname(path)
    return path


def _space(path: str) -> str:
    try:
        system = os.statvfs(path)
    except OSError:
        return ""
    return f" ({system.f_bavail * system.f_frsize} bytes and {system.f_favail} files free)"


def _permissions(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError as error:
        return f"{path} cannot be looked at ({error.strerror}) by {_user(os.geteuid())}"
    return (
        f"{path} belongs to {_user(status.st_uid)} with mode {stat.filemode(status.st_mode)}, "
        f"and this program runs as {_user(os.geteuid())}"
    )


def _user(uid: int) -> str:
    import pwd

    try:
        return f"user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"user {uid}"
