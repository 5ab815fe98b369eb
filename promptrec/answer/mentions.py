"""From the choices a reply mentions, in order, to an order without repeats and a report."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from promptrec.answer.base import Parsed, ParseReport

# Reports go into logs: they keep the first unknown mentions, shortened.
LISTED = 20
LENGTH = 80


def parsed(mentions: Iterable[str], choices: Sequence[str], unknown: Iterable[str] = ()) -> Parsed:
    """Each choice at its first mention; later ones are repeats, choices never mentioned are missing."""
    order: dict[str, None] = {}
    repeated: dict[str, None] = {}
    for choice in mentions:
        (repeated if choice in order else order)[choice] = None
    missing = tuple(choice for choice in choices if choice not in order)
    odd = tuple(dict.fromkeys(text[:LENGTH] for text in unknown if text))[:LISTED]
    return Parsed(tuple(order), ParseReport(missing, tuple(repeated), odd))


def spellings(choices: Sequence[str]) -> Mapping[str, str]:
    """How each choice may be written: as it is, and in the other case where that is no other choice."""
    known = {unicodedata.normalize("NFKC", choice).strip(): choice for choice in choices}
    folded: dict[str, list[str]] = {}
    for choice in choices:
        folded.setdefault(choice.lower(), []).append(choice)
    for lower, same in folded.items():
        if len(same) == 1:
            known.setdefault(lower, same[0])
            known.setdefault(lower.upper(), same[0])
    return known
