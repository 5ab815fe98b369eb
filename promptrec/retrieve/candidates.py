"""Retrieval of the candidates that a ranker reads: by a retriever, filled up with the most popular items."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice

from promptrec.data.catalog import Catalog
from promptrec.data.query import Query, RankRequest
from promptrec.intent.reader import with_intent
from promptrec.intent.selection import FilterReport, select
from promptrec.intent.settings import NO_SETTINGS, IntentSettings
from promptrec.messages import Reason, message
from promptrec.retrieve.bm25 import Bm25
from promptrec.retrieve.registry import Retriever

# As many items as a person looks at, where nobody says how many are wanted.
LEAST = 10


@dataclass(frozen=True)
class Candidates:
    """A request over the retrieved candidates, and a note if popular items fill up what the retriever did not find."""

    request: RankRequest
    note: Reason = Reason()
    filters: tuple[FilterReport, ...] = ()
    """What each constraint of the query did to the catalogue."""


def query_words(query: Query) -> str:
    """The search text of a query: what its preferences want, its history, context and attributes."""
    return "\n".join(filter(None, (query.wanted, query.context, *query.attributes.values(), *query.history)))


def with_titles(catalog: Catalog, query: Query) -> tuple[Query, set[str]]:
    """The query with titles in place of IDs of liked and disliked items, and the IDs of the items that it names."""
    found = {entry: catalog.find(entry) for entry in (*query.history, *query.disliked)}
    titles = {entry: item.title if item else entry for entry, item in found.items()}
    named = {name: tuple(titles[entry] for entry in getattr(query, name)) for name in ("history", "disliked")}
    return query.model_copy(update=named), {item.item_id for item in found.values() if item}


def retrieve_candidates(
    catalog: Catalog,
    query: Query,
    size: int,
    retriever: Retriever | None = None,
    least: int = LEAST,
    settings: IntentSettings = NO_SETTINGS,
) -> Candidates:
    """Up to `size` candidates for a query: what the retriever finds, then the most popular of the rest.

    Items that the person knows, liked or not, are left out, and so are those that violate what the query requires; the
    request has the titles of the first, and the query's intent, which is read if it was not yet.

    Args:
        catalog: the items.
        query: whose candidates they are.
        size: how many.
        retriever: an index of the catalogue; None: BM25.
        least: as many items as are wanted: where fewer meet what the query requires, constraints are relaxed.
        settings: what a pack adds to the rules that read a query.

    Raises:
        InputError: a retriever finds an item that is not in the catalogue.
    """
    query, known = with_titles(catalog, with_intent(query, settings))
    filters: tuple[FilterReport, ...] = ()
    allowed: Collection[str] | None = None
    if query.intent and (query.intent.constraints or query.intent.dislikes):
        selection = select(catalog, query.intent, least, settings.columns, known)
        filters = selection.filters
        if any(report.removed for report in filters):
            allowed = {item.item_id for item in selection.items}

    def is_allowed(item_id: str) -> bool:
        return item_id not in known if allowed is None else item_id in allowed or item_id not in catalog

    index = Bm25.of(catalog) if retriever is None else retriever
    first = size + (len(known) if allowed is None else size)
    found = _found(index, query_words(query), size, first, is_allowed, len(catalog))
    rest = (item for item in catalog.by_popularity if item.item_id not in found and is_allowed(item.item_id))
    padding = tuple(islice(rest, size - len(found)))
    n_allowed = len(catalog) - len(known) if allowed is None else len(allowed)
    # Where every item is a candidate, nothing was picked and nothing is missing.
    picked = len(found) + len(padding) < n_allowed and not query.is_empty
    by_words = isinstance(index, Bm25)
    note = _note(len(found), by_words, catalog.has_popularity) if picked and padding else Reason()
    return Candidates(RankRequest(query, (*(catalog[item_id] for item_id in found), *padding), found), note, filters)


def _found(
    index: Retriever, words: str, size: int, k: int, is_allowed: Callable[[str], bool], n_items: int
) -> dict[str, float]:
    """Up to `size` hits that are allowed, of `k`, then of four times as many until there are enough."""
    while True:
        hits = index.search(words, min(k, n_items))
        found = dict([hit for hit in hits if is_allowed(hit[0])][:size])
        if len(found) >= size or len(hits) < k:
            return found
        k *= 4


def _note(found: int, by_words: bool, popular: bool) -> Reason:
    """Note for a person about candidates that are not what they asked for."""
    number = {0: "none", 1: "one"}.get(found, "few")
    first = message(f"shares-a-word/{number}" if by_words else f"was-found/{number}", count=found)
    rest = f"{'rest' if found else 'all'}-{'popular' if popular else 'first'}"
    return Reason(first, message(f"candidates-filled/{rest}"))
