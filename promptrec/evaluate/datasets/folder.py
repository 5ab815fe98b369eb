"""Reader of dataset folders."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from promptrec.data.catalog import Catalog
from promptrec.data.column_mapping import items_from_rows
from promptrec.data.formats.toml import read_toml
from promptrec.data.interactions import Interactions
from promptrec.data.languages import language_code
from promptrec.data.readers import reader_for
from promptrec.errors import InputError
from promptrec.evaluate.datasets.audit import audit_dataset, audit_training
from promptrec.evaluate.datasets.candidates_file import read_candidates
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.file_lookup import check_id, find_file, require_file
from promptrec.evaluate.datasets.qrels_file import read_qrels
from promptrec.evaluate.datasets.queries_file import read_queries

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
    training, remarks = _training(interactions, catalog, relevance) if interactions is not None else (None, ())
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


def _training(
    path: Path, catalog: Catalog, relevance: Mapping[str, Mapping[str, int]]
) -> tuple[Interactions | None, tuple[str, ...]]:
    rows = Interactions.from_rows(reader_for(path)(path), str(path), mappable=False)
    return audit_training(rows, catalog, relevance, str(path))


def _with_popularity(catalog: Catalog, training: Interactions) -> Catalog:
    counts = training.frame["item_id"].value_counts().to_dict()
    items = (item.model_copy(update={"popularity": float(counts.get(item.item_id, 0))}) for item in catalog)
    return Catalog(items, name=catalog.name, credit=catalog.credit)
