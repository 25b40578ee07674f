"""A small HTTP client that a broken or hostile server can neither stop nor fill."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

TIMEOUT_SECS = 10.0
MAX_ANSWER_BYTES = 64 << 20


@dataclass(frozen=True)
class Answer:
    """What came back: `status` 0 and `error` where nothing did."""

    status: int
    body: bytes = b""
    error: str = ""
    location: str = ""

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Client:
    """Asks one server, below the path of its address."""

    def __init__(self, url: str) -> None:
        """Take an address as a browser's bar has it: `localhost:6006`, or with scheme, path, query and fragment."""
        self.parts: SplitResult = urlsplit(url if "//" in url else f"//{url}", scheme="http")
        self.host = self.parts.hostname or "localhost"
        self.port = self.parts.port or (443 if self.parts.scheme == "https" else 80)
        self.prefix = self.parts.path.rpartition("/")[0]

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
        return self._ask("POST", path, (urlencode(fields), "application/x-www-form-urlencoded"))

    def post_json(self, path: str, body: object) -> Answer:
        """POST a JSON object."""
        return self._ask("POST", path, (json.dumps(body), "application/json"))

    def _ask(
        self, method: str, path: str, body: tuple[str, str] | None = None, prefix: str | None = None
    ) -> Answer:
        headers = {"Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = body[1]
        connection: http.client.HTTPConnection
        if self.parts.scheme == "https":
            connection = http.client.HTTPSConnection(self.host, self.port, timeout=TIMEOUT_SECS)
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT_SECS)
        try:
            connection.request(
                method, f"{self.prefix if prefix is None else prefix}{path}", body and body[0], headers
            )
            answer = connection.getresponse()
            return Answer(answer.status, _read(answer), location=answer.headers.get("Location", ""))
        except TimeoutError:
            return Answer(0, error=f"no answer within {TIMEOUT_SECS:g} s")
        except ConnectionRefusedError:
            return Answer(0, error="connection refused: nothing listens there")
        except socket.gaierror:
            return Answer(0, error=f'there is no host "{self.host}"')
        except ssl.SSLError as error:
            return Answer(0, error=f"no TLS ({error.reason})")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(0, error=str(error) or type(error).__name__)
        finally:
            connection.close()


def _read(answer: http.client.HTTPResponse) -> bytes:
    """Read the body up to the limit, and for no longer than the timeout, however slowly it comes."""
    parts, size, until = [], 0, time.monotonic() + TIMEOUT_SECS
    while part := answer.read1(1 << 20):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise ValueError(f"the answer has more than {MAX_ANSWER_BYTES >> 20} MiB")
        if time.monotonic() > until:
            raise TimeoutError
    return b"".join(parts)
