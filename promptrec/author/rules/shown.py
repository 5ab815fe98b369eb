"""What every prompt must show: the person, the items, their labels, the form of the answer."""

from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding


def shows_the_person(draft: Draft) -> Iterator[Finding]:
    """The person's own words must be there, or everybody gets the same list."""
    shown = {use.names[1:2] for use in draft.printed("query")}
    if ("preferences",) not in shown and draft.header.ranks != "profile":
        yield fault(
            "not-shown",
            draft.end("user"),
            "the person's own words are never shown" if shown else "nothing of the person is ever shown",
            "put {{ query.preferences }} where the person speaks",
            "warning" if shown else "error",
        )


def shows_the_items(draft: Draft) -> Iterator[Finding]:
    """Without the item every item gets the same score."""
    if draft.header.ranks == "profile":
        return
    shown = {use.names[1:2] for use in draft.printed("item")}
    name = "candidate" if draft.listwise else "item"
    if not shown - {("label",)}:
        example = "{% for candidate in candidates %} … {% endfor %}" if draft.listwise else "{{ item.title }}"
        yield fault("not-shown", draft.end("user"), f"nothing of the {name} is ever shown", f"put it in: {example}")
    elif draft.listwise and draft.header.answer != "titles" and ("label",) not in shown:
        place = draft.printed("item")[0].place
        yield fault(
            "not-shown",
            place,
            "the candidates are shown without the labels that the model is to answer with",
            "put [{{ candidate.label }}] before each title",
        )


def shows_the_instruction(draft: Draft) -> Iterator[Finding]:
    """A model that writes its answer must be told in which form."""
    if draft.header.ranks == "listwise-text" and not draft.printed("instruction"):
        yield fault(
            "not-shown",
            draft.end("user"),
            "the model is never told in which form to answer",
            "end the user block with {{ instruction }}",
        )
