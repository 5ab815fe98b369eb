"""Writing a dataset folder."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.query import Query
from promptrec.evaluate.datasets.folder import ABOUT

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
    judged = (
        f"{query.query_id} 0 {item_id} {grade}\n"
        for query in queries
        for item_id, grade in relevance[query.query_id].items()
    )
    (folder / "qrels.txt").write_text("".join(judged), encoding="utf-8")
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in about.items())
    (folder / ABOUT).write_text("".join(lines), encoding="utf-8")
    (folder / SPLITS).write_text(json.dumps(splits, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
