"""Reading a dataset folder, and refusing what would make an evaluation mean nothing."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.query import Query, RankRequest
from promptrec.data.read import read_csv
from promptrec.errors import InputError
from promptrec.evaluate.dataset import Dataset

ABOUT = "dataset.toml"
ABOUT_FIELDS = ("name", "domain", "language", "licence", "source")
ENTRY_SEPARATOR = "|"
ATTRIBUTE = "attributes."
TOLD = ("preferences", "history", "context", "attributes")
# 2^grade - 1 has to be a number.
HIGHEST_GRADE = 100


def load_dataset(folder: str | Path) -> Dataset:
    """Read a folder of `catalog`, `queries`, `candidates.jsonl`, `qrels.txt`, `interactions.csv`, `dataset.toml`.

    The catalogue is .jsonl, .csv or .parquet, the queries .jsonl or .csv (there, the entries of `history` are parted by
    "|" and a column `attributes.age` is an attribute). The last two and `candidates.jsonl` may be absent. A catalogue
    without a popularity takes the number of training interactions for it.

    Raises:
        InputError: a file that is missing, a line that cannot be read or contradicts another file, with its file and
            line; queries of which none says anything, or judgements by which nothing is right.
    """
    folder = Path(folder)
    about = read_about(folder / ABOUT)
    catalog = Catalog.from_file(_first(folder, "catalog.jsonl", "catalog.csv", "catalog.parquet"))
    queries = _queries(_first(folder, "queries.jsonl", "queries.csv"))
    shown, interactions = folder / "candidates.jsonl", folder / "interactions.csv"
    training = Interactions.from_csv(interactions) if interactions.exists() else None
    if training is not None and not catalog.has_popularity:
        catalog = _with_popularity(catalog, training)
    return Dataset(
        name=about.get("name", folder.resolve().name),
        language=about.get("language", "en"),
        catalog=catalog,
        requests=_requests(shown, queries, catalog) if shown.exists() else (),
        relevance=_qrels(folder / "qrels.txt", catalog, {query.query_id: query for query in queries}, shown.exists()),
        queries=queries,
        candidates_given=shown.exists(),
        training=training,
        **{name: about[name] for name in ("domain", "licence", "source") if name in about},
    )


def read_about(path: Path) -> dict[str, Any]:
    """What a `dataset.toml` says; nothing where there is none.

    Raises:
        InputError: not TOML, a field nobody knows, or a language that is no code such as "en".
    """
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: not readable as TOML: {error}") from None
    for name in about:
        if name not in ABOUT_FIELDS:
            raise InputError(f"{path}: unknown field {name!r}; known: {', '.join(ABOUT_FIELDS)}")
    if not re.fullmatch(r"[a-z]{2,3}(-\w+)?", str(about.get("language", "en"))):
        raise InputError(f"{path}: language is a code such as 'en' or 'zh', got {about['language']!r}")
    return about


def _first(folder: Path, *names: str) -> Path:
    """The first of these files that is there."""
    found = next((folder / name for name in names if (folder / name).exists()), None)
    if found is None:
        raise InputError(f"{folder / names[0]}: no such file; a dataset folder needs {' or '.join(names)}")
    return found


def _with_popularity(catalog: Catalog, training: Interactions) -> Catalog:
    counts = training.frame["item_id"].value_counts().to_dict()
    items = (item.model_copy(update={"popularity": float(counts.get(item.item_id, 0))}) for item in catalog)
    return Catalog(items, name=catalog.name, credit=catalog.credit)


def _queries(path: Path) -> tuple[Query, ...]:
    rows = _rows(path, "query_id") if path.suffix == ".jsonl" else _csv_rows(path)
    queries: dict[str, Query] = {}
    columns: dict[str, None] = {}
    for place, row in rows:
        columns.update(dict.fromkeys(row))
        known = {name: row[name] for name in Query.model_fields if name in row}
        try:
            query = Query(**known)
        except (ValidationError, InputError) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise InputError(f"{place}: query {row['query_id']!r}: {said}") from None
        if query.query_id in queries:
            raise InputError(f"{place}: query {query.query_id!r} stands there twice")
        queries[query.query_id] = query
    if all(query.is_empty for query in queries.values()):
        raise InputError(
            f"{path}: no query says anything: one of {', '.join(TOLD)} has to be filled, and the fields there are "
            f"{', '.join(columns) or 'none'}"
        )
    return tuple(queries.values())


def _csv_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, row in read_csv(path):
        if not row.get("query_id"):
            raise InputError(f"{place}: no field 'query_id'")
        told = {name.removeprefix(ATTRIBUTE): cell for name, cell in row.items() if name.startswith(ATTRIBUTE) and cell}
        yield place, {**row, "history": row.get("history", "").split(ENTRY_SEPARATOR), "attributes": told}


def _requests(path: Path, queries: tuple[Query, ...], catalog: Catalog) -> tuple[RankRequest, ...]:
    known = {query.query_id for query in queries}
    shown: dict[str, tuple[str, Any]] = {}
    for place, row in _rows(path, "query_id", "candidates"):
        query_id, ids = row["query_id"], row["candidates"]
        if query_id not in known:
            raise InputError(f"{place}: the query {query_id!r} is not among the queries")
        if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids) or len(set(ids)) < len(ids):
            raise InputError(f"{place}: query {query_id!r}: candidates must be a list of item IDs, each once")
        unknown = next((i for i in ids if i not in catalog), None)
        if unknown is not None:
            raise InputError(f"{place}: query {query_id!r}: the catalogue has no item {unknown!r}")
        shown[query_id] = (place, ids)
    missing = next((query.query_id for query in queries if not shown.get(query.query_id, ("", ()))[1]), None)
    if missing is not None:
        raise InputError(f"{path}: query {missing!r} has no candidates: every query needs a line")
    return tuple(RankRequest(query, tuple(catalog[i] for i in shown[query.query_id][1])) for query in queries)


def _qrels(
    path: Path, catalog: Catalog, queries: Mapping[str, Query], candidates_given: bool
) -> dict[str, dict[str, int]]:
    relevance: dict[str, dict[str, int]] = {}
    known = {} if candidates_given else {query_id: _known(query, catalog) for query_id, query in queries.items()}
    for number, line in _lines(path):
        place = f"{path}:{number}"
        try:
            query_id, _, item_id, told = line.split()
            grade = int(told)
        except ValueError:
            raise InputError(
                f"{place}: expected 'query_id 0 item_id grade' with a whole grade, got {line.strip()!r}"
            ) from None
        if query_id not in queries:
            raise InputError(f"{place}: the query {query_id!r} is not among the queries")
        if item_id not in catalog:
            raise InputError(f"{place}: the item {item_id!r} is not in the catalogue: nobody could find it")
        if item_id in relevance.setdefault(query_id, {}):
            raise InputError(f"{place}: the item {item_id!r} is judged twice for query {query_id!r}")
        if grade > HIGHEST_GRADE:
            raise InputError(f"{place}: the grade {grade} is above {HIGHEST_GRADE}; grades are small whole numbers")
        if grade > 0 and item_id in known.get(query_id, ()):
            raise InputError(
                f"{place}: the item {item_id!r} is in the history of query {query_id!r}, and what a person knows is "
                "not recommended: nobody could find it"
            )
        relevance[query_id][item_id] = grade
    if not any(grade > 0 for grades in relevance.values() for grade in grades.values()):
        raise InputError(f"{path}: nothing is right for anybody: an evaluation needs grades above 0")
    return relevance


def _known(query: Query, catalog: Catalog) -> set[str]:
    """The IDs of the items in a person's history."""
    return {item.item_id for entry in query.history if (item := catalog.find(entry)) is not None}


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if not path.exists():
        raise InputError(f"{path}: no such file; a dataset folder needs it")
    with path.open(encoding="utf-8") as file:
        yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())


def _rows(path: Path, *required: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: not a JSON object: {error}") from None
        missing = [name for name in required if name not in row]
        if missing:
            raise InputError(f"{path}:{number}: no field {missing[0]!r}")
        yield f"{path}:{number}", row
