"""A dataset folder: catalogue, queries, candidates, and the judgements that rankers never see."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.query import Query, RankRequest
from promptrec.data.read import read_csv
from promptrec.errors import InputError

ABOUT = "dataset.toml"
ENTRY_SEPARATOR = "|"
ATTRIBUTE = "attributes."


@dataclass(frozen=True)
class Dataset:
    """`queries` and `requests` are in file order; `relevance[query_id][item_id]` is a grade, 0 where none is written.

    Without `candidates_given` the whole catalogue is to be ranked: `requests` is empty, and a retriever has to pick.
    `training` holds what a ranker may learn from; None where there is nothing.
    """

    name: str
    language: str
    catalog: Catalog
    requests: tuple[RankRequest, ...]
    relevance: dict[str, dict[str, int]]
    queries: tuple[Query, ...] = ()
    candidates_given: bool = True
    training: Interactions | None = None
    domain: str = "general"
    licence: str = "not stated"
    source: str = "not stated"

    @cached_property
    def sha256(self) -> str:
        """Checksum of all that a ranker may see: catalogue, queries, candidates and training, not the judgements."""
        digest = hashlib.sha256()
        for item in self.catalog:
            digest.update(item.model_dump_json().encode() + b"\n")
        for query in self.queries:
            digest.update(query.model_dump_json().encode() + b"\n")
        for request in self.requests:
            shown = [request.query.query_id, *(item.item_id for item in request.candidates)]
            digest.update(json.dumps(shown).encode() + b"\n")
        digest.update(self.training.sha256.encode() if self.training is not None else b"no training")
        return digest.hexdigest()


def load_dataset(folder: str | Path) -> Dataset:
    """Read a folder of `catalog`, `queries`, `candidates.jsonl`, `qrels.txt`, `interactions.csv`, `dataset.toml`.

    The catalogue is .jsonl, .csv or .parquet, the queries .jsonl or .csv (there, the entries of `history` are parted by
    "|" and a column `attributes.age` is an attribute). The last two and `candidates.jsonl` may be absent.

    Raises:
        InputError: a file that is missing, or a line that cannot be read, with its file and line.
    """
    folder = Path(folder)
    about = read_about(folder / ABOUT)
    catalog = Catalog.from_file(_first(folder, "catalog.jsonl", "catalog.csv", "catalog.parquet"))
    queries = _queries(_first(folder, "queries.jsonl", "queries.csv"))
    shown, training = folder / "candidates.jsonl", folder / "interactions.csv"
    return Dataset(
        name=about.get("name", folder.resolve().name),
        language=about.get("language", "en"),
        catalog=catalog,
        requests=_requests(shown, queries, catalog) if shown.exists() else (),
        relevance=_qrels(folder / "qrels.txt", catalog),
        queries=queries,
        candidates_given=shown.exists(),
        training=Interactions.from_csv(training) if training.exists() else None,
        **{name: about[name] for name in ("domain", "licence", "source") if name in about},
    )


def read_about(path: Path) -> dict[str, Any]:
    """What a `dataset.toml` says; nothing where there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: not readable as TOML: {error}") from None


def _first(folder: Path, *names: str) -> Path:
    """The first of these files that is there."""
    found = next((folder / name for name in names if (folder / name).exists()), None)
    if found is None:
        raise InputError(f"{folder / names[0]}: no such file; a dataset folder needs {' or '.join(names)}")
    return found


def _queries(path: Path) -> tuple[Query, ...]:
    rows = _rows(path, "query_id") if path.suffix == ".jsonl" else _csv_rows(path)
    queries: dict[str, Query] = {}
    for row in rows:
        known = {name: row[name] for name in Query.model_fields if name in row}
        try:
            query = Query(**known)
        except (ValidationError, InputError) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise InputError(f"{path}: query {row['query_id']!r}: {said}") from None
        if query.query_id in queries:
            raise InputError(f"{path}: query {query.query_id!r} stands there twice")
        queries[query.query_id] = query
    return tuple(queries.values())


def _csv_rows(path: Path) -> Iterator[dict[str, Any]]:
    for place, row in read_csv(path):
        if not row.get("query_id"):
            raise InputError(f"{place}: no field 'query_id'")
        told = {name.removeprefix(ATTRIBUTE): cell for name, cell in row.items() if name.startswith(ATTRIBUTE) and cell}
        yield {**row, "history": row.get("history", "").split(ENTRY_SEPARATOR), "attributes": told}


def _requests(path: Path, queries: tuple[Query, ...], catalog: Catalog) -> tuple[RankRequest, ...]:
    shown: Mapping[str, Any] = {row["query_id"]: row["candidates"] for row in _rows(path, "query_id", "candidates")}
    requests = []
    for query in queries:
        ids = shown.get(query.query_id)
        if not ids:
            raise InputError(f"{path}: query {query.query_id!r} has no candidates")
        if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids) or len(set(ids)) < len(ids):
            raise InputError(f"{path}: query {query.query_id!r}: candidates must be a list of item IDs, each once")
        requests.append(RankRequest(query, tuple(catalog[i] for i in ids)))
    return tuple(requests)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if not path.exists():
        raise InputError(f"{path}: no such file; a dataset folder needs it")
    with path.open(encoding="utf-8") as file:
        yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())


def _rows(path: Path, *required: str) -> Iterator[dict[str, Any]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: not a JSON object: {error}") from None
        missing = [name for name in required if name not in row]
        if missing:
            raise InputError(f"{path}:{number}: no field {missing[0]!r}")
        yield row


def _qrels(path: Path, catalog: Catalog) -> dict[str, dict[str, int]]:
    relevance: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        try:
            query_id, _, item_id, told = line.split()
            grade = int(told)
        except ValueError:
            raise InputError(
                f"{path}:{number}: expected 'query_id 0 item_id grade' with a whole grade, got {line.strip()!r}"
            ) from None
        if item_id not in catalog:
            raise InputError(f"{path}:{number}: the item {item_id!r} is not in the catalogue: nobody could find it")
        if item_id in relevance.setdefault(query_id, {}):
            raise InputError(f"{path}:{number}: the item {item_id!r} is judged twice for query {query_id!r}")
        relevance[query_id][item_id] = grade
    return relevance
