"""The order that an engine can read once and reuse: first what stays the same from prompt to prompt."""

from collections.abc import Iterator

from promptrec.author.draft import CONTEXT, Draft, fault
from promptrec.author.finding import Finding
from promptrec.template.outline import Use

PERSON_FIRST = ("yes-no", "graded", "item-pmi", "listwise-labels", "listwise-text")


def same_things_first(draft: Draft) -> Iterator[Finding]:
    """Items change from prompt to prompt for a person; for query-likelihood, people do for an item."""
    kind = draft.header.ranks
    if kind == "query-likelihood":
        found = _first_before(draft.printed("query", *CONTEXT), draft.printed("item"), draft)
        which = "person"
    elif kind in PERSON_FIRST:
        found = _first_before(draft.printed("item", *CONTEXT), draft.printed("query"), draft)
        which = "candidates" if draft.listwise else "item"
    else:
        return
    if found:
        yield fault(f"cache-order/{which}", found.place, "warning" if draft.listwise else "error")


def _first_before(early: list[Use], late: list[Use], draft: Draft) -> Use | None:
    """The first of `early` if it stands before all of `late`."""
    pieces = draft.pieces()
    return early[0] if early and late and pieces.index(early[0]) < pieces.index(late[0]) else None


def scored_text_is_not_shown_before(draft: Draft) -> Iterator[Finding]:
    """A model that has read the text whose probability is the score only has to copy it."""
    scored = {"query-likelihood": ("query", "preferences"), "item-pmi": ("item", "title")}.get(draft.header.ranks)
    if scored is None:
        return
    for use in draft.printed(scored[0], *CONTEXT):
        if use.names[:2] == scored:
            yield fault("scored-text-shown", use.place, written=use.written)
