"""Reading which choices a reply mentions: an order without repeats, and mentions that reject a choice."""

import re
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


_NOT = re.compile(
    r"(?:\b(?:exclud\w*|avoid\w*|reject\w*|omit\w*|skip\w*|remov\w*|not|never|\w+n['’]t|without|except|unlike"
    r"|instead of|rather than)\b"
    r"|不(?:推荐|建议|要|会|适合|考虑|选|看|喜欢|合适)|别(?:看|选|买|去)|排除|除了|避免|而不是|而非)[^.;!?。；！？\n>]*$",
    re.IGNORECASE,
)
_WORST_FIRST = re.compile(
    r"(?:\b(?:worst|least\b[^\n>]{0,30}?)\s*(?:(?:one|item|choice)s?\s*)?(?:to\b|first\b|[-=]?>|→)"
    r"|\b(?:ascending|reversed?)\s+(?:order|rank\w*)|从\s*(?:最(?:不|差|低|坏)|差|坏|低)[^\n>]{0,15}?到"
    r"|最(?:不\S{0,6}|差|低)的?(?:在|排|放)前)[^\n>]{0,40}$",
    re.IGNORECASE,
)


# How far back such words are looked for.
REACH = 300


def is_disclaimed(text: str, at: int) -> bool:
    """Whether the words before the name at `at`, up to the end of the last sentence, say that it is not recommended."""
    return bool(_NOT.search(text[max(0, at - REACH) : at]))


def is_worst_first(text: str, at: int) -> bool:
    """Whether the words before the list at `at` say that its last one is the best."""
    return bool(_WORST_FIRST.search(text[max(0, at - REACH) : at].rstrip()))
