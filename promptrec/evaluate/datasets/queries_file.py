"""Reader of the queries of a dataset folder."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from promptrec.data.query import Query
from promptrec.data.readers import Row, read_csv, read_jsonl
from promptrec.errors import InputError, RowPlace
from promptrec.evaluate.datasets.file_lookup import check_id
from promptrec.messages import message

ENTRY_SEPARATOR = "|"
ATTRIBUTE = "attributes."
KNOWN = ("preferences", "history", "disliked", "context", "attributes")
LISTS = ("history", "disliked")
# Codes of the message catalogue.
EXPECTED = {**dict.fromkeys(LISTS, "list-of-texts"), "attributes": "texts-by-name"}
# Other names of the columns.
COLUMN_ALIASES = {
    **dict.fromkeys(("id", "qid", "user", "user_id", "userid", "person", "reader"), "query_id"),
    **dict.fromkeys(("words", "text", "query", "request", "likes", "wants", "says", "taste", "prompt"), "preferences"),
    **dict.fromkeys(("liked", "read", "watched", "seen", "items"), "history"),
    **dict.fromkeys(("dislikes", "hated", "not_liked"), "disliked"),
    **dict.fromkeys(("situation", "occasion"), "context"),
    **{name: ATTRIBUTE + name for name in ("age", "gender", "sex", "country", "city", "occupation")},
}
MIN_SIMILARITY, MAX_CHARACTERS_SHOWN = 75, 60


def read_queries(path: Path) -> tuple[tuple[Query, ...], tuple[str, ...]]:
    """Read the queries of a .jsonl or .csv file, and the ignored columns, each with the likely field.

    In a .csv the entries of `history` and `disliked` are separated by "|"; a column `attributes.age` is an attribute.

    Raises:
        InputError: a line that is not a query or is repeated, an ID with white space in it, or only empty queries;
            with file and line.
    """
    is_table = path.suffix == ".csv"
    rows = list(read_csv(path) if is_table else read_jsonl(path))
    if is_table:
        rows = [(place, {name.strip(): cell for name, cell in row.items()}) for place, row in rows]
    columns = tuple(dict.fromkeys(name for _, row in rows for name in row if name.strip()))
    if not rows:
        raise InputError("queries-empty", path=path)
    if "query_id" not in columns:
        code, place = ("no-query-id-column", RowPlace(path, 1)) if is_table else ("no-query-id-field", rows[0][0])
        raise InputError(code, path=place, names=_with_hints(columns, columns, is_table))
    queries = _queries([(place, _from_csv_row(row)) for place, row in rows] if is_table else rows)
    known = {"query_id", *(KNOWN[:-1] if is_table else KNOWN)}
    unread = [name for name in columns if name not in known and not (is_table and _is_attribute(name))]
    if all(query.is_empty for query in queries):
        there = [*(name for name in columns if name not in unread), *_with_hints(unread, columns, is_table)]
        raise InputError("queries-without-words", path=path, known=KNOWN, fields=tuple(there))
    return queries, _with_hints(unread, columns, is_table)


def _queries(rows: Iterable[Row]) -> tuple[Query, ...]:
    queries: list[Query] = []
    places: dict[str, str] = {}
    for place, row in rows:
        query = _query(place, row)
        if not query.query_id:
            raise InputError("query-without-id", path=place)
        check_id(place, "query", query.query_id)
        if query.query_id in places:
            first = places[query.query_id]
            raise InputError("query-twice", path=place, query_id=query.query_id, first=first)
        places[query.query_id] = place
        queries.append(query)
    return tuple(queries)


def _query(place: str, row: Mapping[str, Any]) -> Query:
    try:
        return Query(**{"query_id": None} | {name: row[name] for name in Query.model_fields if name in row})
    except ValidationError as error:
        first = error.errors()[0]
        field, got = str(first["loc"][0]), repr(first["input"])
        shown = got if len(got) <= MAX_CHARACTERS_SHOWN else f"{got[:MAX_CHARACTERS_SHOWN]}…"
        expected = message(EXPECTED.get(field, "text-in-quotes"))
        query_id = row.get("query_id")
        raise InputError(
            "query-field", path=place, query_id=query_id, field=field, expected=expected, got=shown
        ) from None
    except InputError as error:
        raise InputError(error.message, path=place) from None


def _from_csv_row(row: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {name.removeprefix(ATTRIBUTE): c for name, c in row.items() if _is_attribute(name) and c.strip()}
    lists = {name: row.get(name, "").split(ENTRY_SEPARATOR) for name in LISTS}
    return {**row, "query_id": row.get("query_id", "").strip(), **lists, "attributes": attributes}


def _is_attribute(name: str) -> bool:
    return name.startswith(ATTRIBUTE) and name != ATTRIBUTE


def _with_hints(names: Iterable[str], columns: tuple[str, ...], is_table: bool) -> tuple[str, ...]:
    """Columns that are not read, each with the one it may stand for, unless that one is there."""
    hints = []
    for name in names:
        meant = _guess_column(name.strip().casefold())
        if not is_table and meant.startswith(ATTRIBUTE):
            meant = f'"attributes": {{"{meant.removeprefix(ATTRIBUTE)}": …}}'
        hints.append(f"{name} (did you mean {meant}?)" if meant and meant not in columns else name)
    return tuple(hints)


def _guess_column(name: str) -> str:
    """The column that a name may stand for; empty where nothing is near."""
    if name in COLUMN_ALIASES or _is_attribute(name):
        return COLUMN_ALIASES.get(name, name)
    near = process.extractOne(name, ("query_id", *KNOWN[:-1]), scorer=fuzz.ratio, score_cutoff=MIN_SIMILARITY)
    return near[0] if near else ""
