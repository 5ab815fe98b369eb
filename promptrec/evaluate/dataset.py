"""A dataset folder: catalogue, queries, candidates, and the judgements that rankers never see."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from promptrec.data.catalog import Catalog
from promptrec.data.query import Query, RankRequest
from promptrec.errors import InputError


@dataclass(frozen=True)
class Dataset:
    """`requests` are in file order; `relevance[query_id][item_id]` is a grade, 0 where nothing is written."""

    name: str
    language: str
    catalog: Catalog
    requests: tuple[RankRequest, ...]
    relevance: dict[str, dict[str, int]]


def load_dataset(folder: str | Path) -> Dataset:
    """Read `catalog.jsonl`, `queries.jsonl`, `candidates.jsonl`, `qrels.txt` and `dataset.toml` of a folder.

    Raises:
        InputError: a file that is missing, or a line that cannot be read, with its file and line.
    """
    folder = Path(folder)
    about = _about(folder / "dataset.toml")
    catalog = Catalog.from_jsonl(folder / "catalog.jsonl")
    shown = {row["query_id"]: row["candidates"] for row in _rows(folder / "candidates.jsonl", "query_id", "candidates")}
    requests = []
    for row in _rows(folder / "queries.jsonl", "query_id"):
        known = {name: row[name] for name in Query.model_fields if name in row}
        try:
            query = Query(**known)
        except (ValidationError, InputError) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise InputError(f"{folder / 'queries.jsonl'}: query {row['query_id']!r}: {said}") from None
        if row["query_id"] not in shown:
            raise InputError(f"{folder / 'candidates.jsonl'}: query {row['query_id']!r} has no candidates")
        requests.append(RankRequest(query, tuple(catalog[i] for i in shown[row["query_id"]])))
    relevance = _qrels(folder / "qrels.txt")
    return Dataset(about.get("name", folder.name), about.get("language", "en"), catalog, tuple(requests), relevance)


def _about(path: Path) -> dict[str, str]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


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


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    relevance: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        try:
            query_id, _, item_id, grade = line.split()
            relevance.setdefault(query_id, {})[item_id] = int(grade)
        except ValueError:
            raise InputError(f"{path}:{number}: expected 'query_id 0 item_id grade', got {line.strip()!r}") from None
    return relevance
