"""What looks like a secret in a command line, by its name or its shape, does not get into a log."""

import re
from collections.abc import Iterable, Iterator

HIDDEN = "***"

# These say so wherever they stand in a name.
_SECRET = re.compile(
    r"secret|passw|passcode|passphrase|credential|bearer|cookie|authorization|api.?key", re.IGNORECASE
)
# These do as a word of it, or at its end, …
_PERHAPS = re.compile(
    r"(?:^|[\W_])(?:key|token|pass|pwd|pw|cred|auth|sas|pat)s?\d*(?=[\W_]|$)|(?:key|token|pass|pwd|auth|signature)s?\d*$|"
    r"(?:^|[\W_])pin$",
    re.IGNORECASE,
)
# … unless another word tells that they are meant otherwise: --max-tokens and --num-key-value-heads are to be seen.
_OTHERWISE = re.compile(
    r"(?:^|[\W_])(?:max|min|num|n|per|dim|size|len|length|count|heads?|values?|query|ids?|type|"
    r"bos|cls|eos|mask|pad|sep|unk|special|forward|backward|file|path|dir)(?=[\W_]|$)",
    re.IGNORECASE,
)

# All of these take time that is linear in the length of a text: an argument may have 128 kB.
_NAMED = re.compile(r"(?<![\w./+-])(?P<name>[\w./+-]++)(?P<sign>[\"']?\s*+[=:]\s*)")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
_SCHEME = re.compile(r"(?:bearer|basic|token)\s*", re.IGNORECASE)

# Up to the last @ if there is a password, in which slashes, @ and spaces may stand; a port is none.
_USER_INFO = re.compile(r"(?<=://)(?:[^/@\s:]*:(?!\d{1,5}(?:[/?#\s]|$))[^\n]*|[^/@\s]*)(?=@)")
_QUERY = re.compile(r"(?<!\S)((?:[^\s:]++|:(?!//))*+://[^\s?#]*+[?#])\S+")
_HOOK = re.compile(r"(hooks\.slack\.com/services/)\S+")
_USER = re.compile(r"--(?:[\w-]*[_-])?user")
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[\w-]{16,}|hf_\w{16,}|gh[oprsu]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|"
    r"(?:AKIA|ASIA)[0-9A-Z]{12,}|AIza[\w-]{30,}|xox[a-z]-[\w-]{8,}|eyJ[\w-]{8,2000}\.[\w.-]+)"
)


def without_secrets(arguments: Iterable[str]) -> Iterator[str]:
    """Yield the arguments of a command line with `***` for what looks like a secret.

    That is: the one value after an option, or after a name and `=` or `:`, that is called like a secret; the user in a
    URL, and what follows a `?` or `#` there; the password in `--user name:password`; what has the shape of a well-known
    kind of token.
    """
    hides_next = is_login = False
    for argument in arguments:
        if hides_next and not argument.startswith("--"):
            yield HIDDEN
            hides_next = False
            continue
        option, sign, value = argument.partition("=")
        if is_login and not argument.startswith("-"):
            shown = _password_hidden(argument)
        elif sign and _USER.fullmatch(option):
            shown = f"{option}={_password_hidden(value)}"
        else:
            shown = argument
        is_login = _USER.fullmatch(argument) is not None
        shown, hides_next = _named_hidden(shown)
        shown = "\n".join(map(_user_hidden, shown.split("\n")))
        for pattern in (_HOOK, _QUERY):
            shown = pattern.sub(rf"\1{HIDDEN}", shown)
        yield _SHAPES.sub(HIDDEN, shown)
        hides_next |= argument.startswith("-") and "=" not in argument and _is_secret(argument)


def _is_secret(name: str) -> bool:
    return bool(_SECRET.search(name) or (_PERHAPS.search(name) and not _OTHERWISE.search(name)))


def _password_hidden(login: str) -> str:
    name, sign, password = login.partition(":")
    return name + sign + (password and HIDDEN)


def _user_hidden(line: str) -> str:
    head, at, rest = line.rpartition("@")
    return _USER_INFO.sub(HIDDEN, head + at) + rest


def _named_hidden(argument: str) -> tuple[str, bool]:
    """Hide what is called like a secret inside of an argument; say whether the value is the next argument.

    Without quotes a value may hold anything: then all that follows is hidden.
    """
    shown, at = "", 0
    for found in _NAMED.finditer(argument):
        if found.start() < at or not _is_secret(found["name"]):
            continue
        shown += argument[at : found.end()] + HIDDEN
        quoted = _QUOTED.match(argument, found.end())
        if quoted is None:
            value = argument[found.end() :]
            return (shown, bool(_SCHEME.fullmatch(value))) if value else (argument, False)
        at = quoted.end()
    return shown + argument[at:], False
