"""Who may ask: the Host header, the token, the origin of a POST; and the headers that every answer carries."""

import hmac
import html
import ipaddress
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lightboard.api.errors import error_response
from lightboard.api.page import page
from lightboard.api.settings import Settings

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Access:
    """Lets through what spec/api.md, section Access, allows; answers 421, 401 or 403 to the rest."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        # Browsers share cookies between the ports of a host, and so would several boards.
        self.cookie = f"lightboard_{settings.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        presented = self._token_in_query(scope)

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if presented is not None and self._is_token(presented):
                    headers.append("Set-Cookie", self._set_cookie())
            await send(message)

        refusal = (
            self._refuse_host(scope) or self._refuse_token(scope, presented) or self._refuse_origin(scope)
        )
        if refusal is not None:
            await refusal(scope, receive, sender)
        elif presented is not None and scope["path"] == "/":
            await self._without_token(scope)(scope, receive, sender)
        else:
            await self.app(scope, receive, sender)

    # A page of another site can have its own name resolved to this address (DNS rebinding). Its requests
    # carry that name in Host; an address cannot be forged in this way.
    def _refuse_host(self, scope: Scope) -> Response | None:
        host = Headers(scope=scope).get("host", "")
        name = _host_name(host)
        if name == "localhost" or name in self.settings.host_names:
            return None
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            pass
        else:
            if address.is_loopback or self.settings.wide:
                return None
        expected = ", ".join(["localhost", "127.0.0.1", "[::1]", *sorted(self.settings.host_names)])
        return error_response(
            scope,
            421,
            "host_not_allowed",
            f'The Host header: expected one of {expected}, found "{host}". Open the board by the address that '
            "the terminal prints; to be reached by another name, start it with --host NAME.",
        )

    def _refuse_token(self, scope: Scope, presented: str | None) -> Response | None:
        if self.settings.token is None:
            return None
        headers = Headers(scope=scope)
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        cookie = _cookie(headers.get("cookie", ""), self.cookie)
        candidates = (presented, bearer.strip() if scheme.lower() == "bearer" else None, cookie)
        if any(candidate is not None and self._is_token(candidate) for candidate in candidates):
            return None
        return error_response(
            scope,
            401,
            "token_required",
            "This board can be reached from other machines, so it asks for a token. Expected the token that the "
            f"terminal prints, found {'none' if not any(candidates) else 'another one'}.\n\n"
            "In a browser, open the whole address that the terminal prints, with ?token=… at its end; a program "
            "sends the header Authorization: Bearer TOKEN. A board that was started again has a new token.",
            {"WWW-Authenticate": 'Bearer realm="lightboard"'},
        )

    def _refuse_origin(self, scope: Scope) -> Response | None:
        if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            return None
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        same_origin = origin is None or origin in {f"http://{host}", f"https://{host}"}
        site = headers.get("sec-fetch-site", "same-origin")
        if same_origin and site in {"same-origin", "none"}:
            return None
        found = f'one from "{origin}"' if origin is not None else f'one that the browser calls "{site}"'
        return error_response(
            scope,
            403,
            "cross_site",
            f"Expected a request from the board itself (Origin http://{host}), found {found}.",
        )

    def _without_token(self, scope: Scope) -> Response:
        """Move on to the same address without the token, so that it stays in no history and no shared link."""
        query = [pair for pair in _query(scope) if pair[0] != "token"]
        target = html.escape("./" + (f"?{urlencode(query)}" if query else ""))
        # A strict cookie is not sent along an HTTP redirect that a link on another site began; it is when a
        # page of ours moves on, and that replaces the entry in the history too.
        return page(
            "Lightboard", "Opening the board…", head=f'<meta http-equiv=refresh content="0;url={target}">'
        )

    def _token_in_query(self, scope: Scope) -> str | None:
        if self.settings.token is None:
            return None
        return dict(_query(scope)).get("token")

    def _is_token(self, candidate: str) -> bool:
        token = self.settings.token or ""
        return hmac.compare_digest(candidate.encode("utf-8", "surrogatepass"), token.encode())

    def _set_cookie(self) -> str:
        return f"{self.cookie}={self.settings.token}; Path=/; HttpOnly; SameSite=Strict"


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _host_name(host: str) -> str:
    """Take the name out of a Host header: without port and brackets, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].removesuffix(".").lower()


def _cookie(header: str, name: str) -> str | None:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(header)
    except CookieError:
        return None
    return cookies[name].value if name in cookies else None
