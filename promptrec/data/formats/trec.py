"""Reader of runs in TREC's format."""

import math
from pathlib import Path

from promptrec.data.identifiers import identifier
from promptrec.data.readers import text_of
from promptrec.errors import InputError

CELLS = 6


def read_run(path: str | Path) -> dict[str, list[tuple[str, float]]]:
    """Items and scores by query ID, highest score first, of lines `query_id Q0 item_id rank score tag`.

    As in trec_eval, items are ordered by score and the rank is ignored; items of equal score stay in file order.

    Raises:
        InputError: an invalid line, or a duplicate item of a query; with file and line.
    """
    path = Path(path)
    found: dict[str, dict[str, float]] = {}
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        cells = line.split()
        if not cells:
            continue
        score = _score(cells)
        if score is None:
            raise InputError("not-a-run-line", path=path, line=number, strip=line.strip())
        query_id, item_id = identifier(cells[0]), identifier(cells[2])
        scores = found.setdefault(query_id, {})
        if item_id in scores:
            raise InputError("item-twice-for-query", path=path, line=number, item_id=item_id, query_id=query_id)
        scores[item_id] = score
    return {query_id: sorted(scores.items(), key=lambda pair: -pair[1]) for query_id, scores in found.items()}


def _score(cells: list[str]) -> float | None:
    """Score of a line; None if it has none."""
    try:
        score = float(cells[4]) if len(cells) == CELLS else math.nan
    except ValueError:
        return None
    return score if math.isfinite(score) else None
