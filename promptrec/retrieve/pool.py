"""Which items of a catalogue are worth ranking for a person: BM25 first, the rest of the pool by popularity."""

from collections.abc import Collection
from dataclasses import dataclass

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.retrieve.bm25 import Bm25


@dataclass(frozen=True)
class Pool:
    """A request over the retrieved candidates, and a remark where some of them have nothing to do with the person."""

    request: RankRequest
    note: str = ""


def query_words(query: Query) -> str:
    """All that is known of a person as one text to search with."""
    return "\n".join((query.preferences, query.context, *query.attributes.values(), *query.history))


def by_popularity(items: Collection[Item]) -> list[Item]:
    """Most popular first; the catalogue's own order where popularity is equal or unknown."""
    return sorted(items, key=lambda item: -(item.popularity or 0.0))


def candidate_pool(catalog: Catalog, index: Bm25, query: Query, size: int, exclude: Collection[str] = ()) -> Pool:
    """Up to `size` candidates for a query: what BM25 finds, then the most popular of the rest.

    Items whose IDs are in `exclude` (what the person knows already) are left out.
    """
    found = [(i, s) for i, s in index.search(query_words(query), size + len(exclude)) if i.item_id not in exclude]
    found = found[:size]
    taken = {item.item_id for item, _ in found} | set(exclude)
    rest = [item for item in catalog if item.item_id not in taken] if len(found) < size else []
    padding = by_popularity(rest)[: size - len(found)]
    # Where every item is a candidate, nothing was picked and nothing is missing.
    picked = len(padding) < len(rest) and not query.is_empty
    note = _note(len(found), catalog.has_popularity) if picked and padding else ""
    request = RankRequest(query, tuple(i for i, _ in found) + tuple(padding), {i.item_id: s for i, s in found})
    return Pool(request, note)


def _note(found: int, popular: bool) -> str:
    """What it means for a person that words found only so many items."""
    items = {0: "no item shares", 1: "only 1 item shares"}.get(found, f"only {found} items share")
    rest = "the rest of the candidates are" if found else "the candidates are"
    others = "simply the most popular items" if popular else "simply the first of the catalogue"
    return f"{items} a word with what this person said; {rest} {others}"
