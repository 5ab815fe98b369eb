"""Word patterns: expressions over words in normal form, which cues are written in.

A pattern is a line of elements with blanks between them. An element is a word, or words with `|` between them; `_` is a
blank within an element; `*` is any word, and `*ing` any that ends so; `<name>` is a class of words that the file lists;
`~` behind a verb stands for all its forms; `?` behind an element makes it optional. In "do not really|ever? like" the
third element may be missing.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from promptrec.intent.english.words import Words

_ANY = r"[^\W_][^ ]*?"
_CLASS = re.compile(r"<(\w+)>")
_HYPHEN = re.compile(r"(?<=[^\W_])-(?=[^\W_])")
_VERB = re.compile(r"([a-z]+)~")
# One syllable that ends in one vowel and one consonant doubles the consonant: "skipped".
_DOUBLING = re.compile(r"^[^aeiou]*[aeiou][bdgkmnprtl]$|appal$|rebel$")


class PatternError(ValueError):
    """A line that is not a word pattern."""


@dataclass(frozen=True)
class Match:
    """A pattern that fits the words `first` to `last` - 1."""

    kind: str
    first: int
    last: int


class PatternSet:
    """Patterns of several kinds, looked up by their first word, so that many patterns cost no more than a few."""

    def __init__(self, kinds: Mapping[str, str], classes: Mapping[str, str] | None = None) -> None:
        """Compile patterns.

        Args:
            kinds: Patterns of each kind, one a line; blank lines and those that begin with # are skipped.
            classes: Words of each `<name>`, with blanks between them.

        Raises:
            PatternError: If a line begins with `*`, has only optional elements, or names a class that is not listed.
        """
        listed = {name: _HYPHEN.sub("_-_", words).split() for name, words in (classes or {}).items()}
        by_word: dict[str, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
        for kind, lines in kinds.items():
            for line in lines.splitlines():
                elements = _HYPHEN.sub("_-_", line).split()
                if not elements or elements[0].startswith("#"):
                    continue
                expression, firsts = _compile(elements, listed)
                for word in firsts:
                    by_word[word][kind].append((len(elements), expression))
        self._by_word = {word: dict(of_kinds) for word, of_kinds in by_word.items()}
        self._compiled: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    @property
    def firsts(self) -> Collection[str]:
        """The words that patterns begin with."""
        return self._by_word.keys()

    def _beginning_with(self, word: str) -> list[tuple[str, re.Pattern[str]]]:
        """The expression of each kind for a first word, compiled when a text has it: all of them take a second."""
        if word not in self._by_word:
            return []
        if word not in self._compiled:
            # Patterns with more elements first: an alternation takes the first that fits.
            self._compiled[word] = [
                (kind, re.compile("|".join(expression for _, expression in sorted(found, key=lambda pair: -pair[0]))))
                for kind, found in self._by_word[word].items()
            ]
        return self._compiled[word]

    def match(self, words: Words, number: int) -> Match | None:
        """The pattern that begins at a word: the longest one; of equal ones, that of the kind that was given first."""
        best: Match | None = None
        for kind, pattern in self._beginning_with(words.form(number)):
            found = pattern.match(words.line, words.offsets[number])
            if found and (best is None or words.at(found.end()) > best.last):
                best = Match(kind, number, words.at(found.end()))
        return best

    def match_before(self, words: Words, number: int, most: int = 8) -> Match | None:
        """The longest pattern of at most `most` words that ends in front of a word."""
        for first in range(max(0, number - most), number):
            for kind, pattern in self._beginning_with(words.forms[first]):
                if pattern.fullmatch(words.line, words.offsets[first], words.offsets[number]):
                    return Match(kind, first, number)
        return None


def _compile(elements: list[str], classes: Mapping[str, list[str]]) -> tuple[str, set[str]]:
    """The regular expression of a pattern, and the words that it can begin with."""
    expression, firsts, optional_so_far = "", set[str](), True
    for element in elements:
        optional = element.endswith("?") and len(element) > 1
        choices = _choices(element.removesuffix("?") if optional else element, classes)
        if optional_so_far:
            if any(choice.startswith("*") for choice in choices):
                raise PatternError(f"begins with any word: {' '.join(elements)}")
            firsts |= {choice.split("_")[0] for choice in choices}
        optional_so_far &= optional
        joined = "|".join(_choice(choice) for choice in choices)
        expression += f"(?:{joined}){'?' if optional else ''}"
    if optional_so_far:
        raise PatternError(f"all elements are optional: {' '.join(elements)}")
    return expression, firsts


def _choice(choice: str) -> str:
    return "".join(
        (_ANY + re.escape(word[1:]) if word.startswith("*") else re.escape(word)) + " " for word in choice.split("_")
    )


def _choices(element: str, classes: Mapping[str, list[str]]) -> list[str]:
    """The alternatives of an element, the longest first."""
    choices: set[str] = set()
    for choice in element.split("|"):
        choices.update(_members(choice, classes))
    return sorted(choices, key=lambda choice: (-len(choice), choice))


def _members(choice: str, classes: Mapping[str, list[str]]) -> list[str]:
    """What an alternative stands for: the words of a class, the forms of a verb, or the words as they are written."""
    found = _CLASS.search(choice)
    if found:
        if found[1] not in classes:
            raise PatternError(f"no class of words {found[0]}")
        return [
            more
            for member in classes[found[1]]
            for more in _members(choice[: found.start()] + member + choice[found.end() :], classes)
        ]
    verb = _VERB.search(choice)
    return [choice[: verb.start()] + form + choice[verb.end() :] for form in verb_forms(verb[1])] if verb else [choice]


def verb_forms(verb: str) -> list[str]:
    """The four forms of a regular verb: "skip", "skips", "skipped", "skipping"."""
    stem = verb
    if verb.endswith("e"):
        stem = verb[:-1]
    elif _DOUBLING.search(verb):
        stem = verb + verb[-1]
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")
    past = stem + "ed"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        third, past = verb[:-1] + "ies", verb[:-1] + "ied"
    return [verb, third, past, stem + "ing"]
