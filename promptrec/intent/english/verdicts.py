"""Judgements that refuse what they judge: "Midsommar felt bloated", "she finds dragons silly"."""

from promptrec.intent.english.cues import cues
from promptrec.intent.english.patterns import Match
from promptrec.intent.english.phrases import Phrases, Place
from promptrec.intent.english.words import BREAKS, Words

_PEOPLE = frozenset("i we he she you they who im".split())
_PRONOUNS = frozenset("it them these those this they".split())
_POSSESSIVES = frozenset("my our your".split())
_EARLIER = frozenset("last latest previous old current other year 's".split())
_CLOSING = frozenset(
    "but so and though although when because if since unless honestly "
    "tbh imo imho lol lately now these nowadays after by "
    "anyway sorry or thanks ngl haha".split()
)
_PERSONS = frozenset("me us him her them my our his her".split())
_CONTRASTS = frozenset("but though although however yet while whereas".split())
_INTENSIFIERS = frozenset("a bit rather too very so really quite pretty is are just the an and such".split())
_BLOCKING = frozenset("not never no nothing that which or if".split())
_MOST_BACK = 25
_MOST_JUDGED = 7


def read_verdict(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """What a judgement is about, and, where it is about a name, what is said of it ("bloated")."""
    first = match.first
    last = _end(words, phrases, match)
    if not last or _is_praised(words, first):
        return []
    before = words.form(first - 1)
    if before in _PEOPLE or before in _BLOCKING or words.form(first - 2) in ("or", "if", "when"):
        return []
    judged = _judged(words, match, last)
    if before in _PRONOUNS:
        known = known_antecedent(phrases, words, first - 1)
        return [*known, *judged] if known else []
    if words.forms[first] not in cues().links and not words.is_capital(first - 1):
        return []
    places = phrases.subject_before(first)
    if not places or len(places) > 2 or any(b - a > 4 for a, b in places):
        return []
    start = _clause_start(words, places[0][0])
    if words.form(start) in ("who", "why", "how", "is", "are"):
        return []
    if _EARLIER.intersection(words.forms[start : places[0][1]]):
        return judged
    if any(is_circumstance(words, place) for place in places):
        return []
    return [*places, *judged] if words.is_capital(places[0][1] - 1) else places


def is_narrated(words: Words, number: int) -> bool:
    """Whether what a word says is told of somebody in a story: "a film about a man who hates Christmas"."""
    if words.form(number - 1) == "about" or words.before(number, 2) == "about the":
        return words.form(number) in ("not", "fear", "dread", "hatred", "quitting")
    at = number - 1
    while at > max(0, number - 6) and words.forms[at] not in BREAKS:
        if words.forms[at] == "about":
            refused = {"not", "no", "nothing", "never", "without"}.intersection(words.forms[max(0, at - 4) : at])
            return "who" in words.forms[at : number + 1] and not refused
        at -= 1
    return False


def is_circumstance(words: Words, place: Place) -> bool:
    """Whether a subject belongs to the person: "my back", "work"; judging it refuses nothing."""
    owned = words.form(place[0] - 1) in _POSSESSIVES or words.forms[place[0]] in _POSSESSIVES
    return owned or words.forms[place[1] - 1] in cues().circumstances


def is_closed(words: Words, phrases: Phrases, number: int) -> bool:
    """Whether a judgement ends in front of a word: the clause ends, or says for whom it holds."""
    form = words.form(number)
    return phrases.breaks(number) or form in _CLOSING or (form in ("to", "for") and words.form(number + 1) in _PERSONS)


def read_find(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """Read "she finds dragons silly"; "I found it a slog" refuses the slog and what "it" stands for."""
    lists = cues()
    at = match.last
    if words.form(at) in _INTENSIFIERS and words.form(at) not in _PRONOUNS:
        at += 1
    if words.form(at) in lists.bad and is_closed(words, phrases, at + 1) and words.form(match.first - 1) in _PEOPLE:
        found = phrases.subject_before(match.first - 1)  # "question time I find childish"
        return [place for place in found if not is_circumstance(words, place)]
    at = match.last
    while at < min(match.last + _MOST_JUDGED, len(words.forms)) and not phrases.breaks(at):
        if words.forms[at] in lists.bad and at > match.last and is_closed(words, phrases, at + 1):
            break
        at += 1
    if words.form(at) not in lists.bad or at >= match.last + _MOST_JUDGED:
        return []
    if words.forms[match.last] in _PRONOUNS and (words.forms[match.last] == "it" or at - match.last <= 2):
        start = match.first - (words.form(match.first - 1) in _PEOPLE)
        return [*known_antecedent(phrases, words, start), (at, at + 1)]
    last = at
    while last > match.last and words.forms[last - 1] in _INTENSIFIERS:
        last -= 1
    first = match.last
    while first < last and (words.forms[first] in lists.filler or words.forms[first] == "most"):
        first += 1
    return [(first, last)] if 0 < last - first <= 4 else []


def known_antecedent(phrases: Phrases, words: Words, number: int) -> list[Place]:
    """The antecedent of a pronoun, only where it is a name."""
    return [(first, last) for first, last in phrases.antecedent(number) if words.is_capital(first)]


def _judged(words: Words, match: Match, last: int) -> list[Place]:
    """The words of a judgement that say more than that something is bad."""
    lists = cues()
    for first in range(match.first, match.last):
        if (judgement := words.behind(first, match.last - first)) in lists.bad:
            return [] if judgement in lists.worthless else [(first, last)]
    return []


def _end(words: Words, phrases: Phrases, match: Match) -> int:
    """Number of the word behind a judgement: "like a cheap copy", "sickly sweet"; 0 where the clause goes on."""
    at = match.last
    while not is_closed(words, phrases, at):
        if at > match.last or words.form(at) in cues().stop or words.form(at).endswith("ing"):
            return 0
        at += 1
    return at


def _is_praised(words: Words, number: int) -> bool:
    """Whether a word of praise stands in front of a word in its sentence, without a contrast between them."""
    at = number - 1
    while at >= max(0, number - _MOST_BACK) and words.forms[at] not in ".!?" and words.forms[at] not in _CONTRASTS:
        if words.forms[at] in cues().praise:
            return True
        at -= 1
    return False


def _clause_start(words: Words, number: int) -> int:
    """Number of the word where the clause in front of a word begins."""
    while number > 0 and words.forms[number - 1] not in ".,!?;:":
        number -= 1
    return number
