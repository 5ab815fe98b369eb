"""What every prompt must show: the person, the items, their labels, the form of the answer."""

from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding, Severity


def shows_the_person(draft: Draft) -> Iterator[Finding]:
    """The person's own words must be there, or everybody gets the same list."""
    shown = {use.names[1:2] for use in draft.printed("query")}
    if ("preferences",) not in shown and draft.header.ranks != "profile":
        which: tuple[str, Severity] = ("words", "warning") if shown else ("person", "error")
        yield fault(f"not-shown/{which[0]}", draft.end("user"), which[1])


def shows_the_items(draft: Draft) -> Iterator[Finding]:
    """Without the item every item gets the same score."""
    if draft.header.ranks == "profile":
        return
    shown = {use.names[1:2] for use in draft.printed("item")}
    if not shown - {("label",)}:
        yield fault(f"not-shown/{'candidate' if draft.listwise else 'item'}", draft.end("user"))
    elif draft.listwise and draft.header.answer != "titles" and ("label",) not in shown:
        yield fault("not-shown/labels", draft.printed("item")[0].place)


def shows_the_instruction(draft: Draft) -> Iterator[Finding]:
    """A model that writes its answer must be told in which form."""
    if draft.header.ranks == "listwise-text" and not draft.printed("instruction"):
        yield fault("not-shown/instruction", draft.end("user"))
