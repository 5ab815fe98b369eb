"""Examples that teach a model where the answer stands, and not what makes it right."""

import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.phrase import Slot, phrase
from promptrec.template.examples import turned
from promptrec.template.outline import Place

_SUCH_AS = re.compile(
    r"(?:for example|for instance|e\.\s?g\.|such as|like this|like so|example:|例如|比如|譬如|举例|如：|如下："
    r"|(?:like|像|如)(?=\s*[\[【(（\"“'‘]))"
    r"([^.!?。！？\n]*)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[\[【(（]\s*([A-Z]{1,2}|\d{1,2})\s*[\]】)）]|[\"“'‘`]([A-Z]|\d{1,2})[\"”'’`]")

_ANSWERED = re.compile(r"(?:answer|label|回答|答案)\s*[:：]\s*(.+)", re.IGNORECASE)


def examples_vary(draft: Draft) -> Iterator[Finding]:
    """There are examples where some are promised, and their right answer is not always the same."""
    examples = draft.template.examples
    if draft.header.examples and not examples:
        yield fault("no-examples", Place(str(Path(draft.template.path).parent / draft.header.examples), 1))
    if not examples or not any(use.of_example for use in draft.uses()):
        return
    if draft.listwise:
        slots = {turned(example, turn).index(example.ordered()[0]) for turn, example in enumerate(examples)}
        always: Slot = phrase("in-slot", slot=chr(ord("A") + min(slots))) if len(slots) == 1 else ""
    else:
        good = draft.header.words[:1] if draft.header.ranks == "yes-no" else draft.header.words[-1:]
        always = "".join(good) if len(examples) == 1 else ""
    if always:
        yield fault(
            "one-answer",
            draft.place("examples"),
            always=always,
            least=3 if draft.listwise else 2,
            file=draft.header.examples or "",
        )


def typed_answers(draft: Draft) -> Iterator[Finding]:
    """An answer typed as an example makes a model give that answer; so do typed examples that all have one answer."""
    if draft.header.ranks in ("query-likelihood", "item-pmi", "profile", "listwise-text"):
        return
    such = phrase("with-its-label") if draft.listwise else _either(draft.header.words)
    answered = []
    for line in draft.lines():
        named = [found for found in _SUCH_AS.finditer(line.text) if len(_answers(found[1], draft)) == 1]
        for found in named:
            yield fault("typed-answer", line.place, words=repr(found[0].strip()), such=such)
        answer = None if named else _ANSWERED.search(line.text)
        if answer and (said := _answers(answer[1], draft)):
            answered.append((line.place, answer[0].strip(), said))
    if answered and len(set.union(*(said for _, _, said in answered))) == 1:
        place, words, _ = answered[0]
        yield fault("typed-answer", place, words=repr(words), such=such)


def _either(words: tuple[str, ...]) -> Slot:
    first: Slot = words[0]
    return reduce(lambda one, other: phrase("or", one=one, other=other), words[1:], first)


def _answers(text: str, draft: Draft) -> set[str]:
    """The answers that some words name."""
    if draft.listwise:
        return {a or b for a, b in _LABEL.findall(text)}
    words = draft.header.words
    return {word for word in words if re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", text, re.I)}
