"""The place right before the answer: a label is read there without any space before it."""

from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.rank.slots import answer_word
from promptrec.template.outline import Typed

KINDS = ("yes-no", "graded", "listwise-labels")


def space_before_slot(draft: Draft) -> Iterator[Finding]:
    """A space typed at the end is taken away; a label would naturally need one behind a word or a colon."""
    if draft.header.ranks not in KINDS:
        return
    pieces = [p for p in draft.blocks[draft.slot] if not isinstance(p, Typed) or p.text.strip("\n")]
    if not pieces or not isinstance(pieces[-1], Typed):
        return
    place, text = draft.end(draft.slot), pieces[-1].text.rstrip("\n")
    if text != text.rstrip():
        yield fault("space-before-slot", place, "warning", block=draft.slot)
    # In a chat format without a cue, the label opens the model's own turn.
    glued = draft.slot == "reply" or not draft.header.chat
    if draft.header.ranks == "listwise-labels" and glued and answer_word(text.rstrip(), "A") != "A":
        yield fault("glued-label", place, mark=repr(text.strip()[-1:]))
