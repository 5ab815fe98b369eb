"""Languages, countries, places and seasons in English requests: what stands behind "in", "near", "from", "speaks" …."""

from promptrec.data.intent import Operator
from promptrec.intent.english.lexicon import PhraseTable, lexicon
from promptrec.intent.english.readings import Reading
from promptrec.intent.english.words import BREAKS, Words

_AFTER_LANGUAGES = frozenset(
    "only preferably ideally pls plz though tho instead too also as too again anyway lol if about since released made "
    "obviously naturally ofc course original themselves not until while than either both would spoken written "
    "available all my you".split()
)


def read_in(words: Words, number: int) -> list[Reading]:
    """What stands behind "in", "near", "from", "during" …: a language, a season, a country or a place."""
    return _language_in(words, number) or _season(words, number) or _country(words, number) or _place(words, number)


def _language_in(words: Words, number: int) -> list[Reading]:
    at = number + 1
    if words.form(number) == "from" or words.form(number) in ("near", "around", "during", "within", "over"):
        return []
    while words.form(at) in lexicon().context["adverbs"]:
        at += 1
    last = alternatives(words, lexicon().languages, at)
    if last == at or (words.is_capital(last) and words.form(last) not in lexicon().context["function_capitals"]):
        return []
    following = words.form(last)
    if following.isalpha() and following not in (
        lexicon().context["function_words"] | lexicon().language_nouns | lexicon().persons | _AFTER_LANGUAGES
    ):
        return []
    negated = words.form(number - 1) in ("not", "nothing", "no", "never", "than") or words.before(number, 2) in (
        "not be",
        "not spoken",
        "not written",
    )
    first = number - 1 if negated else number
    return [Reading("language", "!=" if negated else "=", words_of(words, at, last), None, first, last)]


def read_spoken(words: Words, number: int) -> list[Reading]:
    """Read "speaks English", "in spoken Welsh" from the verb on."""
    at = number + 1
    while words.form(at) in lexicon().context["adverbs"] | {"some", "only"}:
        at += 1
    last = alternatives(words, lexicon().languages, at)
    if last == at or words.form(number - 1) in ("i", "we", "you"):
        return []
    negated = words.form(number - 1) == "not"
    if negated and words.form(number) == "speak":
        return []  # Who does not speak a language is the person.
    return [Reading("language", "!=" if negated else "=", words_of(words, at, last), None, number - negated, last)]


def _season(words: Words, number: int) -> list[Reading]:
    lists = lexicon()
    at = number + 1
    if words.form(number) == "from":
        return []
    while words.form(at) in ("the", "of", "early", "late", "mid", "-", "this", "next", "middle"):
        at += 1
    found = lists.seasons.match(words, at)
    if not found or (words.form(at - 1) == "next" and words.form(number) != "in"):
        return []
    last = alternatives(words, lists.seasons, at)
    if words.forms[at] in lists.capital_months and not words.is_capital(at):
        return []
    if words.form(last).isdecimal() or _is_narrative(words, number):
        return []
    negated = words.form(number) == "outside" or words.form(number - 1) == "not"
    return [
        Reading(
            "season",
            "!=" if negated else "=",
            words_of(words, at, last),
            None,
            number - (words.form(number - 1) == "not"),
            last,
        )
    ]


def read_part_of_season(words: Words, number: int) -> list[Reading]:
    """Read "mid September", where no preposition stands in front of it."""
    at = number + 1 + (words.form(number + 1) == "-")
    found = lexicon().seasons.match(words, at)
    if not found or words.form(found[1]).isdecimal() or not words.form(found[1])[0].isascii():
        return []
    return [Reading("season", "=", words_of(words, at, found[1]), None, number, found[1])]


def _is_narrative(words: Words, number: int) -> bool:
    """Whether a clause tells, in front of a word, what happened or what something is about: it is no condition then."""
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
    last = alternatives(words, lists.lands, at)
    if (
        last == at
        or (words.forms[at] in lists.lower_case_words and not words.is_capital(at))
        or words.form(at - 1).endswith("ern")
    ):
        return []
    if (
        _is_narrative(words, number)
        or words.form(last) in ("'s", "and")
        or (words.is_capital(last) and words.form(last) not in ("i",))
    ):
        return []
    if words.form(number - 1) in ("like", "as", "than"):
        return []  # "thick like in Spain"
    if preposition == "from" and words.form(number - 1) in (
        "hello",
        "hi",
        "hey",
        "greetings",
        "writing",
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
    operator: Operator = "!=" if is_negated(words, number) else "="
    return [Reading("country", operator, words_of(words, at, last), None, number - (operator == "!="), last)]


def _place(words: Words, number: int) -> list[Reading]:
    """Read "in Porto", "near Holborn": capital words, or a large city, in a request that could be about a place."""
    lists = lexicon()
    preposition = words.form(number)
    at = number + 1
    if preposition not in ("in", "near", "around", "within") and words.behind(number, 2) != "close to":
        return []
    if words.behind(number, 2) == "close to":
        at += 1
    at += words.form(at) == "the" and lists.cities.match(words, at + 1) is not None  # "the Lake District"
    while words.form(at) in ("central", "downtown", "or", "around", "and") and not words.is_capital(at):
        at += 1
    city = lists.cities.match(words, at)
    last = int(city[1]) if city else at
    if words.form(at) in ("europe", "asia", "africa", "america"):
        return []
    while (
        not city
        and last < at + 3
        and words.is_capital(last)
        and words.form(last).isalpha()
        and words.form(last + 1) != "&"
    ):
        last += 1
    near = preposition in ("near", "close")
    if last == at or _is_narrative(words, number) or not (near or lists.place_hints.intersection(words.vocabulary)):
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
    return [Reading("place", "about" if about else "=", words_of(words, at, last), None, number, last, soft=about)]


def alternatives(words: Words, phrases: PhraseTable, first: int) -> int:
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


def is_negated(words: Words, first: int) -> bool:
    """Whether "not", "no", "without" … stands in front of a word."""
    return words.form(first - 1) in lexicon().context["negations"] or (
        words.form(first - 1) in ("a", "an", "the", "in", "on", "another", "be", "necessarily")
        and words.form(first - 2) in lexicon().context["negations"]
    )


def words_of(words: Words, first: int, last: int) -> str:
    """The words themselves, in lower case, with single blanks."""
    return " ".join(words.text[words.starts[first] : words.ends[last - 1]].lower().split())
