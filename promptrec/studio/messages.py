"""What the page says, in English and Chinese."""

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
    """The sentences of a language by name; `words.yaml` has them all."""
    messages = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
    return {name: by_language[language] for name, by_language in messages.items()}


class Refused(InputError):
    """What the studio itself will not do, said in the language of the page.

    Args:
        name: of the sentence, `refused_NAME` in words.yaml.
        slots: what is put into its braces.
    """

    def __init__(self, name: str, /, **slots: object) -> None:
        self._name, self._slots = name, slots
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """The sentence, in "en" or "zh"."""
        return words(language)[f"refused_{self._name}"].format(**self._slots)


def language_of(request: Request) -> str:
    """The one chosen on the page, else the first of the browser's that there is, else English."""
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
