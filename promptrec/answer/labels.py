"""`labels`: the order as labels in brackets, `[B] > [A] > [C]`."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from promptrec.answer.base import FixedInstruction, Parsed, literal
from promptrec.answer.mentions import is_disclaimed, is_worst_first, parsed, spellings

_INSTRUCTION = {
    "en": 'Write the labels of all items in brackets, best first, joined by " > ", like this: […] > […] > […]. '
    "Write every label exactly once and nothing else.",
    "zh": "请写出所有条目的方括号标签，从最合适到最不合适，用“ > ”连接，例如：[…] > […] > […]。"
    "每个标签只写一次，不要写其他内容。",
}
_BRACKETED = re.compile(r"[\[【〔［]([^\[\]【】〔〕［］\n]{1,2000})[\]】〕］]")
# What is longer between brackets and names no label is a remark.
LONGEST_LABEL = 20
# Between two labels of one order: a ">", perhaps with a remark on either side, within a line.
_BETTER_THAN = re.compile(r"[^\n>]{0,80}>[^\n>]{0,80}|\s*>\s*")
_BETWEEN = re.compile(r"\s*[>,;、→\n]+\s*|\s+")
_BULLET = re.compile(
    r"^\s*(?:[-*•]\s+|\(?\d{1,3}[.):、]\s+(?![>,;、→])|第[\d一二三四五六七八九十]{1,3}[名位]?[:、\s]\s*)", re.MULTILINE
)
_PREAMBLE = re.compile(r"^[^\n:]{0,200}:\s*(?=\S)")
# A chain of bare labels is short; prose that happens to be long is not worth splitting.
LONGEST_CHAIN = 10_000
# A reply that goes on and on is read so far.
MOST_BRACKETS = 2_000


class Labels(FixedInstruction):
    """Implements `promptrec.answer.base.AnswerFormat` for labels such as A, B, C or 1, 2, 3.

    Of labels in brackets, an order with ">" counts, the one that names most (of several, the last: the others are
    echoes and drafts); without one, each where it stands, unless it is named to be left out. Without brackets, only a
    bare chain counts: "B > A", "B, A" or one label a line, in which every word is a label; a digit or a letter in prose
    never does. A list said to begin with the worst is no order.

    >>> Labels().parse("I would take [B] > [A].", ["A", "B"]).order
    ('B', 'A')
    """

    name = "labels"
    instructions = _INSTRUCTION

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
        known = spellings(choices)
        brackets = islice(_BRACKETED.finditer(text), MOST_BRACKETS)
        marks = [mark for mark in map(partial(_mark, known=known), brackets) if mark is not None]
        if marks:
            order, begins = _order(text, marks)
            named = [label for mark in marks for label in mark.labels]
            unknown = [mark.unknown for mark in marks if mark.unknown]
        else:
            order, begins = _chain(text, known)
            named, unknown = order, [] if order or not text.strip() else [text.strip()]
        if order and is_worst_first(text, begins):
            return parsed([], choices, [text.strip()])
        # What stands outside of the order was said again, or not as an answer.
        aside, named_labels = list(Counter(named) - Counter(order)), set(order)
        return parsed(
            [*order, *(label for label in aside if label in named_labels)],
            choices,
            [*unknown, *(f"[{label}]" for label in aside if label not in named_labels)],
        )


@dataclass(frozen=True)
class _Mark:
    """A pair of brackets: where it begins and ends, the labels in it, or what else is."""

    begins: int
    ends: int
    labels: tuple[str, ...]
    unknown: str


def _mark(match: re.Match[str], known: Mapping[str, str]) -> _Mark | None:
    """The brackets' labels, one or a whole order; None for a remark."""
    inner = match[1].strip()
    words = [inner] if inner in known else [word.strip() for word in re.split(r"[>,;、→]", inner)]
    labels = tuple(known[word] for word in words) if all(word in known for word in words) else ()
    if not labels and len(inner) > LONGEST_LABEL:
        return None
    return _Mark(match.start(), match.end(), labels, "" if labels else inner)


def _order(text: str, marks: Sequence[_Mark]) -> tuple[list[str], int]:
    """The labels of the order that a reply ends with, and where in the text it begins."""
    chains: list[list[_Mark]] = []
    for before, mark in zip([None, *marks], marks, strict=False):
        if before is not None and _BETTER_THAN.fullmatch(text, before.ends, mark.begins):
            chains[-1].append(mark)
        else:
            chains.append([mark])
    listings = [(chain, [label for mark in chain for label in mark.labels]) for chain in chains]
    orders = [(len(set(named)), named, chain[0].begins) for chain, named in listings if max(len(chain), len(named)) > 1]
    if any(named for named, _, _ in orders):
        _, labels, begins = max(reversed(orders), key=lambda order: order[0])
        return labels, begins
    wanted = [mark for mark in marks if mark.labels and not is_disclaimed(text, mark.begins)]
    return [label for mark in wanted for label in mark.labels], wanted[0].begins if wanted else 0


def _chain(text: str, known: Mapping[str, str]) -> tuple[list[str], int]:
    """The labels of a reply that is nothing but labels, perhaps behind a few words and a colon; and where they begin.

    Behind words, a single label of several is no order: it may be the number in an error message.
    """
    bare = text.strip().strip("`.。")
    if len(bare) > LONGEST_CHAIN:
        return [], 0
    several = min(2, len(set(known.values())))
    for least, candidate in ((1, bare), (several, _PREAMBLE.sub("", bare, count=1))):
        # Without its bullets and ordinals, unless the ordinals are all there is.
        plain = _BULLET.sub("", candidate).strip() or candidate.strip()
        words = [w.strip("*_().") for w in _BETWEEN.split(plain) if w]
        joined = len(words) == 1 or re.search(r"[>,;、→\n]", candidate.strip())
        if len(words) >= least and joined and all(word in known for word in words):
            return [known[word] for word in words], text.rindex(candidate)
    return [], 0
