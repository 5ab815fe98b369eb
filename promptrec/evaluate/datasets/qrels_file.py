"""Reader of the judgements of a dataset folder."""

import re
from collections.abc import Iterable
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.identifiers import identifier
from promptrec.data.query import Query
from promptrec.data.readers import text_of
from promptrec.errors import InputError, RowPlace
from promptrec.evaluate.datasets.file_lookup import check_known

# 2^grade - 1 has to be a number.
HIGHEST_GRADE = 100
COLUMNS = 4
# Header names in files of other tools.
HEADER_NAMES = frozenset("query_id query-id qid item_id docid corpus-id grade score rel relevance label".split())


def read_qrels(
    path: Path, catalog: Catalog, queries: Iterable[Query], candidates_given: bool
) -> dict[str, dict[str, int]]:
    """Grades by query ID and item ID, of lines `query_id 0 item_id grade`.

    Raises:
        InputError: a line that cannot be read, is repeated or has an unknown ID; a relevant item that is in the
            history of its query, where only other items are retrieved; no relevant judgements.
    """
    relevance: dict[str, dict[str, int]] = {}
    known = {query.query_id: set() if candidates_given else _history_ids(query, catalog) for query in queries}
    items = {item.item_id: item for item in catalog}
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = RowPlace(path, number)
        query_id, item_id, grade = _judgement(place, line)
        if query_id in items and item_id in known and query_id not in known:
            raise InputError("qrels-order", path=place)
        check_known(place, "query", query_id, known)
        check_known(place, "item", item_id, items)
        if item_id in relevance.setdefault(query_id, {}):
            raise InputError("judged-twice", path=place, item_id=item_id, query_id=query_id)
        if grade > HIGHEST_GRADE:
            raise InputError("grade-too-high", path=place, grade=grade, most=HIGHEST_GRADE)
        if grade > 0 and item_id in known[query_id]:
            raise InputError("relevant-in-history", path=place, item_id=item_id, query_id=query_id)
        relevance[query_id][item_id] = grade
    if not any(grade > 0 for grades in relevance.values() for grade in grades.values()):
        raise InputError("no-relevant-judgements", path=path)
    return relevance


def _judgement(place: str, line: str) -> tuple[str, str, int]:
    cells = line.split()
    grade = _grade(cells[3]) if len(cells) == COLUMNS else None
    if grade is not None:
        return identifier(cells[0]), identifier(cells[2]), grade
    if "," in line and len(cells) != COLUMNS:
        code = "qrels-line-with-commas"
    elif HEADER_NAMES & {cell.casefold() for cell in cells}:
        code = "qrels-line-of-names"
    else:
        code = "qrels-line"
    raise InputError(code, path=place, got=line.strip())


def _grade(cell: str) -> int | None:
    """A whole number, as pandas may write it too (1.0); None for anything else."""
    return int(float(cell)) if re.fullmatch(r"[+-]?\d{1,9}(\.0*)?", cell) else None


def _history_ids(query: Query, catalog: Catalog) -> set[str]:
    return {item.item_id for entry in (*query.history, *query.disliked) if (item := catalog.find(entry)) is not None}
