"""Reader of the candidates of a dataset folder."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.identifiers import identifier
from promptrec.data.query import Query, RankRequest
from promptrec.data.readers import read_jsonl
from promptrec.errors import InputError
from promptrec.evaluate.datasets.file_lookup import check_known
from promptrec.messages import message


def read_candidates(path: Path, queries: tuple[Query, ...], catalog: Catalog) -> tuple[RankRequest, ...]:
    """One request for each query, in the order of the queries.

    Raises:
        InputError: a line that cannot be read, has an unknown or repeated ID, or a query without a line.
    """
    known = {query.query_id: query for query in queries}
    items = {item.item_id: item for item in catalog}
    shown: dict[str, tuple[str, tuple[str, ...]]] = {}
    for place, row in read_jsonl(path):
        missing = next((name for name in ("query_id", "candidates") if name not in row), None)
        if missing is not None:
            raise InputError("candidates-field-missing", path=place, name=missing, fields=tuple(row) or message("none"))
        query_id = _ids(place, "query_id", [row["query_id"]])[0]
        check_known(place, "query", query_id, known)
        if query_id in shown:
            raise InputError("query-twice", path=place, query_id=query_id, first=shown[query_id][0])
        if not isinstance(row["candidates"], list):
            raise InputError("candidates-not-list", path=place, query_id=query_id, got=repr(row["candidates"]))
        ids = _ids(place, "candidates", row["candidates"])
        twice = next((item_id for item_id, times in Counter(ids).items() if times > 1), None)
        if twice is not None:
            raise InputError("candidate-twice", path=place, query_id=query_id, item_id=twice)
        for item_id in ids:
            check_known(place, "item", item_id, items)
        shown[query_id] = (place, ids)
    without = (query.query_id for query in queries if not shown.get(query.query_id, ("", ()))[1])
    missing = next(without, None)
    if missing is not None:
        raise InputError("query-without-candidates-line", path=path, query_id=missing)
    return tuple(RankRequest(query, tuple(items[i] for i in shown[query.query_id][1])) for query in queries)


def _ids(place: str, field: str, written: Iterable[object]) -> tuple[str, ...]:
    """IDs as text; empty ones are refused."""
    try:
        ids = tuple(identifier(one) for one in written)
    except InputError as error:
        raise InputError(error.message, path=place) from None
    if "" in ids:
        raise InputError("candidates-id-empty", path=place, field=field)
    return ids
