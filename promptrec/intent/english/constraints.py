"""Conditions of English requests, by rules."""

from dataclasses import replace

from promptrec.data.intent import Constraint
from promptrec.intent.english.amount_constraints import read_amount_constraints
from promptrec.intent.english.lexicon import lexicon
from promptrec.intent.english.readings import Reading
from promptrec.intent.english.word_constraints import read_word_constraints
from promptrec.intent.english.words import BREAKS, Words, read_words

_DENIABLE = frozenset({"language", "country", "place", "format", "season", "age_rating"})
_NEGATIONS = frozenset("no not nothing none never without nobody".split())
_PREPOSITIONS = frozenset("from in on of set made".split())
# Between a negation and what it leaves alone.
_HARMLESS = frozenset("only just necessarily problem matter mind but and or".split())
_ALWAYS_HARD = frozenset({"allergen"})
_ONCE = frozenset({"format", "diet", "language", "country"})


def read_constraints(text: str) -> list[Constraint]:
    """The conditions that a request states.

    Args:
        text: The person's words.

    Returns:
        The conditions in the order of the words. `text[start:end]` are the words of each, with what compares ("at
        most", "or less").
    """
    words = read_words(text)
    readings = sorted(
        [*read_amount_constraints(words), *read_word_constraints(words)],
        key=lambda reading: (reading.first, -reading.last),
    )
    readings = [read for reading in readings if (read := _under_negation(words, reading)) is not None]
    soft = _soft_words(words) if readings else set()
    constraints: list[Constraint] = []
    seen: set[tuple[str, object]] = set()
    behind = 0
    for reading in readings:
        again = (reading.field, reading.value)
        overlaps = reading.first < behind and reading.field != "allergen"
        if overlaps or (reading.field in _ONCE and again in seen):
            continue
        seen.add(again)
        behind = reading.last
        constraints.append(_constraint(words, reading, soft))
    return constraints


def _under_negation(words: Words, reading: Reading) -> Reading | None:
    """A reading in words as a negation in front of it leaves it.

    "Nothing from Italy" excludes; "no French films" states no condition, since what it refuses is a dislike.
    """
    if reading.operator != "=" or reading.field not in _DENIABLE:
        return reading
    for at in range(reading.last - 2, max(-1, reading.first - 4), -1):
        excepts = words.forms[at] == "but" and words.form(at - 1) in ("anything", "everything", "anywhere")
        if not excepts and (words.forms[at] in BREAKS or words.forms[at] in _HARMLESS):
            return reading
        preposition = reading.first - (words.forms[reading.first] not in _PREPOSITIONS)
        if words.form(at - 1) in ("is", "are", "was", "be") and preposition - at > 1:
            return reading  # "that isn't packed in July"
        if excepts or words.forms[at] in _NEGATIONS:
            by_place = {words.forms[reading.first], words.form(reading.first - 1)} & _PREPOSITIONS
            rated = reading.field == "age_rating"
            first = min(at - excepts, reading.first)
            return replace(reading, operator="!=", first=first) if by_place or rated else None
    return reading


def _constraint(words: Words, reading: Reading, soft: set[int]) -> Constraint:
    start, end = words.starts[reading.first], words.ends[reading.last - 1]
    return Constraint(
        text=words.text[start:end],
        start=start,
        end=end,
        field=reading.field,
        operator=reading.operator,
        value=reading.value,
        unit=reading.unit,
        hard=reading.field in _ALWAYS_HARD
        or not (reading.soft or soft.intersection(range(reading.first, reading.last))),
    )


def _soft_words(words: Words) -> set[int]:
    """Numbers of the words that a hedge ("ideally", "if possible") makes a wish.

    A hedge is about what follows it in its sentence; at the end of a clause it is about that clause.
    """
    soft: set[int] = set()
    behind = 0
    for number in words.find(lexicon().soft.firsts):
        cue = lexicon().soft.match(words, number)
        if cue is None or number < behind:
            continue
        if words.form(cue.last) in BREAKS or words.form(cue.last) in ("and", "but", "otherwise", "or"):
            at = number - 1
            while at >= 0 and (words.form(at) not in BREAKS or at == number - 1):
                soft.add(at)
                at -= 1
        else:
            at = cue.last
            while at < len(words.forms) and words.form(at) not in ".!?;)":
                soft.add(at)
                at += 1
        behind = max(cue.last, at + 1)
    return soft
