"""The form of the labels that the candidates are shown with, and of the one the model is to answer with."""

from collections.abc import Iterator
from itertools import pairwise

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.template.outline import Typed, Use

BRACKETS = "[(<【（"


def labels_are_shown_as_answered(draft: Draft) -> Iterator[Finding]:
    """A reply that begins with a bracket asks for a label that was shown in one."""
    mark = draft.template.cue[-1:]
    if draft.header.ranks != "listwise-labels" or not mark or mark not in BRACKETS:
        return
    for before, piece in pairwise([None, *draft.pieces("system", "user")]):
        if not isinstance(piece, Use) or not piece.printed or piece.names != ("item", "label") or piece.of_example:
            continue
        if not (isinstance(before, Typed) and before.text.rstrip().endswith(mark)):
            yield fault("label-mark", piece.place, "warning", mark=mark, written=piece.written)
