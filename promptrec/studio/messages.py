"""Messages of the page and of errors, in English and Chinese, and the language of a request."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from starlette.requests import Request

from promptrec.authoring.lint.jinja_hints import diagnostic_of
from promptrec.errors import PromptrecError, TemplateError
from promptrec.redaction import redact

LANGUAGES = {"en": "English", "zh": "中文"}

COOKIE = "promptrec-studio-language"


@cache
def words(language: str) -> Mapping[str, str]:
    """Messages of a language by key, from words.yaml."""
    messages = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
    return {name: by_language[language] for name, by_language in messages.items()}


def error_text(error: Exception, language: str) -> str:
    """An error in a language, after the name of its file and its line; a template's as the linter words it."""
    if not isinstance(error, PromptrecError):
        return f"{type(error).__name__}: {error}"
    path, text = error.path, redact(error.message.text(language))
    if isinstance(error, TemplateError):
        finding = diagnostic_of(error, "")
        path, text = finding.path, finding.text(language)[0]
    line = words(language)["line"].format(line=error.line) if error.line is not None else ""
    place = f"{path.rpartition('/')[2]} {line}".strip()
    return {"en": ": ", "zh": "："}[language].join(filter(None, (place, text)))


def language_of(request: Request) -> str:
    """Language of the page: the chosen one, else the browser's preferred one, else English."""
    chosen = request.query_params.get("language") or request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> str:
    """The language of an Accept-Language header with the largest weight (RFC 9110, 12.5.4)."""
    weighed = []
    for place, entry in enumerate(header.split(",")):
        tag, _, parameter = entry.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            weight = 0.0
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES and weight > 0:
            weighed.append((-weight, place, language))
    return min(weighed)[2] if weighed else "en"
