"""Authentication of requests: only this machine's browser, with the token of the printed link.

A page of another site can make the browser send requests to 127.0.0.1. It is kept out three times: by the Host header
(its name may have been made to point here), by a cookie that other sites' requests do not carry, and by the Origin of
whatever changes something. Answers carry a Content-Security-Policy under which nothing of another host is loaded.
"""

import hmac
import secrets
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER = "X-Promptrec-Token"  # noqa: S105 - a header's name
TOKEN_FIELD = "token"  # noqa: S105
REFUSED = "Open the link that `promptrec studio` printed: this address needs its token.\n"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(nonce: str) -> str:
    """Content-Security-Policy of a page: everything from this server; the editor's style sheet has the nonce."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class AuthMiddleware:
    """ASGI middleware that refuses requests without the token, of other hosts and of other origins.

    Args:
        app: the application behind it.
        token: the token that a request must have, in the link's query, a cookie or a header.
        hosts: the values of Host that mean this server, such as 127.0.0.1:8765.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: frozenset[str]) -> None:
        self._app = app
        self._token = token
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return None  # there are no websockets here
        nonce = scope.setdefault("state", {})["nonce"] = secrets.token_urlsafe(16)
        request = Request(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = HEADERS | {"Content-Security-Policy": policy(nonce)}
                message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in headers.items())]
            await send(message)

        answer = self._answer(request)
        return await (answer or self._app)(scope, receive, send_with_headers)

    def _answer(self, request: Request) -> Response | None:
        """The refusal or redirect for a request; None lets it pass."""
        host = request.headers.get("host", "")
        if request.headers.getlist("host") != [host] or host not in self._hosts:
            return PlainTextResponse("This is promptrec studio, and not the host that was asked for.\n", 421)
        origin = request.headers.get("origin")
        if request.method not in ("GET", "HEAD") and origin not in (None, f"http://{host}"):
            return PlainTextResponse("Requests of other pages are refused.\n", 403)
        if request.url.path == "/" and self._is_token(request.query_params.get(TOKEN_FIELD)):
            return self._set_cookie(request)
        credential = request.headers.get(TOKEN_HEADER) or request.cookies.get(cookie(host))
        return None if self._is_token(credential) else PlainTextResponse(REFUSED, 403)

    def _set_cookie(self, request: Request) -> Response:
        """Redirect that moves the token from the address, and so from the browser's history, into a cookie."""
        query = urlencode([pair for pair in parse_qsl(request.url.query) if pair[0] != TOKEN_FIELD])
        answer = RedirectResponse(f"/?{query}" if query else "/", 303)
        answer.set_cookie(cookie(request.headers["host"]), self._token, httponly=True, samesite="strict", path="/")
        return answer

    def _is_token(self, credential: str | None) -> bool:
        return credential is not None and hmac.compare_digest(credential.encode(), self._token.encode())


def cookie(host: str) -> str:
    """Name of the cookie. It has the port, because cookies ignore ports and two studios must not share one."""
    return f"promptrec-studio-{host.rpartition(':')[2]}"
