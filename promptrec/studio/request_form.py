"""Form that the page sends with each request: the unsaved text, the query, the candidates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request

from promptrec.errors import InputError

LONGEST_FORM = 3_000_000
MOST_FIELDS = 50


@dataclass(frozen=True)
class PageRequest:
    """Values of the form; `fields` has all other fields by name."""

    name: str
    source: str
    preferences: str = ""
    history: tuple[str, ...] = ()
    context: str = ""
    attributes: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


async def read_form(request: Request) -> PageRequest:
    """Parse the form of a request; done here because it needs no package.

    Raises:
        InputError: it is longer than any template and its people, or not text.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise InputError("form-too-long", most=LONGEST_FORM)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise InputError("not-a-form") from None
    fields = {name: value.replace("\r\n", "\n") for name, value in pairs}
    return PageRequest(
        name=fields.pop("name", ""),
        source=fields.pop("source", ""),
        preferences=fields.pop("preferences", ""),
        history=_lines(fields.pop("history", "")),
        context=fields.pop("context", ""),
        attributes=_lines(fields.pop("attributes", "")),
        candidates=_lines(fields.pop("candidates", "")),
        fields=fields,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())
