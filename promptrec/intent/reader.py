"""Reads the intent of a request by rules, in English or Chinese; what is left of the words are its likes."""

import re
from collections.abc import Iterable, Sequence

from promptrec.data.intent import Clause, Constraint, Intent
from promptrec.data.query import Query
from promptrec.intent import chinese, english
from promptrec.intent.refusal import Refusal, Span, refused_clauses
from promptrec.intent.settings import NO_SETTINGS, IntentSettings

READER = "rules-2"
"""Name of these rules; another one where they read otherwise, so that stored runs are not mixed."""
# Reading takes time in proportion to the text; nobody's request is longer, and what is behind is only read by models.
MOST_CHARACTERS = 4_000
# A Chinese character says as much as several letters, and takes as long to read.
MOST_CHINESE_CHARACTERS = 1_400
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LETTERS = re.compile(r"[^\W\d_]+")
# Share of Chinese characters, each counted as a word, from which a text is Chinese.
HAN_SHARE = 0.3
# What joins a part that was taken out to the rest, and is nothing on its own.
_LEFT_OVER = (
    r"i['’](?:m|d|ve|ll)|i|we|me|my|a|an|the|it|that|this|is|are|am|be|been|to|of|for|in|on|at|with|as|and|or|but|so|just|please|thanks|"
    r"looking|ideally|preferably|really|only|also|though|although|because|since|must|should|has|have|can|could|would|will|do|does|did|'s|'m|"
    r"他|她|它|我|你|您|们|的|了|是|也|都|和|与|及|或|而且|并且|不过|但是|但|可是|可|只是|还有|还|就|要|最好|希望|请|谢谢|一个|一点|吧|呢|啊|哦"
)
# Blanks and signs, those of Chinese (by their code points) among them.
_EDGE = (
    r"[\s,.;:!?~()\-'\"\u00b7\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u3001\u3002"
    r"\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]"
)
_HEAD = re.compile(rf"(?:{_EDGE}+|(?:{_LEFT_OVER})(?![a-z'’]))+", re.IGNORECASE)
# What only leads to what was taken out: "I want to" of "I want to avoid cheese".
_LEADING = r"want|wants|wanted|wanting|need|needs|trying|try|tries|tried|hoping|hope|going"
_TAIL = re.compile(rf"(?:{_EDGE}|(?<![a-z])(?:{_LEFT_OVER}|{_LEADING}))+$", re.IGNORECASE)


def read_intent(text: str, settings: IntentSettings = NO_SETTINGS) -> Intent:
    """Read what a request wants, refuses and requires.

    Reading the same text gives the same intent. What nothing is found in is one like: the whole text. Lone surrogates
    are read as U+FFFD, since no clause can hold them.

    Args:
        text: the person's words.
        settings: what a pack adds to the rules.
    """
    text = _SURROGATES.sub("\ufffd", text)
    return make_intent(text, *read_parts(text, settings), READER)


def read_parts(text: str, settings: IntentSettings = NO_SETTINGS) -> tuple[list[Constraint], list[Refusal]]:
    """What a text requires and what it refuses, by the rules."""
    head = text[:MOST_CHARACTERS]
    if is_chinese(head):
        head = head[:MOST_CHINESE_CHARACTERS]
        added = settings.phrases("zh")
        constraints = chinese.read_constraints(head, added)
        return constraints, chinese.refusals(head, _spans(constraints), added)
    constraints = english.read_constraints(head)
    return constraints, english.refusals(head, _spans(constraints), settings.phrases("en"))


def make_intent(text: str, constraints: Sequence[Constraint], refusals: Sequence[Refusal], reader: str) -> Intent:
    """The intent of a text of which this is required and this refused; what is left of it are its likes."""
    return Intent(
        likes=tuple(likes_in(text, constraints, refusals)),
        dislikes=tuple(refused_clauses(text, refusals)),
        constraints=tuple(constraints),
        reader=reader,
    )


def with_intent(query: Query, settings: IntentSettings = NO_SETTINGS) -> Query:
    """A query whose intent is read, unless it has one or is to be taken literally."""
    if query.intent is not None:
        return query
    return query.model_copy(update={"intent": read_intent(query.preferences, settings)})


def is_chinese(text: str) -> bool:
    """Whether a text is read by the rules for Chinese."""
    han = len(_HAN.findall(text))
    others = len(_LETTERS.findall(_HAN.sub(" ", text)))
    return han > HAN_SHARE * (han + others)


def likes_in(text: str, constraints: Iterable[Constraint], refusals: Iterable[Refusal]) -> list[Clause]:
    """The parts of a text between what it refuses and requires, without words at the cuts that only join them."""
    taken = sorted([*((r.start, r.end) for r in refusals), *_spans(constraints)])
    parts: list[Span] = []
    behind = 0
    for start, end in [*taken, (len(text), len(text))]:
        if start > behind:
            parts += _trimmed(text, (behind, start), cut_before=behind > 0, cut_behind=start < len(text))
        behind = max(behind, end)
    return [_clause(text, span) for span in parts]


def _trimmed(text: str, span: Span, *, cut_before: bool, cut_behind: bool) -> list[Span]:
    """The part of a text without blanks, and at the cuts without joining words; none where nothing else is left."""
    start, end = span
    if cut_before and (head := _HEAD.match(text, start, end)):
        start = head.end()
    if cut_behind and (tail := _TAIL.search(text[max(start, end - 60) : end])):
        end -= len(tail[0])
    words = text[start:end]
    start, end = start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))
    head = _HEAD.match(text, start, end)
    is_joining = start >= end or (head is not None and head.end() >= end)
    return [] if is_joining or not any(c.isalnum() for c in text[start:end]) else [(start, end)]


def _clause(text: str, span: Span) -> Clause:
    start, end = span
    return Clause(text=text[start:end], start=start, end=end)


def _spans(clauses: Iterable[Clause]) -> list[Span]:
    return [(c.start, c.end) for c in clauses if c.start is not None and c.end is not None]
