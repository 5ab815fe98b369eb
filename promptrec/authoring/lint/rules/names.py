"""Lint rules on names: unknown names and fields, and fields that the catalogue does not have."""

import re
from collections.abc import Iterator

from rapidfuzz import process

from promptrec.authoring.lint.context import LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.messages import message
from promptrec.template.analysis.references import EACH, OWN, Names, Use

QUERY = ("preferences", "history", "context", "attributes")
ITEM = ("title", "item_id", "label", "facts", "others")
OBJECTS = (("item",), ("query",))
# What is called otherwise elsewhere.
OTHERWISE = {"answer_format": "instruction"}
_OF = {"item": "title", "query": "preferences"}
TABLE = ("query", "attributes")
PAIRS = (("item", "facts"), ("item", "others"))
LISTS = (("candidates",), ("examples",))
NEAR = 60


def unknown_names(context: LintContext) -> Iterator[Diagnostic]:
    """Report names that nothing has: not of the query, of an item, or declared; with the nearest known name."""
    for use in context.uses():
        known = _known(context, use)
        if known is None:
            continue
        prefix, wrong, there = known
        if not prefix and re.split(r"[.[]", use.written)[0] != wrong:
            continue  # of a loop over what nobody knows, which is told where the loop stands
        near = "" if prefix or use.of_example else _owner(context, use, wrong)
        if not near:
            nearest = process.extractOne(OTHERWISE.get(wrong, wrong), there, score_cutoff=NEAR, processor=str.casefold)
            near = _written(use, nearest[0]) if nearest else ""
        which = {"": "top", "query": "query"}.get(prefix, "item")
        if not prefix and _is_compared(context, use):
            which = "text"
        yield fault(
            f"unknown-name/{which}",
            use.place,
            written=use.written,
            of=prefix,
            wrong=repr(wrong),
            name=wrong,
            meant=message("did-you-mean", near=near) if near else "",
            there=tuple(there),
        )


def printed_lists(context: LintContext) -> Iterator[Diagnostic]:
    """Report lists and tables that are printed as they are, since they have no text."""
    for use in context.uses():
        # As if each entry were a text, without a `map` that makes one of each.
        joined = "join" in use.filters and "map" not in use.filters
        if use.printed and use.names in OBJECTS:
            yield fault("printed-list/whole", use.place, written=use.written, of=_OF[use.names[0]])
        elif use.printed and use.names in LISTS and not use.filters:
            yield fault("printed-list", use.place, written=use.written)
        elif use.printed and use.names == TABLE and not use.filters:
            yield fault("printed-list/table", use.place, written=use.written)
        elif use.printed and use.names in PAIRS and (not use.filters or joined):
            yield fault("printed-list/pairs", use.place, written=use.written, pairs=use.written)
        elif use.printed and use.names[:-1] in PAIRS and use.names[-1] == EACH and not use.filters:
            pairs = _gone_through_alone(use.written, context.files[use.place.path])
            if pairs:
                yield fault("printed-list/pair", use.place, written=use.written, pairs=pairs)


def _gone_through_alone(name: str, text: str) -> str:
    """The list of pairs that a loop iterates over with one name; empty if a loop gives that name to half a pair."""
    one = rf"\{{%[-+]?\s*for\s+{re.escape(name)}\s+in\s+([\w.]+\.(?:facts|others))\b"
    half = rf"\bfor\s+(?:{re.escape(name)}\s*,|\w+\s*,\s*{re.escape(name)}\s+in\b)"
    found = re.search(one, text)
    return found[1] if found and not re.search(half, text) else ""


def _owner(context: LintContext, use: Use, wrong: str) -> str:
    """The full name that was likely meant, as in `item.title` for `title` or `film.title`; empty if there is none."""
    first, _, rest = use.written.partition(".")
    small = wrong.lower()
    item = "candidate" if context.listwise else "item"
    fields = [] if not context.kind.ranks else names_of_item(context)
    if small in ("item", "candidate") and context.listwise and (use.written != wrong or small != wrong):
        return f"{{% for {small} in candidates %}}"
    if small in ("candidates", "items") and context.kind.ranks:
        return repr("candidates" if context.listwise else "item")
    if first == wrong and rest and small not in ("item", "query"):  # film.title, person.preferences
        owner = "query" if rest.lower() in QUERY else item if rest.lower() in fields else ""
        return f"{owner}.{rest.lower()}" if owner else ""
    if wrong != small:
        written = use.written.lower()
        return written if small in _top(context, use) else _alone(small, item, fields)
    return _alone(small, item, fields)


def _alone(name: str, item: str, fields: list[str]) -> str:
    return f"query.{name}" if name in QUERY else f"{item}.{name}" if name in fields else ""


def _is_compared(context: LintContext, use: Use) -> bool:
    """Whether an unknown name is compared with, so that quotes are missing: `if item.rating == PG`."""
    line = context.files[use.place.path].split("\n")[use.place.line - 1]
    return not use.printed and re.search(rf"[=!]=\s*{re.escape(use.written)}\b", line) is not None


def _written(use: Use, name: str) -> str:
    """A name as Jinja reads it: in brackets if it has several words."""
    return repr(name) if name.isidentifier() else f'{re.split(r"[.[]", use.written)[0]}["{name}"]'


def _known(context: LintContext, use: Use) -> tuple[str, str, list[str]] | None:
    """The owner, the unknown name, and the names that the owner has; None if the name is known."""
    names = use.names
    if names[:1] == OWN:
        return None
    top = _top(context, use)
    if names[0] not in top:
        return "", names[0], top
    known = {"query": list(QUERY), "item": names_of_item(context)}.get(names[0], [])
    if len(names) > 1 and known and names[1] not in (EACH, *known):
        return ("candidate" if context.listwise and names[0] == "item" else names[0]), names[1], known
    return None


def _top(context: LintContext, use: Use) -> list[str]:
    """The top-level names in a template of this kind, or those of one of its examples."""
    # One of the candidates is an item, whatever the author calls it.
    item = ["item"] if context.kind.ranks and (use.of_candidates or not context.listwise) else []
    items = [*item, "candidates"] if context.listwise else item
    if use.of_example:
        return ["query", *items, "answer", *(["order"] if context.listwise else [])]
    return ["query", *items, *(["instruction"] if context.kind.writes_answer else []), "examples"]


def names_of_item(context: LintContext) -> list[str]:
    """Names that every item has: its own, the declared ones, and columns that no item of the catalogue lacks."""
    full: Names = ()
    if context.catalog is not None:
        full = tuple(n for n in context.catalog.field_names if all(n in item.fields for item in context.catalog))
    return list(dict.fromkeys([*ITEM, *context.header.fields, *full]))


def fields_are_in_the_catalogue(context: LintContext) -> Iterator[Diagnostic]:
    """Report declared fields that no item of the catalogue has: they are empty in every prompt."""
    if context.catalog is None:
        return
    columns = context.catalog.field_names
    for name, others in context.header.fields.items():
        shown = [use for use in context.printed("item") if use.names[1:2] == (name,)]
        if not shown or name in ITEM or set(columns) & {name, *others}:
            continue
        nearest = process.extractOne(name, columns, score_cutoff=NEAR)
        yield fault(
            "not-in-catalogue",
            shown[0].place,
            "warning",
            catalog=context.catalog.name,
            name=repr(name),
            field=name,
            meant=message("did-you-mean", near=repr(nearest[0])) if nearest else "",
            columns=tuple(columns) or message("none"),
            column=nearest[0] if nearest else message("column"),
        )


def columns_are_in_the_catalogue(context: LintContext) -> Iterator[Diagnostic]:
    """Report fields of constraints under `columns` none of whose names is a column: they answer no request."""
    if context.catalog is None:
        return
    columns = context.catalog.field_names
    for field, names in context.header.columns.items():
        if set(columns).isdisjoint(names):
            where = context.place("columns", field)
            slots = {"names": tuple(names), "columns": tuple(columns) or message("none")}
            yield fault(
                "columns-not-in-catalogue", where, "warning", catalog=context.catalog.name, field=field, **slots
            )


def labels_only_in_lists(context: LintContext) -> Iterator[Diagnostic]:
    """Report `item.label` in kinds that list no candidates: it is empty there, even with a column of that name."""
    labels = [use for use in context.printed("item") if use.names[1:2] == ("label",)]
    if labels and not context.listwise:
        yield fault("empty-label", labels[0].place, written=labels[0].written)
