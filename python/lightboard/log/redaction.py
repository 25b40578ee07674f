"""What looks like a secret in a command line, by its name or its shape, does not get into a log."""

import re
from collections.abc import Iterable, Iterator

HIDDEN = "***"

# These say so wherever they stand in a name.
_SECRET = re.compile(
    r"secret|passw|passcode|passphrase|credential|bearer|cookie|authorization|api.?key|mnemonic",
    re.IGNORECASE,
)
# These do as a word of it, or at its end, …
_PERHAPS = re.compile(
    r"(?:^|[\W_])(?:key|token|pass|pwd|pw|cred|auth|sas|pat|otp|hmac)s?\d*(?=[\W_]|$)|"
    r"(?:key|token|pass|pwd|auth|signature)s?\d*$|(?:^|[\W_])pin$",
    re.IGNORECASE,
)
# … unless another word tells that they are meant otherwise, and the value is one that is: --max-tokens 512 and
# --num-key-value-heads 8 are to be seen.
_OTHERWISE = re.compile(
    r"(?:^|[\W_])(?:max|min|num|n|per|dim|size|len|length|count|heads?|type|bos|cls|eos|mask|pad|sep|ids|unk|special|"
    r"forward|backward|file|path|dir)(?=[\W_]|$)",
    re.IGNORECASE,
)
# Or the start of a list, of which no more is looked at where a comma may begin the next setting.
_NUMBER = r"[-+]?(?:(?:\d{1,15}|\d{1,3}(?:_\d{3}){1,4})(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?[kmb]?"
_NUMBERS = rf"[\[(]?{_NUMBER}(?:,{_NUMBER})*+,?[\])]?"
_HARMLESS = re.compile(
    rf"{_NUMBERS}|"
    r"true|false|none|yes|no|on|off|<[^<>\s]{1,40}>|\[[A-Z]{1,10}\]|"
    r"[A-Za-z_.,|-]{1,15}|~?\.{0,2}/[^:@=]*|[\w-]+(?:/[\w.-]+)+|[\w-]+\.(?:txt|json|ya?ml|pem|key|model|vocab|pt|bin)",
    re.IGNORECASE,
)
_SWITCH = re.compile(r"true|false", re.IGNORECASE)
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# All of these take time that is linear in the length of a text: an argument may have 128 kB.
_NAMED = re.compile(r"(?<![\w./+-])(?P<name>[\w./+-]++)(?P<sign>[\"']?\s*+[=:]\s*)")
_VALUE = re.compile(r"[\"']?([^\s,;&\"'}]{0,200})")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
# In braces, what ends before the next name in quotes or with the argument.
_IN_BRACES = re.compile(r"(?:[^\s,{}\[\]\"']*|\[[^\[\]{}]*\])(?=\s*+\}*+\s*+(?:,\s*[\"']|\Z))")
_SCHEME = re.compile(r"(?:bearer|basic|token)\s*", re.IGNORECASE)

# Up to the last @ if there is a password, in which slashes, @ and spaces may stand; a port is none.
_USER_INFO = re.compile(r"(?<=://)(?:[^/@\s:]*:(?!\d{1,5}(?:[/?#\s]|$))[^\n]*|[^/@\s]*)(?=@)")
_QUERY = re.compile(r"(?<!\S)((?:[^\s:]++|:(?!//))*+://[^\s?#]*+[?#])\S+")
_HOOK = re.compile(r"(hooks\.slack\.com/services/|discord(?:app)?\.com/api/webhooks/)\S+")
_USER = re.compile(r"--(?:[\w-]*[_-])?(?:user|login)|-u")
_OPTION = re.compile(r"--?[A-Za-z][\w.-]*(?:=.*)?", re.DOTALL)
# Here an @ stands in a password rather than in a path.
_DATABASE = re.compile(
    r"((?<![a-z])(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?)(?:\+\w{1,20})?://)[^\n]*(?=@)",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*", re.DOTALL)
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[\w-]{16,}|hf_\w{16,}|gh[oprsu]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|"
    r"[sr]k_(?:live|test)_\w{16,}|npm_\w{30,}|pypi-[\w-]{16,}|r8_\w{16,}|"
    r"(?:AKIA|ASIA)[0-9A-Z]{12,}|AIza[\w-]{30,}|xox[a-z]-[\w-]{8,}|eyJ[\w-]{8,2000}\.[\w.-]+)"
)


def without_secrets(arguments: Iterable[str]) -> Iterator[str]:
    """Yield the arguments of a command line with `***` for what looks like a secret.

    That is: the one value after an option, or after a name and `=` or `:`, that is called like a secret; the user in a
    URL, and what follows a `?` or `#` there; the password in `--user name:password`; what has the shape of a well-known
    kind of token or of a private key.
    """
    arguments = list(arguments)
    name, hides_next, is_login = "", False, False
    for argument, after in zip(arguments, [*arguments[1:], None], strict=True):
        if (name and _is_value(name, argument, after)) or (hides_next and not argument.startswith("--")):
            yield HIDDEN
            name, hides_next = "", False
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
        yield _SHAPES.sub(HIDDEN, _PRIVATE_KEY.sub(HIDDEN, shown))
        name = argument if argument.startswith("-") and not sign else ""


def _is_value(option: str, argument: str, after: str | None) -> bool:
    """Whether an argument is the secret that the option before it is called like, rather than another option."""
    if not argument.startswith("--"):
        return _is_secret(option, argument)
    if option.startswith(("--no-", "--no_")):
        return False
    # One of a password may look like an option: then no value follows it.
    has_value = "=" in argument or (after is not None and not after.startswith("-"))
    return _SECRET.search(option) is not None and not (_OPTION.fullmatch(argument) and has_value)


def _is_secret(name: str, value: str) -> bool:
    name = _WORD_STARTS.sub("_", name)
    if _SECRET.search(name):
        return True
    is_meant_otherwise = _SWITCH.fullmatch(value) or (_OTHERWISE.search(name) and _HARMLESS.fullmatch(value))
    return _PERHAPS.search(name) is not None and not is_meant_otherwise


def _password_hidden(login: str) -> str:
    name, sign, password = login.partition(":")
    return name + sign + (password and HIDDEN)


def _user_hidden(line: str) -> str:
    head, at, rest = line.rpartition("@")
    return _USER_INFO.sub(HIDDEN, _DATABASE.sub(rf"\1{HIDDEN}", head + at)) + rest


def _named_hidden(argument: str) -> tuple[str, bool]:
    """Hide what is called like a secret inside of an argument; say whether the value is the next argument.

    Without quotes a value may hold anything: then all that follows is hidden, but for the settings that follow in
    braces.
    """
    shown, at = "", 0
    brace = argument.find("{")
    for found in _NAMED.finditer(argument):
        value = _VALUE.match(argument, found.end())
        if found.start() < at or not _is_secret(found["name"], value[1] if value else ""):
            continue
        shown += argument[at : found.end()] + HIDDEN
        ended = _QUOTED.match(argument, found.end())
        if ended is None and 0 <= brace < found.start():
            ended = _IN_BRACES.match(argument, found.end())
        if ended is None:
            rest = argument[found.end() :]
            return (shown, bool(_SCHEME.fullmatch(rest))) if rest else (argument, False)
        at = ended.end()
    return shown + argument[at:], False
