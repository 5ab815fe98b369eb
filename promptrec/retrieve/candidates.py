"""Retrieval of the candidates that a ranker reads: by BM25, filled up with the most popular items."""

from dataclasses import dataclass
from itertools import islice

from promptrec.data.catalog import Catalog
from promptrec.data.query import Query, RankRequest
from promptrec.retrieve.bm25 import Bm25


@dataclass(frozen=True)
class Candidates:
    """A request over the retrieved candidates, and a note if popular items fill up what BM25 did not find."""

    request: RankRequest
    note: str = ""


def query_words(query: Query) -> str:
    """The search text of a query: its preferences, history, context and attributes."""
    return "\n".join(filter(None, (query.preferences, query.context, *query.attributes.values(), *query.history)))


def with_titles(catalog: Catalog, query: Query) -> tuple[Query, set[str]]:
    """The query with titles in place of IDs in its history, and the IDs of the items that it names."""
    found = [(entry, catalog.find(entry)) for entry in query.history]
    titles = tuple(item.title if item else entry for entry, item in found)
    return query.model_copy(update={"history": titles}), {item.item_id for _, item in found if item}


def retrieve_candidates(catalog: Catalog, query: Query, size: int) -> Candidates:
    """Up to `size` candidates for a query: what BM25 finds, then the most popular of the rest.

    Items of the person's history are left out; the request has their titles.
    """
    query, known = with_titles(catalog, query)
    hits = Bm25.of(catalog).search(query_words(query), size + len(known))
    found = [(item, score) for item, score in hits if item.item_id not in known][:size]
    taken = {item.item_id for item, _ in found} | known
    rest = (item for item in catalog.by_popularity if item.item_id not in taken)
    padding = tuple(islice(rest, size - len(found)))
    # Where every item is a candidate, nothing was picked and nothing is missing.
    picked = len(taken) + len(padding) < len(catalog) and not query.is_empty
    note = _note(len(found), catalog.has_popularity) if picked and padding else ""
    request = RankRequest(query, tuple(item for item, _ in found) + padding, {i.item_id: s for i, s in found})
    return Candidates(request, note)


def _note(found: int, popular: bool) -> str:
    """What it means for a person that words found only so many items."""
    items = {0: "no item shares", 1: "only 1 item shares"}.get(found, f"only {found} items share")
    rest = "the rest of the candidates are" if found else "the candidates are"
    others = "simply the most popular items" if popular else "simply the first of the catalogue"
    return f"{items} a word with what this person said; {rest} {others}"
