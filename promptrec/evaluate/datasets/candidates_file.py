"""Reading which items are to be put in order for each query of a dataset folder."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.identifiers import identifier
from promptrec.data.query import Query, RankRequest
from promptrec.data.readers import read_jsonl
from promptrec.errors import InputError
from promptrec.evaluate.datasets.file_lookup import check_known


def read_candidates(path: Path, queries: tuple[Query, ...], catalog: Catalog) -> tuple[RankRequest, ...]:
    """One request for each query, in the order of the queries.

    Raises:
        InputError: a line that cannot be read, names what is not there or stands there twice, or a query without one.
    """
    known = {query.query_id: query for query in queries}
    items = {item.item_id: item for item in catalog}
    shown: dict[str, tuple[str, tuple[str, ...]]] = {}
    for place, row in read_jsonl(path):
        missing = next((name for name in ("query_id", "candidates") if name not in row), None)
        if missing is not None:
            raise InputError(f"{place}: no field {missing!r}; the fields there are: {', '.join(row) or 'none'}")
        query_id = _ids(f"{place}: query_id", [row["query_id"]])[0]
        check_known(place, "query", query_id, known)
        if query_id in shown:
            raise InputError(f"{place}: query {query_id!r} stands there twice, first at {shown[query_id][0]}")
        where = f"{place}: query {query_id!r}: candidates"
        if not isinstance(row["candidates"], list):
            raise InputError(f'{where}: expected a list of item IDs, such as ["b1", "b2"], got {row["candidates"]!r}')
        ids = _ids(where, row["candidates"])
        twice = next((item_id for item_id, times in Counter(ids).items() if times > 1), None)
        if twice is not None:
            raise InputError(f"{where}: the item {twice!r} stands there twice: name each once")
        for item_id in ids:
            check_known(where, "item", item_id, items)
        shown[query_id] = (place, ids)
    without = (query.query_id for query in queries if not shown.get(query.query_id, ("", ()))[1])
    missing = next(without, None)
    if missing is not None:
        raise InputError(f"{path}: query {missing!r} has no candidates: every query needs a line")
    return tuple(RankRequest(query, tuple(items[i] for i in shown[query.query_id][1])) for query in queries)


def _ids(where: str, written: Iterable[object]) -> tuple[str, ...]:
    """IDs as text, of which none is empty."""
    try:
        ids = tuple(identifier(one) for one in written)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if "" in ids:
        raise InputError(f"{where}: one of the IDs is empty: name an item, or take it out")
    return ids
