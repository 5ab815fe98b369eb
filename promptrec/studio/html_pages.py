"""Rendering of the studio's own pages, with autoescape."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from promptrec.messages import Reason
from promptrec.studio.messages import LANGUAGES, language_of, words

FOLDER = Path(__file__).parent


def page(request: Request, name: str, values: Mapping[str, Any] | None = None) -> HTMLResponse:
    """A page or a part of one, in the language of the request.

    In it, `say` has the messages of words.yaml, and `text` gives reasons in that language.
    """
    language = language_of(request)
    facts = {
        "say": words(language),
        "text": lambda *reasons: Reason(*reasons).text(language),
        "language": language,
        "languages": LANGUAGES,
        "nonce": request.state.nonce,
    }
    return HTMLResponse(_environment().get_template(f"{name}.html").render(facts | dict(values or {})))


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
