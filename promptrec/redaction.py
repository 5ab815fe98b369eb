"""Redaction of secrets in text: credentials in URLs, and known secrets in messages of other programs."""

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

MASK = "***"
# Fewer characters are no secret, and would be found in every sentence.
SHORTEST = 3
# Servers show a key they refuse in part ("sk-proj-***wxyz"): so many characters in a row are too many.
FRAGMENT = 8
# Paths write one slash: Path("http://host") is "http:/host". One letter is a drive.
_SCHEME = re.compile(r"[A-Za-z0-9+.-]{2}:/+")
# No blank beside the sign: sentences of our own say "api_key: leave it out", and titles "The Secret: ...".
_ASSIGNED = re.compile(
    r"""((?:api|access|secret)[-_]?key|secret|passw(?:or)?d|(?:access|auth|api)[-_]token)(=["']?)[^\s"']+""",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s\"'`,;:(){}\[\]<>=]+")


def redact(text: str) -> str:
    """The text with the credentials of every address in it masked, and what is written behind api_key= or the like.

    See `redact_address`.
    """
    text = _ASSIGNED.sub(rf"\1\2{MASK}", text)
    return re.sub(r"\S+", lambda word: redact_address(word[0]) if _SCHEME.search(word[0]) else word[0], text)


def redact_address(address: str) -> str:
    """An address (or several with commas between) without user, password, values of its query, and fragment.

    It is cut where browsers and people would: whatever stands before the last "@" may be a password with an unescaped
    "/", "?" or "#" in it.
    """
    return ",".join(map(_redact_one, split_addresses(address)))


def split_addresses(addresses: str) -> list[str]:
    """Addresses with commas between. A comma in a password separates nothing: behind one that does, one begins."""
    if "://" in addresses:
        return re.split(r",(?=\s*[A-Za-z][A-Za-z0-9+.-]{0,20}://)", addresses)
    return [addresses] if "@" in addresses else addresses.split(",")


def _redact_one(address: str) -> str:
    found = _SCHEME.search(address)
    start = found.end() if found else 0
    scheme, rest = address[:start], address[start:]
    _, at, rest = rest.rpartition("@")
    if at:
        rest = f"{MASK}@{rest}"
    rest, hash_sign, _ = rest.partition("#")
    rest, question, query = rest.partition("?")
    if not re.search(r"\w", query):  # a sentence's own sign
        rest += question + query
    else:
        names = [name + equals for name, equals, _ in (part.partition("=") for part in re.split("[&;]", query))]
        rest += "?" + "&".join(name + MASK if name.endswith("=") else MASK for name in names)
    return scheme + rest + (f"#{MASK}" if hash_sign else "")


class Redactor:
    """Masks known secrets in text that somebody else wrote, such as a server's message.

    Args:
        secrets: keys, tokens, passwords; None and what is too short to be one are passed over.
    """

    def __init__(self, secrets: Iterable[str | None]) -> None:
        known = {form for secret in secrets if secret for form in (secret, unquote(secret))}
        self._secrets = sorted((s for s in known if len(s) >= SHORTEST), key=len, reverse=True)
        self._fragments = {s[i : i + FRAGMENT] for s in self._secrets for i in range(len(s) - FRAGMENT + 1)}

    def __call__(self, text: str) -> str:
        """The text with them masked, as they are, as they are written in JSON or an address, and in part."""
        for secret in self._secrets:
            for form in {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}:
                text = text.replace(form, MASK)
        return redact(_WORD.sub(lambda word: MASK if self._holds_fragment(word[0]) else word[0], text))

    def _holds_fragment(self, word: str) -> bool:
        return any(word[i : i + FRAGMENT] in self._fragments for i in range(len(word) - FRAGMENT + 1))


def basic_credentials(user: str, password: str) -> str:
    """What the header of HTTP basic authentication makes of a user and a password."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()
