"""`IntentSettings`: what a pack adds to the rules: phrases that refuse, and names of columns."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from promptrec.data.clean import title_key
from promptrec.data.intent import FIELDS
from promptrec.data.record import Record
from promptrec.errors import InvalidValue
from promptrec.intent.chinese.cues import is_chinese_phrase
from promptrec.intent.english.cues import is_english_phrase

_IS_PHRASE = {"en": is_english_phrase, "zh": is_chinese_phrase}
# A pack may be a stranger's, and every phrase costs time in every request.
MOST_PHRASES = 100


class IntentSettings(Record):
    """Additions to the rules that read a request, and to the names of the columns that answer it."""

    language: Literal["en", "zh"] = "en"
    """Language of `refusals`; requests in the other one are read without them."""
    refusals: tuple[str, ...] = ()
    """Phrases that refuse what follows them: word patterns in English, words in Chinese."""
    columns: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Further names of columns, by the field of a constraint."""

    def phrases(self, language: str) -> tuple[str, ...]:
        """The phrases for requests in a language."""
        return self.refusals if language == self.language else ()


NO_SETTINGS = IntentSettings()
"""The rules as they are shipped."""


def merged(settings: Iterable[IntentSettings]) -> IntentSettings:
    """The settings of several templates of one pack, in one record; the language is that of the first."""
    listed = list(settings)
    if not listed:
        return NO_SETTINGS
    columns: dict[str, dict[str, None]] = {}
    for each in listed:
        for field, names in each.columns.items():
            columns.setdefault(field, {}).update(dict.fromkeys(names))
    language = listed[0].language
    return IntentSettings(
        language=language,
        refusals=tuple(dict.fromkeys(phrase for each in listed for phrase in each.phrases(language))),
        columns={field: tuple(names) for field, names in columns.items()},
    )


def check_refusals(phrases: Iterable[str], language: str) -> None:
    """Check phrases of refusal.

    Args:
        phrases: as a pack has them.
        language: of the pack.

    Raises:
        InvalidValue: too many, or one that no request in the language can have.
    """
    phrases = tuple(phrases)
    if len(phrases) > MOST_PHRASES:
        raise InvalidValue("too-many-refusals", count=len(phrases), most=MOST_PHRASES)
    for number, phrase in enumerate(phrases):
        if not _IS_PHRASE[language](phrase):
            raise InvalidValue("refusal-no-phrase", (str(number),), phrase=phrase, language=language)


def check_columns(columns: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Check names of columns by the field of a constraint, and return them.

    Raises:
        InvalidValue: a field that no constraint has, or one without names.
    """
    for field, names in columns.items():
        if field not in FIELDS:
            raise InvalidValue("header-choice", (field,), name=field, known=FIELDS)
        if not names or not all(title_key(name) for name in names):
            raise InvalidValue("columns-without-name", (field,), name=field)
    return columns
