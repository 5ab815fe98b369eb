"""Messages of the page, in English and Chinese."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from starlette.requests import Request

from promptrec.errors import InputError

LANGUAGES = {"en": "English", "zh": "中文"}
COOKIE = "promptrec-studio-language"


@cache
def words(language: str) -> Mapping[str, str]:
    """Messages of a language by key, from words.yaml."""
    messages = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
    return {name: by_language[language] for name, by_language in messages.items()}


class Refused(InputError):
    """A request that the studio refuses, with a message in the language of the page.

    Args:
        name: of the message `refused_NAME` in words.yaml.
        slots: values of its placeholders.
    """

    def __init__(self, name: str, /, **slots: object) -> None:
        self._name, self._slots = name, slots
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """The message, in "en" or "zh"."""
        return words(language)[f"refused_{self._name}"].format(**self._slots)


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
