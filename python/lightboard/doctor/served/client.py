"""A small HTTP client that a broken or hostile server can neither stop nor fill."""

from __future__ import annotations

import http.client
import io
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import SplitResult, quote, unquote_plus, urlencode, urlsplit

TIMEOUT_SECS = 10.0
MAX_ANSWER_BYTES = 64 << 20

TOKEN = re.compile(r"((?:^|[?&])token=)([^&#]*)")
SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*:)?//")
USER = re.compile(r"^((?:\w+:)?//|)[^/?#]*@")


def shown(url: str) -> str:
    """`url` without the token, name and password that it may hold: what others may read."""
    return USER.sub(r"\1", TOKEN.sub(r"\1…", url))


@dataclass(frozen=True)
class Answer:
    """What came back: `status` 0 and `error` where nothing did.

    `cut`: nothing came because the look's own time was up, which says nothing of the server. `refused`: nothing
    listens there. `too_large`: more came than is taken.
    """

    status: int
    body: bytes = b""
    error: str = ""
    cut: bool = False
    refused: bool = False
    too_large: bool = False

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Client:
    """Asks one server, below the path of its address. No request takes longer than `left` or TIMEOUT_SECS."""

    def __init__(self, url: str, left: Callable[[], float] = lambda: TIMEOUT_SECS) -> None:
        """Take an address as a browser's bar has it: `localhost:6006`, or with scheme, path, query and fragment.

        Raises ValueError for what is no address of a board.
        """
        self.parts: SplitResult = urlsplit(url if SCHEME.match(url) else f"//{url}", scheme="http")
        if self.parts.scheme not in ("http", "https"):
            raise ValueError(f'the scheme is "{self.parts.scheme}"')
        if not url.isprintable() or " " in url:
            raise ValueError("it holds spaces or control characters")
        if not self.parts.netloc:
            raise ValueError("it names no host")
        try:
            port = self.parts.port
        except ValueError:
            port = 0
        if port == 0:
            raise ValueError("the port is no number from 1 to 65535")
        self.host = self.parts.hostname or "localhost"
        self.port = port or (443 if self.parts.scheme == "https" else 80)
        self.prefix = quote(self.parts.path.rpartition("/")[0], safe="/%:@!$&'()*+,;=~")
        token = TOKEN.search(self.parts.query)
        self.token = unquote_plus(token[2]) if token else ""
        self._left = left

    @property
    def root(self) -> str:
        """The address without what comes behind the path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.parts.scheme}://{host}:{self.port}{self.prefix}/"

    def get(self, path: str, *, prefix: str | None = None) -> Answer:
        """GET `path` below the address, or below another `prefix`."""
        return self._ask("GET", path, prefix=prefix)

    def post_form(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        """POST a form."""
        body = urlencode(fields, errors="surrogatepass")
        return self._ask("POST", path, (body, "application/x-www-form-urlencoded"))

    def post_json(self, path: str, body: object) -> Answer:
        """POST a JSON object."""
        return self._ask("POST", path, (json.dumps(body), "application/json"))

    def _ask(
        self, method: str, path: str, body: tuple[str, str] | None = None, prefix: str | None = None
    ) -> Answer:
        left = self._left()
        limit = min(TIMEOUT_SECS, left)
        headers = {"Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = body[1]
        if self.token.isascii() and self.token.isprintable() and self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = _Connection(self.host, self.port, time.monotonic() + limit, self.parts.scheme == "https")
        try:
            connection.request(
                method, f"{self.prefix if prefix is None else prefix}{path}", body and body[0], headers
            )
            answer = connection.getresponse()
            return Answer(answer.status, _read(answer))
        except TimeoutError:
            what = "it accepts connections, and does not answer" if connection.is_open else "no connection"
            return Answer(0, error=f"{what} within {limit:.3g} s", cut=left < TIMEOUT_SECS)
        except _TooLargeError as error:
            return Answer(0, error=str(error), too_large=True)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(0, error=self._problem(error), refused=isinstance(error, ConnectionRefusedError))
        finally:
            connection.close()

    def _problem(self, error: Exception) -> str:
        match error:
            case ConnectionRefusedError():
                return "connection refused: nothing listens there"
            case socket.gaierror() | UnicodeError():  # Of no bytes: a part of the name is empty, or too long.
                return f'there is no host "{self.host}"'
            case ssl.SSLCertVerificationError():
                return f"its certificate is not trusted ({error.verify_message})"
            case ssl.SSLError():
                return f"no TLS ({error.reason})"
        return str(error) or type(error).__name__


class _Connection(http.client.HTTPConnection):
    """A connection that is over at the time `until`, however slowly the other side takes and gives."""

    def __init__(self, host: str, port: int, until: float, tls: bool) -> None:
        super().__init__(host, port)
        self._until = until
        self._tls = tls
        self.is_open = False
        """Whether it came to be."""
        self.response_class = self._response  # type: ignore[assignment]

    def connect(self) -> None:
        """Try the host's addresses one after the other, each with its share of the time that is left."""
        failed: OSError = TimeoutError()
        found = _addresses(self.host, self.port, self._until)
        for number, (family, kind, protocol, _, address) in enumerate(found):
            try:
                self.sock = socket.socket(family, kind, protocol)
                self._open(address, _left(self._until) / (len(found) - number))
            except OSError as error:
                failed = error
                if self.sock is not None:
                    self.sock.close()
            else:
                return
        raise failed

    def _open(self, address: Any, seconds: float) -> None:
        self.sock.settimeout(seconds)
        self.sock.connect(address)
        self.is_open = True
        if self._tls:
            self._limit()
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def send(self, data: Any) -> None:
        """Send within the time."""
        if self.sock is None:
            self.connect()
        self._limit()
        super().send(data)

    def _limit(self) -> None:
        self.sock.settimeout(_left(self._until))

    def _response(self, sock: socket.socket, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(sock, *args, **kwargs)
        response.fp = io.BufferedReader(_Within(response.fp.detach(), sock, self._until))
        return response


class _Within(io.RawIOBase):
    """The bytes of a socket, as long as they come before the time `until`."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, until: float) -> None:
        self._raw, self._sock, self._until = raw, sock, until

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Wait for the next bytes for no longer than is left."""
        self._sock.settimeout(_left(self._until))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close what is read, too."""
        self._raw.close()
        super().close()


class _TooLargeError(Exception):
    """The answer has more bytes than are taken."""


def _addresses(host: str, port: int, until: float) -> list[Any]:
    """Find a host's addresses before the time `until`: a name may take its time, and no time can be set for that."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass  # A name.
    found: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def find() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            found.put(error)

    threading.Thread(target=find, daemon=True).start()
    try:
        answer = found.get(timeout=_left(until))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(answer: http.client.HTTPResponse) -> bytes:
    """Read the body up to the limit."""
    parts, size = [], 0
    while part := answer.read1(1 << 20):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise _TooLargeError(f"the answer has more than {MAX_ANSWER_BYTES >> 20} MiB")
    return b"".join(parts)
