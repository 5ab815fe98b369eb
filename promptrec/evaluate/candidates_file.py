"""Reading which items are to be put in order for each query of a dataset folder."""

from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.query import Query, RankRequest
from promptrec.data.read import read_jsonl
from promptrec.errors import InputError


def read_candidates(path: Path, queries: tuple[Query, ...], catalog: Catalog) -> tuple[RankRequest, ...]:
    """One request for each query, in the order of the queries.

    Raises:
        InputError: a line that cannot be read, names what is not there or stands there twice, or a query without one.
    """
    known = {query.query_id for query in queries}
    shown: dict[str, tuple[str, list[str]]] = {}
    for place, row in read_jsonl(path):
        missing = next((name for name in ("query_id", "candidates") if name not in row), None)
        if missing is not None:
            raise InputError(f"{place}: no field {missing!r}; the fields there are: {', '.join(row) or 'none'}")
        query_id, ids = row["query_id"], row["candidates"]
        if query_id not in known:
            raise InputError(f"{place}: the query {query_id!r} is not among the queries: mend it, or remove the line")
        if query_id in shown:
            raise InputError(f"{place}: query {query_id!r} stands there twice, first at {shown[query_id][0]}")
        if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids) or len(set(ids)) < len(ids):
            raise InputError(f"{place}: query {query_id!r}: candidates must be a list of item IDs, each once")
        unknown = next((i for i in ids if i not in catalog), None)
        if unknown is not None:
            raise InputError(f"{place}: query {query_id!r}: the catalogue has no item {unknown!r}: mend or remove it")
        shown[query_id] = (place, ids)
    missing = next((query.query_id for query in queries if not shown.get(query.query_id, ("", []))[1]), None)
    if missing is not None:
        raise InputError(f"{path}: query {missing!r} has no candidates: every query needs a line")
    return tuple(RankRequest(query, tuple(catalog[i] for i in shown[query.query_id][1])) for query in queries)
