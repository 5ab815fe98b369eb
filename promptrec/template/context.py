"""Context of a template: the values of a query and of an item, truncated to the limits of a prompt."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from promptrec.data.item import FieldValue, Item
from promptrec.data.query import Query
from promptrec.template.front_matter import Header

Limits = Mapping[str, int]
NO_LIMITS: Limits = {}
CUT_MARK = "…"
SEPARATORS = {"en": ", ", "zh": "、"}


class Listed(list[str]):
    """A list that a template can loop over, and that prints with the separator of its language: "Comedy, Drama"."""

    def __init__(self, entries: Iterable[str], language: str) -> None:
        super().__init__(entries)
        self._between = SEPARATORS[language]

    def __str__(self) -> str:
        return self._between.join(self)


def query_view(query: Query, language: str, limits: Limits = NO_LIMITS) -> dict[str, object]:
    """Value of `query` in a template. The limit of the history is a number of entries; the most recent are shown."""
    limit = limits.get("query.history", len(query.history))
    recent = query.history[max(0, len(query.history) - limit) :]
    return {
        "preferences": shortened(query.preferences, limits.get("query.preferences")),
        "context": shortened(query.context, limits.get("query.context")),
        "history": Listed(recent, language),
        "attributes": dict(query.attributes),
    }


def item_view(item: Item, header: Header, limits: Limits = NO_LIMITS, label: str = "") -> dict[str, object]:
    """Value of `item` in a template: its title, the fields that the header declares (empty if absent), and two lists.

    `facts` has all fields, `others` those that the header does not declare.
    """
    view: dict[str, object] = dict.fromkeys(header.fields, "")
    for name, value in named_fields(item, header).items():
        view[name] = _shortened_field(value, header.language, limits.get(f"item.{name}"))
    view["title"] = shortened(item.title, limits.get("item.title"))
    view["item_id"] = item.item_id
    view["label"] = label
    view["facts"] = _named_values(item.fields, header.language, limits.get("item.facts"))
    view["others"] = _named_values(_others(item, header), header.language, limits.get("item.others"))
    return view


def named_fields(item: Item, header: Header) -> dict[str, FieldValue]:
    """Fields of an item; declared ones also have the header's name."""
    fields = dict(item.fields)
    for name, column in _columns(item, header).items():
        fields[name] = item.fields[column]
    return fields


def _columns(item: Item, header: Header) -> dict[str, str]:
    """The item's name of each field that the header declares and the item has."""
    found = {n: next((o for o in (n, *others) if o in item.fields), None) for n, others in header.fields.items()}
    return {name: column for name, column in found.items() if column is not None}


def _others(item: Item, header: Header) -> dict[str, FieldValue]:
    """The fields that the header does not declare."""
    declared = set(_columns(item, header).values())
    return {name: value for name, value in item.fields.items() if name not in declared}


def shortened(text: str, limit: int | None) -> str:
    """At most `limit` characters of a text, with an ellipsis if it was truncated."""
    if limit is None or len(text) <= limit:
        return text
    return text[:limit].rstrip() + CUT_MARK if limit else ""


def lengths(query: Query, candidates: Sequence[Item], header: Header) -> dict[str, int]:
    """Length of each text that can be truncated, in characters; of the history, in entries."""
    out = {
        "query.preferences": len(query.preferences),
        "query.context": len(query.context),
        "query.history": len(query.history),
        "item.title": max((len(item.title) for item in candidates), default=0),
        "item.facts": _longest(item.fields for item in candidates),
        "item.others": _longest(_others(item, header) for item in candidates),
    }
    for item in candidates:
        for name, value in named_fields(item, header).items():
            key = f"item.{name}"
            out[key] = max(out.get(key, 0), len(_text(value)))
    return out


def _named_values(fields: Mapping[str, FieldValue], language: str, limit: int | None) -> list[tuple[str, str]]:
    """Each field as a pair of name and text; a limit truncates each text, and 0 leaves no pair."""
    if limit == 0:
        return []
    return [(n, shortened(str(_shortened_field(v, language, None)), limit)) for n, v in fields.items()]


def _longest(items: Iterable[Mapping[str, FieldValue]]) -> int:
    """Characters of the longest value, with the longest separator of all languages (see `_named_values`)."""
    texts = (SEPARATORS["en"].join(v) if isinstance(v, tuple) else str(v) for fields in items for v in fields.values())
    return max(map(len, texts), default=0)


def _shortened_field(value: FieldValue, language: str, limit: int | None) -> object:
    if isinstance(value, str):
        return shortened(value, limit)
    if isinstance(value, tuple):
        return Listed(value if limit is None else _entries_within(value, limit), language)
    return value


def _entries_within(value: tuple[str, ...], limit: int) -> tuple[str, ...]:
    """The first entries of a list that fit into `limit` characters together."""
    return value[: sum(total <= limit for total in accumulate(map(len, value)))]


def _text(value: FieldValue) -> str:
    return "".join(value) if isinstance(value, tuple) else str(value)
