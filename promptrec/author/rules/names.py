"""Names that nobody knows: the template would fail as soon as it is used."""

from collections.abc import Iterator

from rapidfuzz import process

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.template.outline import EACH, OWN, Names, Use

QUERY = ("preferences", "history", "context", "attributes")
ITEM = ("title", "item_id", "label", "facts")
LISTS = (("candidates",), ("examples",), ("query", "attributes"), ("item", "facts"))
NEAR = 60


def unknown_names(draft: Draft) -> Iterator[Finding]:
    """Each name that is not of the person, of an item, or declared, with the nearest one that is."""
    for use in draft.uses():
        known = _known(draft, use)
        if known is None:
            continue
        prefix, wrong, there = known
        nearest = process.extractOne(wrong, there, score_cutoff=NEAR)
        of = f"{prefix} has no {wrong!r}" if prefix else f"nothing is called {wrong!r} here"
        meant = f"did you mean {nearest[0]!r}? " if nearest else ""
        declare = f"; or declare it: fields: [{wrong}]" if prefix in ("item", "candidate") else ""
        yield fault("unknown-name", use.place, f"{use.written}: {of}", f"{meant}it can be {', '.join(there)}{declare}")


def printed_lists(draft: Draft) -> Iterator[Finding]:
    """Lists and tables that are put in as they are: nobody can say how they are to be written."""
    for use in draft.uses():
        if use.printed and use.names in LISTS and not use.filters:
            loop = f"{{% for one in {use.written} %}} … {{% endfor %}}"
            said = f"{use.written} is a list and cannot be put in as it is"
            yield fault("printed-list", use.place, said, f"write {loop}")


def _known(draft: Draft, use: Use) -> tuple[str, str, list[str]] | None:
    """What has no such name, the name, and those there are; None if all is well."""
    names = use.names
    if names[:1] == OWN:
        return None
    top = _top(draft, use)
    if names[0] not in top:
        return "", names[0], top
    known = {"query": list(QUERY), "item": _of_item(draft)}.get(names[0], [])
    if len(names) > 1 and known and names[1] not in (EACH, *known):
        return ("candidate" if draft.listwise and names[0] == "item" else names[0]), names[1], known
    return None


def _top(draft: Draft, use: Use) -> list[str]:
    """The names that stand alone in a template of this kind, or follow the name of an example."""
    kind = draft.header.ranks
    # One of the candidates is an item, whatever the author calls it.
    item = [] if kind == "profile" else ["item"] if use.of_candidates or not draft.listwise else []
    items = [*item, "candidates"] if draft.listwise else item
    if use.of_example:
        return ["query", *items, "answer", *(["order"] if draft.listwise else [])]
    return ["query", *items, *(["instruction"] if kind == "listwise-text" else []), "examples"]


def _of_item(draft: Draft) -> list[str]:
    """Names that every item has: its own, the declared ones, and columns that no item of the catalogue lacks."""
    full: Names = ()
    if draft.catalog is not None:
        full = tuple(n for n in draft.catalog.field_names if all(n in item.fields for item in draft.catalog))
    return list(dict.fromkeys([*ITEM, *draft.header.fields, *full]))
