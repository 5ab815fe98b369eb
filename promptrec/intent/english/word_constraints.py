"""Conditions in words in English requests: format, diet, allergen, opening, no price, age rating, place."""

from collections.abc import Iterator
from functools import cache

from promptrec.data.intent import Operator
from promptrec.intent.english.lexicon import lexicon
from promptrec.intent.english.place_constraints import (
    alternatives,
    is_negated,
    read_in,
    read_part_of_season,
    read_spoken,
    words_of,
)
from promptrec.intent.english.readings import Reading
from promptrec.intent.english.words import BREAKS, Words

_PARTS_OF_DAY = frozenset(
    "morning mornings evening evenings afternoon afternoons night nights lunchtime lunchtimes".split()
)


def read_word_constraints(words: Words) -> list[Reading]:
    """All conditions in words, in the order of the words."""
    readings: list[Reading] = []
    behind = 0
    for number in words.find(_firsts()):
        found = next(_readings(words, number), None) if number >= behind else None
        if found:
            readings += found
            behind = found[-1].last
    return readings


@cache
def _firsts() -> frozenset[str]:
    """The words that a condition can begin with."""
    lists = lexicon()
    phrases = (lists.diets, lists.allergens, lists.formats, lists.formats_after, lists.languages)
    return frozenset(_READERS).union(lists.free_of, lists.allergy.firsts, *(phrase.firsts for phrase in phrases))


def _readings(words: Words, number: int) -> Iterator[list[Reading]]:
    """The conditions that begin at a word, the first reader that finds some first."""
    for reader in _READERS.get(words.forms[number], ()):
        found = reader(words, number)
        if found:
            yield found
    for reader in (_diet, _allergen, _format, _language_of):
        found = reader(words, number)
        if found:
            yield found


def _diet(words: Words, number: int) -> list[Reading]:
    lists = lexicon()
    last = 0
    if words.forms[number] in lists.free_of:
        at = number + 1 + (words.form(number + 1) == "-")
        last = at + 1 if words.form(at) == "free" else 0
    elif found := lists.diets.match(words, number):
        last = found[1]
        if words.form(number) == "diabetic" and words.form(last) in (*lists.persons, "here"):
            return []  # A person's illness: what they may eat is said elsewhere.
    if not last or is_negated(words, number):
        return []
    return [Reading("diet", "=", words_of(words, number, last), None, number, last)]


def _allergen(words: Words, number: int) -> list[Reading]:
    """Read "allergic to nuts and shellfish", "nut allergy", "sesame is dangerous for my brother"."""
    lists = lexicon()
    cue = lists.allergy.match(words, number)
    if cue and cue.kind == "before" and words.form(number - 1) not in lexicon().context["negations"]:
        at = cue.last
        while words.form(at) in (
            "all",
            "any",
            "kinds",
            "types",
            "of",
            "the",
            "some",
            "most",
            "raw",
            "sorts",
            "both",
            "everything",
        ):
            at += 1
        found = _substances(words, at)
        return [
            Reading("allergen", "without", words_of(words, a, b), None, number if a == found[0][0] else a, b)
            for a, b in found
        ]
    if lists.allergens.match(words, number):
        found = _substances(words, number)
        behind = lists.allergy.match(words, found[-1][1])
        if behind and behind.kind == "behind" and words.form(number - 1) not in ("no", "without"):
            return [
                Reading("allergen", "without", words_of(words, a, b), None, a, behind.last if b == found[-1][1] else b)
                for a, b in found
            ]
    return []


def _substances(words: Words, first: int) -> list[tuple[int, int]]:
    """Allergens of a list: places of each."""
    found: list[tuple[int, int]] = []
    at = first
    while one := lexicon().allergens.match(words, at):
        found.append((at, one[1]))
        at = one[1]
        while words.form(at) in (",", "and", "or", "&", "/", "both", "also", "to", "as", "well") and at < one[1] + 3:
            at += 1
    return found


def _format(words: Words, number: int) -> list[Reading]:
    lists = lexicon()
    found = lists.formats.match(words, number)
    first = number
    if found:
        if words.form(number - 1) in ("on", "as", "in") and not is_negated(words, number - 1):
            first = number - 1
        if is_negated(words, number) or _is_refused_format(words, number, found[1]):
            return []
        return [Reading("format", "=", words_of(words, number, found[1]), None, first, found[1])]
    found = lists.formats_after.match(words, number)
    if found and not is_negated(words, number):
        word = (number, number + 1) if words.forms[number] == "radio" else (number + 1, found[1])
        return [Reading("format", "=", words_of(words, *word), None, number, found[1])]
    return []


def _is_refused_format(words: Words, first: int, last: int) -> bool:
    """Whether a format is what is refused or only talked of: "CDs do nothing for me", "done with Kindle"."""
    before = words.forms[max(0, first - 2) : first]
    behind = words.behind(last, 2)
    return (
        before in (["done", "with"], ["finished", "with"], ["through", "with"], ["tired", "of"], ["sick", "of"])
        or words.form(first - 1) in ("hates", "hate", "dislike", "dislikes", "avoid", "throwing", "instead")
        or behind in ("are not", "is not", "do nothing", "does nothing", "do not", "does not")
        or words.form(last) in ("hurt", "hurts", "annoy", "annoys", "bore", "bores")
        or words.behind(last, 3) in ("are out .", "are out ,", "is out .", "is out ,")
    )


def _language_of(words: Words, number: int) -> list[Reading]:
    """Read "german news", "English-language", "Spanish subtitles"."""
    lists = lexicon()
    found = lists.languages.match(words, number)
    if not found:
        return []
    last = alternatives(words, lists.languages, number)
    at = last + (words.form(last) == "-")
    simple = words.form(number - 1) in ("easy", "simple", "plain", "slow")
    if (words.form(at) not in lists.language_nouns and not simple) or words.form(number - 1) in ("learn", "learning"):
        return []
    operator: Operator = "!=" if is_negated(words, number) else "="
    first = number - 1 if operator == "!=" else number
    return [Reading("language", operator, words_of(words, number, last), None, first, last)]


def _opening(words: Words, number: int) -> list[Reading]:
    """Read "open Saturdays", "open till 8pm or later", "does not close before 10 at night"."""
    lists = lexicon()
    at = number + 1
    operator: Operator = "="
    closes = words.form(number).startswith("clos")
    preposition = ""
    while words.form(at) in (
        "on",
        "at",
        "till",
        "until",
        "til",
        "past",
        "after",
        "before",
        "from",
        "during",
        "over",
        "also",
        "even",
        "by",
        "to",
        "the",
        "in",
    ):
        preposition = words.form(at) if words.form(at) not in ("the", "also", "even") else preposition
        at += 1
    if preposition in ("till", "until", "til", "past", "to"):
        operator = ">="
    elif preposition in ("after", "before"):
        operator = ">" if preposition == "after" else "<"
    if closes:
        negated = words.form(number - 1) in ("not", "never", "nothing")
        if not negated or preposition not in ("before", "till", "until", "at", "on"):
            return []
        operator = ">=" if preposition != "on" else "="
    last = alternatives(words, lists.days, at)
    if last == at:
        last = _clock(words, at)
    if last == at:
        return []
    if words.form(last) in _PARTS_OF_DAY and words.form(last - 1) in lists.days:
        last += 1  # "open Monday mornings"
    value = words_of(words, at, last)
    if words.form(last) == "or" and words.form(last + 1) in ("later", "after"):
        operator, last = ">=", last + 2
    first = number - (2 if closes and words.form(number - 2) in ("do", "does") else 1 if closes else 0)
    return [Reading("opening", operator, value, None, first, last)]


def _clock(words: Words, at: int) -> int:
    """Number of the word behind a time of day: "8pm", "10 at night", "midnight", "24/7"."""
    if words.form(at) in ("midnight", "noon"):
        return at + 1
    if words.forms[at : at + 3] == ["24", "/", "7"]:
        return at + 3
    if not words.form(at)[0].isdecimal() and words.form(at) not in ("seven", "eight", "nine", "ten", "eleven", "six"):
        return at
    last = at + 1
    if words.form(last) == ":" and words.form(last + 1).isdecimal():
        last += 2
    if words.form(last) in ("am", "pm", "o'clock"):
        return last + 1
    if words.forms[last : last + 1] == ["o"]:
        return last + 2
    if words.forms[last : last + 2] in (["at", "night"], ["in", "the"]):
        return last + (2 if words.form(last) == "at" else 3)
    return last if words.form(last) in BREAKS or words.form(last) in ("or", "and", "on", "every") else at


def _free(words: Words, number: int) -> list[Reading]:
    before, behind = words.form(number - 1), words.form(number + 1)
    if (
        before in ("-", "feel", "am", "set", "care", "be", "i", "are", "break", "you", "we", "cruelty")
        or before in lexicon().free_of
    ):
        return []
    if behind == "of" and words.form(number + 2) == "charge":
        return [Reading("price", "=", 0.0, None, number, number + 3)]
    if (
        behind in lexicon().context["no_price"]
        or behind == "-"
        or (words.is_capital(number) and words.is_capital(number + 1))
    ):
        return []
    if behind == "to" and words.form(number + 2) not in lexicon().context["free_to"]:
        return []
    alone = before in BREAKS and behind in BREAKS
    if (
        alone
        or (behind.isalpha() and before not in lexicon().allergens)
        or before
        in (
            "for",
            "is",
            "'s",
            "it",
            "or",
            "are",
            "be",
            "totally",
            "completely",
        )
    ):
        return [Reading("price", "=", 0.0, None, number - (before == "for"), number + (3 if behind == "to" else 1))]
    return []


def _no_cost(words: Words, number: int) -> list[Reading]:
    """Read "costs nothing", "at no cost", "does not cost anything", "without paying"."""
    for phrase in (
        "costs nothing",
        "cost nothing",
        "at no cost",
        "no cost",
        "not cost anything",
        "not cost a penny",
        "no charge",
        "without paying",
        "zero cost",
    ):
        length = phrase.count(" ") + 1
        if words.behind(number, length) == phrase and words.form(number + length) in BREAKS | {"and", "to", "please"}:
            return [Reading("price", "=", 0.0, None, number, number + length)]
    return []


def _rated(words: Words, number: int) -> list[Reading]:
    """Read "rated PG", "R-rated"."""
    if (
        words.form(number) == "rated"
        and words.form(number + 1) in ("pg", "u", "g", "r")
        and words.form(number + 2) != "-"
    ):
        return [Reading("age_rating", "=", words.form(number + 1), None, number, number + 2)]
    board = words.form(number)
    if board == "rated" or is_negated(words, number):
        return []
    if words.behind(number + 1, 2) == "- rated":
        return [Reading("age_rating", "=", board, None, number, number + 3)]
    left = lexicon().left.match_before(words, number - (words.form(number - 1) == "rated"))
    right = lexicon().right.match(words, number + 1) if number + 1 < len(words.forms) else None
    if board in ("pg", "u") and words.form(number + 1) != "-" and (left or right):
        operator: Operator = ">=" if ">=" in (left and left.kind, right and right.kind) else "<="
        return [
            Reading(
                "age_rating", operator, board, None, left.first if left else number, right.last if right else number + 1
            )
        ]
    return []


_READERS = {
    **dict.fromkeys(
        ("in", "from", "near", "around", "during", "within", "over", "this", "outside", "close", "at", "for", "across"),
        (read_in,),
    ),
    **dict.fromkeys(("speaks", "speaking", "speak", "spoken"), (read_spoken,)),
    **dict.fromkeys(("open", "opens", "opening", "close", "closes", "closing"), (_opening, read_in)),
    **dict.fromkeys(("costs", "cost", "at", "no", "not", "without", "zero"), (_no_cost, read_in)),
    "free": (_free,),
    **dict.fromkeys(("mid", "early", "late"), (read_part_of_season,)),
    **dict.fromkeys(("rated", "r", "g", "u", "pg"), (_rated,)),
}
