"""Answers that a model's tokenizer cannot read off a single place."""

from collections.abc import Iterator
from functools import partial

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.prompt import Tokenizer
from promptrec.rank.slot_readings import KEEP
from promptrec.rank.slots import label_tokens, word_tokens

MARKS = ("[", "(", "<")


def words_are_single_tokens(draft: Draft) -> Iterator[Finding]:
    """Answer words that are one token each, but for what all of them start with.

    A word of a single character cannot be shorter; where the tokenizer cuts it into bytes, the model is at fault.
    """
    words = draft.header.words
    if draft.tokenizer is None or draft.header.ranks not in ("yes-no", "graded"):
        return
    lines = draft.lines(draft.slot)
    ids = word_tokens(draft.tokenizer, lines[-1].text.rstrip() if lines else "", words)
    if all(one[:-1] == ids[0][:-1] for one in ids):
        return
    least = min(len(one) for one in ids)
    for word, tokens in zip(words, ids, strict=True):
        if len(word) > 1 and len(tokens) > least:
            cut = "·".join(draft.tokenizer.decode((token,)) for token in tokens)
            yield fault(
                "word-tokens",
                draft.place("words", word),
                "warning",
                word=repr(word),
                count=len(tokens),
                cut=cut.strip(),
            )


def labels_are_single_tokens(draft: Draft) -> Iterator[Finding]:
    """As many labels that are one token of their own right behind the cue as behind another mark."""
    if draft.tokenizer is None or draft.header.ranks != "listwise-labels":
        return
    cue = draft.template.cue
    found, better = _labels(draft.tokenizer, cue), max(MARKS, key=partial(_labels, draft.tokenizer))
    if found < _labels(draft.tokenizer, better):
        yield fault("label-tokens", draft.end(draft.slot), cue=repr(cue), found=found, better=repr(better))


def _labels(tokenizer: Tokenizer, cue: str) -> int:
    return len(label_tokens(tokenizer, cue, KEEP))
