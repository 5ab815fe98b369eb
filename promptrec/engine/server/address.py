"""Addresses of servers, and the credentials in them."""

import os
import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from promptrec.engine.options import Address, EngineOptions
from promptrec.errors import InputError
from promptrec.redaction import redact_address, split_addresses

DEFAULT_URL = "http://127.0.0.1:8000/v1"
# Endpoints that people paste with the address.
ENDPOINT = re.compile(r"/(chat/completions|completions|models|embeddings|responses|tokenize|health|docs)$")


@dataclass(frozen=True)
class ServerAddress:
    """An address in parts. Its repr holds no secret."""

    url: str
    """Scheme, host, port and path, without a slash at the end."""
    shown: str
    """The address in messages, without secrets."""
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    """User and password."""
    query: str = field(default="", repr=False)
    """Sent with every request, such as "api-version=1"."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address in a text.

        Raises:
            InputError: it is not the address of a server; the message has what to write.
        """
        text = text.strip().strip("\"'")
        shown = redact_address(text)
        if text and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
            raise InputError("address-without-scheme", address=shown)
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
            (host or "").encode("idna")
        except ValueError:  # its message may hold a part of the password
            host = port = None
        if not host or re.search(r"\s", text):
            raise InputError("address-unreadable", address=shown)
        if parts.scheme.lower() not in ("http", "https"):
            raise InputError("address-not-http", address=shown)
        name = f"[{host}]" if ":" in host else host
        url = f"{parts.scheme.lower()}://{name}{f':{port}' if port else ''}{re.sub('/+', '/', parts.path).rstrip('/')}"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(url, shown.rstrip("/"), (user, password) if user or password else None, parts.query)

    @property
    def alternatives(self) -> list[str]:
        """Other addresses on the same host that may have been meant, the likeliest first."""
        parts = urlsplit(self.url)
        base = ENDPOINT.sub("", parts.path)
        paths = [base, f"{base}/v1", base.partition("/v1")[0] + "/v1", "/v1"]
        found = [f"{parts.scheme}://{parts.netloc}{path}" for path in dict.fromkeys(paths)]
        return [url for url in found if url != self.url]

    @property
    def other_scheme(self) -> str:
        """The same address with https for http, or http for https."""
        scheme, rest = self.url.split(":", 1)
        return f"{'http' if scheme == 'https' else 'https'}:{rest}"


def server_addresses(options: EngineOptions) -> list[ServerAddress]:
    """The addresses in the options, else in the environment, else vLLM's default.

    Raises:
        InputError: a malformed address.
    """
    written = options.base_url or Address(os.environ.get("PROMPTREC_SERVER", "").strip() or DEFAULT_URL)
    parts = [part.strip(" ,\n") for part in split_addresses(written.get_secret_value())]
    return [ServerAddress.parse(part) for part in filter(None, parts)] or [ServerAddress.parse("")]
