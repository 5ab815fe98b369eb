"""Conditions in words in English requests: language, country, place, season, opening, format, diet, allergen, price = 0, age rating."""

from collections.abc import Iterator

from promptrec.intent.english.amount_constraints import Reading
from promptrec.intent.english.lexicon import Phrases, lexicon
from promptrec.intent.english.words import BREAKS, Words
from promptrec.intent.intent import Operator

_NEGATIONS = frozenset("not no never without except hate hates than nor neither".split())
_FREE_TO = frozenset("stream watch play read listen download use enter access visit join browse view try".split())
_NO_PRICE = frozenset(
    "time day days evening evenings weekend weekends from of afternoon jazz spirit spirits fall will kick hand style range form climbing diving solo "
    "speech press world hour hours morning minute minutes as and up your improvisation improv if when running thinking spirited verse on after".split()
)
_ADVERBS = frozenset(
    "easy slow simple plain clear good fluent modern original spoken proper beginner basic either".split()
)


def read_word_constraints(words: Words) -> list[Reading]:
    """All conditions in words, in the order of the words."""
    readings: list[Reading] = []
    number = 0
    forms = words.forms
    while number < len(forms):
        found = next(_readings(words, number), None)
        if found is None:
            number += 1
            continue
        readings += found
        number = max(number + 1, found[-1].last)
    return readings


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


def _negated(words: Words, first: int) -> bool:
    return words.form(first - 1) in _NEGATIONS or (
        words.form(first - 1) in ("a", "an", "the", "in", "on", "another", "be", "necessarily")
        and words.form(first - 2) in _NEGATIONS
    )


def _value(words: Words, first: int, last: int) -> str:
    """The words themselves, in lower case, with single blanks."""
    return " ".join(words.text[words.starts[first] : words.ends[last - 1]].lower().split())


def _alternatives(words: Words, phrases: Phrases, first: int) -> int:
    """Number of the word behind "A", "A or B", "A, B or C"; `first` where there is none."""
    found = phrases.match(words, first)
    if not found:
        return first
    last = int(found[1])
    while words.form(last) in ("or", ",", "/"):
        at = last + 1 + (words.form(last) == "," and words.form(last + 1) == "or")
        more = phrases.match(words, at)
        if not more or (words.form(at - 1) == "," and words.form(more[1]) not in ("or", ",")):
            break
        last = int(more[1])
    return last


def _diet(words: Words, number: int) -> list[Reading]:
    lists = lexicon()
    last = 0
    if words.forms[number] in lists.free_of:
        at = number + 1 + (words.form(number + 1) == "-")
        last = at + 1 if words.form(at) == "free" else 0
    elif found := lists.diets.match(words, number):
        last = found[1]
    if not last or _negated(words, number):
        return []
    return [Reading("diet", "=", _value(words, number, last), None, number, last)]


def _allergen(words: Words, number: int) -> list[Reading]:
    """ "allergic to nuts and shellfish", "nut allergy", "sesame is dangerous for my brother"."""
    lists = lexicon()
    cue = lists.allergy.match(words, number)
    if cue and cue.kind == "before" and words.form(number - 1) not in _NEGATIONS:
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
        return [Reading("allergen", "without", _value(words, a, b), None, number, b) for a, b in found]
    if lists.allergens.match(words, number):
        found = _substances(words, number)
        behind = lists.allergy.match(words, found[-1][1])
        if behind and behind.kind == "behind" and words.form(number - 1) not in ("no", "without"):
            return [Reading("allergen", "without", _value(words, a, b), None, number, behind.last) for a, b in found]
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
        if words.form(number - 1) in ("on", "as", "in") and not _negated(words, number - 1):
            first = number - 1
        if _negated(words, number):
            return []
        return [Reading("format", "=", _value(words, number, found[1]), None, first, found[1])]
    found = lists.formats_after.match(words, number)
    if found and not _negated(words, number):
        word = (number, number + 1) if words.forms[number] == "radio" else (number + 1, found[1])
        return [Reading("format", "=", _value(words, *word), None, number, found[1])]
    return []


def _language_of(words: Words, number: int) -> list[Reading]:
    """ "german news", "English-language", "Spanish subtitles"."""
    lists = lexicon()
    found = lists.languages.match(words, number)
    if not found:
        return []
    at = found[1] + (words.form(found[1]) == "-")
    if words.form(at) not in lists.language_nouns or words.form(number - 1) in ("learn", "learning"):
        return []
    operator: Operator = "!=" if _negated(words, number) else "="
    first = number - 1 if operator == "!=" else number
    return [Reading("language", operator, _value(words, number, found[1]), None, first, found[1])]


def _in(words: Words, number: int) -> list[Reading]:
    """What stands behind "in", "near", "from", "during" …: a language, a season, a country or a place."""
    return _language_in(words, number) or _season(words, number) or _country(words, number) or _place(words, number)


def _language_in(words: Words, number: int) -> list[Reading]:
    at = number + 1
    if words.form(number) == "from" or words.form(number) in ("near", "around", "during", "within", "over"):
        return []
    while words.form(at) in _ADVERBS:
        at += 1
    last = _alternatives(words, lexicon().languages, at)
    if last == at or words.is_capital(last) and words.form(last) not in _FUNCTION_CAPITALS:
        return []
    negated = words.form(number - 1) in ("not", "nothing", "no", "never", "than") or words.before(number, 2) in (
        "not be",
        "not spoken",
        "not written",
    )
    first = number - 1 if negated else number
    return [Reading("language", "!=" if negated else "=", _value(words, at, last), None, first, last)]


_FUNCTION_CAPITALS = frozenset("i but or and please with thanks".split())


def _speaks(words: Words, number: int) -> list[Reading]:
    at = number + 1
    while words.form(at) in _ADVERBS | {"some", "only"}:
        at += 1
    last = _alternatives(words, lexicon().languages, at)
    if last == at or words.form(number - 1) in ("i", "we", "you"):
        return []
    negated = words.form(number - 1) == "not"
    return [Reading("language", "!=" if negated else "=", _value(words, at, last), None, number - negated, last)]


def _season(words: Words, number: int) -> list[Reading]:
    lists = lexicon()
    at = number + 1
    if words.form(number) == "from":
        return []
    while words.form(at) in ("the", "of", "early", "late", "mid", "-", "this", "next", "middle"):
        at += 1
    found = lists.seasons.match(words, at)
    if not found or words.form(at - 1) == "next" and words.form(number) != "in":
        return []
    last = _alternatives(words, lists.seasons, at)
    if words.forms[at] in lists.capital_months and not words.is_capital(at):
        return []
    if words.form(last).isdecimal() or _told(words, number):
        return []
    negated = words.form(number) == "outside" or words.form(number - 1) == "not"
    return [
        Reading(
            "season",
            "!=" if negated else "=",
            _value(words, at, last),
            None,
            number - (words.form(number - 1) == "not"),
            last,
        )
    ]


def _told(words: Words, number: int) -> bool:
    """Whether the clause in front of a word tells what happened, or what something is about, so that the word is no condition."""
    start = number
    while start > 0 and number - start < 7 and words.form(start - 1) not in BREAKS:
        start -= 1
    return words.form(number - 1) == "set" or bool(lexicon().topic_words.intersection(words.forms[start:number]))


def _country(words: Words, number: int) -> list[Reading]:
    lists = lexicon()
    at = number + 1
    preposition = words.form(number)
    if preposition not in ("in", "from", "within", "across"):
        return []
    while words.form(at) in ("northern", "southern", "eastern", "western", "central", "the", "rural", "either"):
        at += 1
    last = _alternatives(words, lists.lands, at)
    if (
        last == at
        or (words.forms[at] in lists.lower_case_words and not words.is_capital(at))
        or words.form(at - 1).endswith("ern")
    ):
        return []
    if (
        _told(words, number)
        or words.form(last) in ("'s", "and")
        or (words.is_capital(last) and words.form(last) not in ("i",))
    ):
        return []
    if preposition == "from" and words.form(number - 1) in (
        "moved",
        "want",
        "am",
        "are",
        "come",
        "comes",
        "back",
        "fly",
        "flying",
        "travel",
        "is",
        "'s",
        "away",
        "far",
        "family",
        "trip",
        "train",
    ):
        return []
    operator: Operator = "!=" if _negated(words, number) else "="
    return [Reading("country", operator, _value(words, at, last), None, number - (operator == "!="), last)]


def _place(words: Words, number: int) -> list[Reading]:
    """ "in Porto", "near Holborn": a capital run, or a large city in lower case, in a request that could be about a place."""
    lists = lexicon()
    preposition = words.form(number)
    at = number + 1
    if preposition not in ("in", "near", "around", "within") and words.behind(number, 2) != "close to":
        return []
    if words.behind(number, 2) == "close to":
        at += 1
    while words.form(at) in ("central", "downtown", "or", "around", "and") and not words.is_capital(at):
        at += 1
    city = lists.cities.match(words, at)
    last = int(city[1]) if city else at
    while (
        not city
        and last < at + 3
        and words.is_capital(last)
        and words.form(last).isalpha()
        and words.form(last + 1) != "&"
    ):
        last += 1
    near = preposition in ("near", "close")
    if last == at or _told(words, number) or not (near or lists.place_hints.intersection(words.forms)):
        return []
    if not city and (
        lists.languages.match(words, at)
        or lists.lands.match(words, at)
        or lists.seasons.match(words, at)
        or lists.days.match(words, at)
    ):
        return []
    about = preposition in ("near", "around", "close")
    negated = words.form(number - 1) == "not"
    if negated:
        return []
    return [Reading("place", "about" if about else "=", _value(words, at, last), None, number, last, soft=about)]


def _opening(words: Words, number: int) -> list[Reading]:
    """ "open Saturdays", "open till 8pm or later", "does not close before 10 at night"."""
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
    last = _alternatives(words, lists.days, at)
    if last == at:
        last = _clock(words, at)
    if last == at:
        return []
    value = _value(words, at, last)
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
    if behind in _NO_PRICE or behind == "-" or (words.is_capital(number) and words.is_capital(number + 1)):
        return []
    if behind == "to" and words.form(number + 2) not in _FREE_TO:
        return []
    if (
        behind.isalpha()
        and before not in lexicon().allergens
        or before in ("for", "is", "'s", "it", "or", "are", "be", "totally", "completely")
    ):
        return [Reading("price", "=", 0.0, None, number - (before == "for"), number + (3 if behind == "to" else 1))]
    return []


def _no_cost(words: Words, number: int) -> list[Reading]:
    """ "costs nothing", "at no cost", "does not cost anything", "without paying"."""
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
    """ "rated PG", "R-rated"."""
    if (
        words.form(number) == "rated"
        and words.form(number + 1) in ("pg", "u", "g", "r")
        and words.form(number + 2) != "-"
    ):
        return [Reading("age_rating", "=", words.form(number + 1), None, number, number + 2)]
    if (
        words.form(number) in ("r", "g", "u", "pg")
        and words.behind(number + 1, 2) == "- rated"
        and not _negated(words, number)
    ):
        return [Reading("age_rating", "=", words.form(number), None, number, number + 3)]
    return []


_READERS = {
    **dict.fromkeys(
        ("in", "from", "near", "around", "during", "within", "over", "this", "outside", "close", "at", "for", "across"),
        (_in,),
    ),
    **dict.fromkeys(("speaks", "speaking", "speak", "spoken"), (_speaks,)),
    **dict.fromkeys(("open", "opens", "opening", "close", "closes", "closing"), (_opening, _in)),
    **dict.fromkeys(("costs", "cost", "at", "no", "not", "without", "zero"), (_no_cost, _in)),
    "free": (_free,),
    **dict.fromkeys(("rated", "r", "g", "u", "pg"), (_rated,)),
}
