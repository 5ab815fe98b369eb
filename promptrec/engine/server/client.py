"""HTTP client of one OpenAI-compatible server: retries, one-line errors, and no secrets in either."""

import html
import itertools
import json
import logging
import random
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from pydantic import SecretStr

from promptrec.engine.base import BatchRefused
from promptrec.engine.server.address import ServerAddress
from promptrec.errors import MissingExtra, PromptrecError, first_line
from promptrec.messages import Message, Slot, message
from promptrec.redaction import Redactor, basic_credentials

try:
    import httpx
except ImportError:
    raise MissingExtra("httpx", "server") from None

logger = logging.getLogger(__name__)

CONCURRENCY = 32
"""Requests that are with one server at the same time."""
TIMEOUT_SECONDS = 300.0
CONNECT_SECONDS = 10.0
# Waits are logged no more often than this.
NOTICE_SECONDS = 10.0
# The server refuses the prompt, and would refuse it again.
REFUSED = (400, 413, 414, 422, 431)
TRANSIENT = (408, 425, 429)
PERMANENT = (501, 505)


@dataclass(frozen=True)
class Retry:
    """When a failed request is tried again; all in seconds."""

    backoff: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
    """Pauses before the further tries, unless the server names one (Retry-After)."""
    longest_pause: float = 30.0
    """Cap on a pause that the server names."""
    patience: float = 120.0
    """No try begins later than this after the first. A server that refuses connections is tried until then."""


RETRY = Retry()


class RequestFailed(PromptrecError):
    """A request that failed for good.

    Args:
        code: of the message catalogue, or a message.
        permanent: another request would fail in the same way, as with a wrong key.
        unreachable: the server did not answer at all.
        status: HTTP status, None if there was none or the answer was malformed.
        slots: of the message.
    """

    def __init__(
        self,
        code: str | Message,
        /,
        *,
        permanent: bool = False,
        unreachable: bool = False,
        status: int | None = None,
        **slots: object,
    ) -> None:
        super().__init__(code if isinstance(code, Message) else message(code, **slots))
        self.permanent = permanent
        self.unreachable = unreachable
        self.status = status


class _TryAgain(PromptrecError):
    """A failure that may pass. `pause` is in seconds, as the server names it; `network`: no or half an answer."""

    def __init__(
        self,
        code: str | Message,
        /,
        *,
        pause: float | None = None,
        network: bool = False,
        unreachable: bool = False,
        **slots: object,
    ) -> None:
        super().__init__(code if isinstance(code, Message) else message(code, **slots))
        self.pause = pause
        self.network = network
        self.unreachable = unreachable


class Client:
    """Sends requests to one server. Its messages never hold a secret, even if the server repeats one.

    Args:
        address: of the server; credentials are sent as HTTP basic authentication, its query with every request.
        api_key: sent as a bearer token if the address has no credentials.
        retry: when a failed request is tried again.
    """

    def __init__(self, address: ServerAddress, api_key: SecretStr | None = None, retry: Retry = RETRY) -> None:
        self.address = address
        self._retry = retry
        key = api_key.get_secret_value() if api_key else ""
        self._has_key = bool(key or address.credentials)
        if key and address.credentials:
            logger.warning("%s: the address has a user, so the api_key is not sent", address.shown)
        values = [value for _, _, value in (part.partition("=") for part in re.split("[&;]", address.query))]
        secrets = [key, *(address.credentials or ()), *values]
        self._redact = Redactor([*secrets, basic_credentials(*address.credentials) if address.credentials else None])
        self._http = httpx.Client(
            transport=_WithQuery(address.query),
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
            headers={"Authorization": f"Bearer {key}"} if key else {},
            auth=address.credentials,
            trust_env=False,
        )
        self._noticed = float("-inf")

    def ask(
        self,
        method: str,
        path: str,
        expected: str,
        body: dict[str, Any] | None = None,
        *,
        wait: Callable[[float], bool] | None = None,
        opening: bool = False,
    ) -> dict[str, Any]:
        """The server's answer: an object with a field `expected`.

        Args:
            method: HTTP method.
            path: appended to the address.
            expected: a field that every answer to this request has.
            body: sent as JSON.
            wait: pauses for so many seconds and returns whether to give up; None: no second try.
            opening: the engine is being opened, so a server that cannot be reached is not waited for.

        Raises:
            BatchRefused: the server refuses the prompt.
            RequestFailed: any other failure, after the retries.
        """
        started = time.monotonic()
        for attempt in itertools.count(1):
            try:
                return self._try(method, self.address.url + path, expected, body)
            except _TryAgain as problem:
                failed = problem
            pause = self._pause(failed.pause, attempt)
            late = time.monotonic() - started + pause > self._retry.patience
            last = attempt > len(self._retry.backoff) and not failed.unreachable
            if wait is None or late or last or (opening and failed.network):
                break
            self._notice(failed, pause)
            if wait(pause):
                break
        raise RequestFailed(failed.message, unreachable=failed.unreachable)

    def lists_models(self, url: str) -> bool:
        """Whether another address of the same host lists models, or wants a key."""
        try:
            response = self._http.get(f"{url}/models", timeout=CONNECT_SECONDS)
            listed = response.status_code == 200 and isinstance(response.json()["data"], list)
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return False
        return listed or response.status_code in (401, 403)

    def answers(self, url: str) -> bool:
        """Whether a server answers at another address, which gets no key."""
        with httpx.Client(transport=_WithQuery(""), timeout=CONNECT_SECONDS) as http:
            try:
                return http.get(f"{url}/models").status_code < 500
            except httpx.HTTPError:
                return False

    def tokens(self, model: str, text: str) -> tuple[int, ...] | None:
        """Token IDs of a text by the server's tokenizer; None if it has no such endpoint."""
        body = {"model": model, "prompt": text, "add_special_tokens": False}
        try:
            answer = self._try("POST", self.address.url.removesuffix("/v1") + "/tokenize", "tokens", body)
        except (_TryAgain, RequestFailed, BatchRefused) as error:
            logger.debug("%s does not show its tokenizer: %s", self.address.shown, error)
            return None
        tokens = answer["tokens"]
        return tuple(tokens) if isinstance(tokens, list) and all(isinstance(t, int) for t in tokens) else None

    def close(self) -> None:
        """Close the connections. Calling it twice is harmless."""
        self._http.close()

    def _pause(self, named: float | None, attempt: int) -> float:
        backoff = self._retry.backoff
        pause = backoff[min(attempt, len(backoff)) - 1] if named is None else min(named, self._retry.longest_pause)
        return pause * random.uniform(1, 1.1)  # requests that failed together must not return together

    def _notice(self, failed: _TryAgain, pause: float) -> None:
        now = time.monotonic()
        if pause >= 1 and now - self._noticed > NOTICE_SECONDS:
            self._noticed = now
            logger.warning("%s; trying again in %.0f s", failed, pause)

    def _try(self, method: str, url: str, expected: str, body: dict[str, Any] | None) -> dict[str, Any]:
        response, text = self._receive(method, url, body)
        status = response.status_code
        if status >= 300:
            raise self._failure(status, status, self._words(text), response.headers)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if answer is None and (not text.strip() or text.lstrip().startswith("{")):
            raise _TryAgain("server-broke-off", server=self.address.shown, network=True)
        if not isinstance(answer, dict):
            raise RequestFailed("server-not-json", server=self.address.shown, words=self._words(text), permanent=True)
        if answer.get(expected) is not None and not answer.get("error"):
            return answer
        if words := self._words(text):  # gateways answer 200 with an error in the body
            raise self._failure(_code(answer), message("status-with-error", status=status), words, response.headers)
        raise RequestFailed("server-answers-otherwise", server=self.address.shown, expected=expected, permanent=True)

    def _receive(self, method: str, url: str, body: dict[str, Any] | None) -> tuple[httpx.Response, str]:
        """A response and its text; httpx's own errors are not chained, since they may hold the address."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        problem: Slot
        unreachable = False
        try:
            with self._http.stream(method, url, json=body) as response:
                return response, b"".join(_until(deadline, response.iter_bytes())).decode("utf-8-sig", errors="replace")
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            problem, unreachable = self._redact(first_line(error)), True
        except httpx.TimeoutException:
            problem = message("no-answer-in-time", seconds=round(TIMEOUT_SECONDS))
        except httpx.HTTPError as error:
            problem = message("connection-broke", why=self._redact(first_line(error)))
        except RuntimeError:  # the client is closed
            raise RequestFailed("engine-closed", permanent=True, unreachable=True) from None
        raise _TryAgain(
            "server-unreachable", server=self.address.shown, why=problem, network=True, unreachable=unreachable
        )

    def _words(self, text: str) -> str:
        """The error message in a body, short and without secrets."""
        return self._redact(_message(text))[:200]

    def _failure(self, status: int, got: Slot, words: str, headers: httpx.Headers) -> PromptrecError:
        """The exception for a status; `got` is the status in messages."""
        server = self.address.shown
        problem = message("server-error-words" if words else "server-error", server=server, got=got, words=words)
        if status in REFUSED:
            return BatchRefused(problem)
        if status in TRANSIENT or (status >= 500 and status not in PERMANENT):
            return _TryAgain(problem, pause=retry_after(headers.get("Retry-After")))
        if status in (401, 403):
            problem = message("server-refuses-key" if self._has_key else "server-wants-key", problem=problem)
        elif status < 400:
            target = self._redact(headers.get("Location", "elsewhere"))
            problem = message("server-redirects", server=server, target=target)
        return RequestFailed(problem, permanent=True, status=status)


@cache
def _certificates() -> ssl.SSLContext:
    """Those that a server must show for https, read once for all clients: it takes 40 ms."""
    return httpx.create_ssl_context(trust_env=False)


class _WithQuery(httpx.HTTPTransport):
    """Transport that adds the address's query, so that it is not in the addresses that httpx logs."""

    def __init__(self, query: str) -> None:
        # No proxy of the environment may see prompts that are for a server nearby.
        super().__init__(verify=_certificates(), trust_env=False, limits=httpx.Limits(max_connections=CONCURRENCY))
        self._query = query.encode()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._query:
            url = request.url.copy_with(query=self._query)
            request = httpx.Request(
                request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
            )
        return super().handle_request(request)


def retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header (a number or a date); None if it is neither."""
    if header is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", header):
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _until(deadline: float, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks; httpx itself only limits the time between two of them."""
    for chunk in chunks:
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer takes too long")
        yield chunk


def _message(text: str) -> str:
    """The error message of a server in one line: a field of its JSON, or the text of its page."""
    try:
        answer: Any = json.loads(text)
    except ValueError:
        page = re.sub(r"<(style|script)\b.*?</\1>|<[^>]{0,300}>", " ", text[:4000], flags=re.DOTALL | re.IGNORECASE)
        return " ".join(html.unescape(page).split())
    for _ in range(4):
        if isinstance(answer, list):
            answer = answer[0] if answer else ""
        if not isinstance(answer, dict):
            break
        answer = next((answer[name] for name in ("error", "detail", "message", "msg") if answer.get(name)), "")
    return " ".join(str(answer).split())[:4000]


def _code(answer: dict[str, Any]) -> int:
    """The status in the body of an error; 503 if there is none."""
    inner = answer.get("error")
    codes = [part.get("code") for part in (inner, answer) if isinstance(part, dict)]
    numbers = [int(code) for code in map(str, codes) if re.fullmatch("[45][0-9]{2}", code)]
    return numbers[0] if numbers else 503
