"""Words of conditions in English: `constraints.yaml`, and names of languages and countries from CLDR (babel)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from promptrec.intent.english.patterns import PatternSet
from promptrec.intent.english.words import Words, read_words

_MOST_WORDS = 4


class PhraseTable:
    """PhraseTable of up to four words, each with a value, looked up at a word."""

    def __init__(self, values: dict[str, Any]) -> None:
        """Take the phrases and their values; blanks of phrases are written `_`."""
        self._values = {tuple(phrase.split("_")): value for phrase, value in values.items()}
        self.firsts = frozenset(phrase[0] for phrase in self._values)
        """The words that phrases begin with."""

    @classmethod
    def of(cls, listed: str) -> "PhraseTable":
        """PhraseTable from a list with blanks between them; the value of each is True."""
        return cls(dict.fromkeys(listed.split(), True))

    def match(self, words: Words, number: int) -> tuple[Any, int] | None:
        """Value of the longest phrase that begins at a word, and the number of the word behind it."""
        if words.form(number) not in self.firsts:
            return None
        for last in range(min(number + _MOST_WORDS, len(words.forms)), number, -1):
            value = self._values.get(tuple(words.forms[number:last]))
            if value is not None:
                return value, last
        return None

    def __contains__(self, form: str) -> bool:
        return (form,) in self._values


@dataclass(frozen=True)
class Lexicon:
    """The lists of `constraints.yaml`, as sets and patterns; the fields are its headings."""

    left: PatternSet
    right: PatternSet
    soft: PatternSet
    allergy: PatternSet
    money: PhraseTable
    minutes: PhraseTable
    notes: dict[str, int]
    persons: frozenset[str]
    groups: PhraseTable
    relatives: frozenset[str]
    formats: PhraseTable
    formats_after: PhraseTable
    diets: PhraseTable
    free_of: frozenset[str]
    allergens: PhraseTable
    seasons: PhraseTable
    capital_months: frozenset[str]
    days: PhraseTable
    languages: PhraseTable
    language_nouns: frozenset[str]
    lands: PhraseTable
    lower_case_words: frozenset[str]
    cities: PhraseTable
    place_hints: frozenset[str]
    topic_words: frozenset[str]
    context: dict[str, frozenset[str]]
    """Words around a number or a place, by what they say of it."""


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    listed = yaml.safe_load((Path(__file__).parent / "constraints.yaml").read_text(encoding="utf-8"))
    classes = listed["classes"]
    return Lexicon(
        left=PatternSet(listed["left"], classes),
        right=PatternSet(listed["right"], classes),
        soft=PatternSet({"soft": listed["soft"]}),
        allergy=PatternSet(listed["allergy"]),
        money=_inverse(listed["money"]),
        minutes=_inverse(listed["minutes"]),
        notes=listed["notes"],
        groups=PhraseTable.of(listed["groups"]),
        formats=PhraseTable.of(listed["formats"]),
        formats_after=PhraseTable(
            {f"{before}_{word}": True for before, line in listed["formats_after"].items() for word in line.split()}
        ),
        diets=PhraseTable.of(listed["diets"]),
        allergens=PhraseTable.of(listed["allergens"]),
        seasons=PhraseTable.of(listed["seasons"]),
        capital_months=_set(listed["months_only_with_capital"]),
        days=PhraseTable.of(listed["days"]),
        languages=PhraseTable.of(" ".join([*_cldr("languages"), *listed["more_languages"].split()])),
        lands=PhraseTable.of(" ".join([*_cldr("territories"), *listed["lands"].split()])),
        cities=PhraseTable.of(listed["cities"]),
        persons=_set(listed["persons"]),
        relatives=_set(listed["relatives"]),
        free_of=_set(listed["free_of"]),
        language_nouns=_set(listed["language_nouns"]),
        lower_case_words=_set(listed["lower_case_words"]),
        place_hints=_set(listed["place_hints"]),
        topic_words=_set(listed["topic_words"]),
        context={name: _set(line) for name, line in listed["context"].items()},
    )


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _inverse(listed: dict[Any, str]) -> PhraseTable:
    return PhraseTable({phrase: unit for unit, line in listed.items() for phrase in line.split()})


def _cldr(kind: str) -> list[str]:
    """English names of all languages or countries whose code has two letters."""
    from babel import Locale

    names = getattr(Locale("en"), kind)
    return ["_".join(read_words(name).forms) for code, name in names.items() if len(code) == 2 and code.isalpha()]
