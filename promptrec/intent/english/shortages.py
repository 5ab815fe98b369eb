"""What a person lacks ("I don't have potatoes", "short on eggs"), and lists whose refusal stands at one end."""

from promptrec.intent.english.cues import cues
from promptrec.intent.english.patterns import Match
from promptrec.intent.english.phrases import Phrases, Place
from promptrec.intent.english.words import PEOPLE, Words

_ARTICLES = frozenset("a an the much many enough my our his her their that this all anything anyone long to".split())
_OBLIGED = frozenset("can could should must will would may".split())
_SEPARATORS = frozenset(", ? ! / & and or".split())
_MOST_ITEM_WORDS = 3
_MOST_ITEMS = 8


def is_lack(words: Words, match: Match) -> bool:
    """Whether a cue says what a person does not have: "we don't have kids"."""
    forms = words.forms[match.first : match.last]
    person = not PEOPLE.isdisjoint(words.forms[max(0, match.first - 1) : match.last])
    owned = words.form(match.first - 2) in ("my", "our")
    return (person or owned) and "not" in forms and "have" in forms and _OBLIGED.isdisjoint(forms)


def read_lack(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """What is lacked, where it is a thing that a recipe or a room may need: "no buttermilk", not "no time".

    Things with an article ("I don't have a car") and what people lack without refusing it (time, money, experience,
    ideas, relatives) are refused by nobody.
    """
    at = match.last
    if words.form(at) in _ARTICLES or phrases.breaks(at):
        return []
    if words.form(at - 1) == "of" and words.is_capital(at) and words.is_capital(at + 1):
        return []  # Who has run out of an author wants more of the kind.
    found = phrases.list_behind(at)
    for first, last in found:
        if not cues().lacked_harmlessly.isdisjoint(words.forms[first:last]):
            return []
        if last - first > _MOST_ITEM_WORDS or words.form(last) in ("to", "about", "of", "against", "that", "with"):
            return []
    return found


def listed_behind(words: Words, phrases: Phrases, found: list[Place]) -> list[Place]:
    """The items behind a colon that commas part: "what I don't want: queues, selfie sticks, souvenir tat"."""
    items = list(found)
    while items and words.form(items[-1][1]) == "," and len(items) < _MOST_ITEMS:
        at = items[-1][1] + 1
        item = None if words.form(at) in cues().no_item or phrases.breaks(at) else phrases.phrase(at)
        if item is None or item[1] - item[0] > _MOST_ITEM_WORDS or not phrases.breaks(item[1]):
            break
        items.append(item)
    return items


def listed_before(words: Words, phrases: Phrases, found: list[Place]) -> list[Place]:
    """The short items in front of one, from the start of the sentence: "zip lines? Bungee? Count me out"."""
    if len(found) != 1:
        return found
    items = list(found)
    while (mark := words.form(items[0][0] - 1)) in _SEPARATORS and items[0][0] > 1 and len(items) < _MOST_ITEMS:
        last = first = items[0][0] - 1
        while first > 0 and last - first <= _MOST_ITEM_WORDS and not phrases.breaks(first - 1):
            first -= 1
        begins = words.begins_sentence(first) or words.form(first - 1) == ","
        stopped = not (cues().stop | cues().no_item).isdisjoint(words.forms[first:last])
        if not 0 < last - first <= _MOST_ITEM_WORDS or stopped or not begins:
            return items if mark in "?!" else found
        items.insert(0, (first, last))
    return items if words.begins_sentence(items[0][0]) else found
