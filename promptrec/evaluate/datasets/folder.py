"""Reader of dataset folders."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from promptrec.data.catalog import Catalog
from promptrec.data.column_mapping import items_from_rows
from promptrec.data.formats.toml import read_toml
from promptrec.data.identifiers import identifier
from promptrec.data.interactions import Interactions
from promptrec.data.languages import language_code
from promptrec.data.query import Query, RankRequest
from promptrec.data.readers import read_jsonl, reader_for
from promptrec.errors import InputError
from promptrec.evaluate.datasets.audit import audit_dataset, audit_training
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.file_lookup import check_id, check_known, find_file, require_file
from promptrec.evaluate.datasets.qrels_file import read_qrels
from promptrec.evaluate.datasets.queries_file import read_queries
from promptrec.messages import message

ABOUT = "dataset.toml"
ABOUT_FIELDS = ("name", "domain", "language", "licence", "source")


def load_dataset(folder: str | Path) -> Dataset:
    """Read a folder of `catalog`, `queries`, `candidates.jsonl`, `qrels.txt`, `interactions.csv`, `dataset.toml`.

    The catalogue is .jsonl, .csv or .parquet, the queries .jsonl or .csv. The last two and `candidates.jsonl` may be
    absent. A catalogue without a popularity takes the number of training interactions for it.

    Raises:
        InputError: a file that is missing, a line that cannot be read or contradicts another file, an ID with white
            space in it, with file and line; only empty queries, or no relevant judgements.
    """
    folder = Path(folder)
    about = read_about(folder / ABOUT)
    catalog = _catalog(require_file(folder, "catalog"))
    queries, ignored_columns = read_queries(require_file(folder, "queries"))
    shown, interactions = find_file(folder, "candidates"), find_file(folder, "interactions")
    relevance = read_qrels(require_file(folder, "qrels"), catalog, queries, shown is not None)
    training, remarks = None, tuple[str, ...]()
    if interactions is not None:
        rows = Interactions.from_rows(reader_for(interactions)(interactions), str(interactions), mappable=False)
        training, remarks = audit_training(rows, catalog, relevance, str(interactions))
    if training is not None and not catalog.has_popularity:
        catalog = _with_popularity(catalog, training)
    return audit_dataset(
        Dataset(
            name=about.get("name", folder.resolve().name),
            language=about["language"],
            catalog=catalog,
            requests=read_candidates(shown, queries, catalog) if shown is not None else (),
            relevance=relevance,
            queries=queries,
            candidates_given=shown is not None,
            training=training,
            ignored_columns=ignored_columns,
            remarks=remarks,
            **{name: about[name] for name in ("domain", "licence", "source") if name in about},
        )
    )


def read_about(path: Path) -> dict[str, Any]:
    """Fields of a `dataset.toml`; only the default language if there is no file.

    Raises:
        InputError: not TOML, a field that is unknown or not text, a name that cannot be a folder's, or a language
            without templates.
    """
    about = read_toml(path) if path.exists() else {}
    for field, value in about.items():
        if isinstance(value, dict):
            raise InputError("about-table", path=path, field=field)
        if field not in ABOUT_FIELDS:
            raise InputError("about-unknown-field", path=path, field=field, known=ABOUT_FIELDS)
        if not isinstance(value, str):
            raise InputError("about-not-text", path=path, field=field, got=repr(value))
    # Runs are kept in a folder of this name, which has to stay inside the one that is asked for.
    if not re.fullmatch(r"\w[^/\\\x00-\x1f]{0,99}", about.get("name", "unnamed")):
        raise InputError("about-name", path=path, name=about["name"])
    try:
        return about | {"language": language_code(about.get("language", "en"))}
    except InputError as error:
        raise InputError(error.message, path=path) from None


def _catalog(path: Path) -> Catalog:
    rows = list(reader_for(path)(path))
    items = items_from_rows(rows, str(path), None, mappable=False)
    for (place, _), item in zip(rows, items, strict=True):
        check_id(place, "item", item.item_id)
    return Catalog(items, name=path.name)


def _with_popularity(catalog: Catalog, training: Interactions) -> Catalog:
    counts = training.frame["item_id"].value_counts().to_dict()
    items = (item.model_copy(update={"popularity": float(counts.get(item.item_id, 0))}) for item in catalog)
    return Catalog(items, name=catalog.name, credit=catalog.credit)


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


SPLITS = "splits.json"


def write_dataset(
    folder: Path,
    *,
    about: Mapping[str, str],
    catalog: Catalog,
    queries: Sequence[Query],
    candidates: Mapping[str, Sequence[str]] | None,
    relevance: Mapping[str, Mapping[str, int]],
    training: Interactions,
    splits: Mapping[str, object],
) -> None:
    """Write every file of a dataset folder. Items that are more often in `training` are written as more popular.

    Args:
        folder: is made where it is missing.
        about: name, domain, language, licence and source.
        catalog: all items.
        queries: input of the rankers.
        candidates: item IDs by query ID; None where the whole catalogue is to be ranked.
        relevance: grades by query ID and item ID.
        training: interactions for trained rankers.
        splits: how it was made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    training.to_csv(folder / "interactions.csv")
    counts = training.frame["item_id"].value_counts().to_dict()
    items = (
        {"item_id": item.item_id, "title": item.title, **item.fields, "popularity": int(counts.get(item.item_id, 0))}
        for item in catalog
    )
    _write_rows(folder / "catalog.jsonl", items)
    rows = (query.model_dump(mode="json") for query in queries)
    filled = ({"query_id": row["query_id"]} | {name: cell for name, cell in row.items() if cell} for row in rows)
    _write_rows(folder / "queries.jsonl", filled)
    if candidates is not None:
        shown = ({"query_id": q.query_id, "candidates": list(candidates[q.query_id])} for q in queries)
        _write_rows(folder / "candidates.jsonl", shown)
    grades_of = ((query.query_id, relevance[query.query_id]) for query in queries)
    judged = (
        f"{query_id} 0 {item_id} {grade}\n" for query_id, grades in grades_of for item_id, grade in grades.items()
    )
    (folder / "qrels.txt").write_text("".join(judged), encoding="utf-8")
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in about.items())
    (folder / ABOUT).write_text("".join(lines), encoding="utf-8")
    (folder / SPLITS).write_text(json.dumps(splits, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
