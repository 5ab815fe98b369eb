"""`labels`: the order as labels in brackets, `[B] > [A] > [C]`."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from promptrec.answer.base import Parsed
from promptrec.answer.literal import literal
from promptrec.answer.mentions import parsed

_INSTRUCTION = {
    "en": 'Write the labels of all items in brackets, best first, joined by " > ", like this: […] > […] > […]. '
    "Write every label exactly once and nothing else.",
    "zh": "请写出所有条目的方括号标签，从最合适到最不合适，用“ > ”连接，例如：[…] > […] > […]。"
    "每个标签只写一次，不要写其他内容。",
}
_BRACKETED = re.compile(r"[\[【〔［]([^\[\]【】〔〕［］\n]{1,20})[\]】〕］]")
_BETWEEN = re.compile(r"\s*[>,;、→\n]+\s*|\s+")
_BULLET = re.compile(r"^\s*(?:[-*•]\s+|\d{1,3}[.)]\s+)", re.MULTILINE)
_PREAMBLE = re.compile(r"^[^\n:]{0,200}:\s*(?=\S)")
# A chain of bare labels is short; prose that happens to be long is not worth splitting.
LONGEST_CHAIN = 10_000


class Labels:
    """Implements `promptrec.answer.base.AnswerFormat` for labels such as A, B, C or 1, 2, 3.

    Labels in brackets count wherever they stand. Without any, only a bare chain counts: "B > A", "B, A" or one label a
    line, in which every word is a label; a digit or a letter in prose never does.
    """

    name = "labels"

    def __init__(self, language: str = "en") -> None:
        self._language = language

    def instruction(self, choices: Sequence[str]) -> str:
        """See `AnswerFormat.instruction`."""
        return _INSTRUCTION[self._language]

    def write(self, order: Sequence[str]) -> str:
        """See `AnswerFormat.write`."""
        return " > ".join(f"[{label}]" for label in order)

    def pattern(self, choices: Sequence[str]) -> str:
        """See `AnswerFormat.pattern`: as many labels as there are choices; it cannot forbid repeats."""
        label = r"\[(" + "|".join(literal(c) for c in choices) + r")\]"
        return label if len(choices) == 1 else f"{label}( > {label}){{{len(choices) - 1}}}"

    def parse(self, text: str, choices: Sequence[str]) -> Parsed:
        """See `AnswerFormat.parse`."""
        text = unicodedata.normalize("NFKC", text)
        known = _spellings(choices)
        bracketed = [match[1].strip() for match in _BRACKETED.finditer(text)]
        if bracketed:
            mentions = [known.get(label) for label in bracketed]
            unknown = [label for label, choice in zip(bracketed, mentions, strict=True) if choice is None]
            return parsed([m for m in mentions if m is not None], choices, unknown)
        chain = _chain(text, known)
        return parsed(chain, choices, [] if chain or not text.strip() else [text.strip()])


def _spellings(choices: Sequence[str]) -> Mapping[str, str]:
    """How each choice may be written: as it is, and in the other case where that is no other choice."""
    known = {unicodedata.normalize("NFKC", choice): choice for choice in choices}
    folded: dict[str, list[str]] = {}
    for choice in choices:
        folded.setdefault(choice.lower(), []).append(choice)
    for lower, same in folded.items():
        if len(same) == 1:
            known.setdefault(lower, same[0])
            known.setdefault(lower.upper(), same[0])
    return known


def _chain(text: str, known: Mapping[str, str]) -> list[str]:
    """The labels of a reply that is nothing but labels, perhaps behind a few words and a colon; else none.

    Behind words, a single label of several is no order: it may be the number in an error message.
    """
    text = text.strip().strip("`.。")
    if len(text) > LONGEST_CHAIN:
        return []
    several = min(2, len(set(known.values())))
    for least, candidate in ((1, text), (several, _PREAMBLE.sub("", text, count=1))):
        words = [w.strip("*_().") for w in _BETWEEN.split(_bare(candidate, known).strip()) if w]
        joined = len(words) == 1 or re.search(r"[>,;、→\n]", candidate.strip())
        if len(words) >= least and joined and all(word in known for word in words):
            return [known[word] for word in words]
    return []


def _bare(text: str, known: Mapping[str, str]) -> str:
    """A list without its bullets and ordinals, unless the ordinals are all there is."""
    stripped = _BULLET.sub("", text)
    return stripped if stripped.strip() else text
