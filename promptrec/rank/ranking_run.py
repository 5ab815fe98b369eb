"""Run: the rankings of many queries in their order, with exports to pandas, TREC and JSON lines."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from promptrec.errors import InputError, writing
from promptrec.rank.ranking import COLUMNS, Ranking

if TYPE_CHECKING:
    import pandas as pd


class Run(Sequence[Ranking]):
    """Sequence of `Ranking`."""

    def __init__(self, rankings: Sequence[Ranking]) -> None:
        self._rankings = tuple(rankings)

    def __len__(self) -> int:
        return len(self._rankings)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204 - as tuple's
        return self._rankings[index]

    def __iter__(self) -> Iterator[Ranking]:
        return iter(self._rankings)

    @property
    def statuses(self) -> dict[str, int]:
        """Number of rankings by status."""
        return dict(Counter(r.status for r in self._rankings))

    def to_pandas(self) -> "pd.DataFrame":
        """Data frame of all rankings, see `Ranking.to_pandas`."""
        import pandas as pd

        rows = [row for ranking in self._rankings for row in ranking.rows()]
        return pd.DataFrame(rows, columns=None if rows else COLUMNS)

    def to_trec(self, path: str | Path | None = None, tag: str = "promptrec") -> str:
        """The run in TREC format, written to `path` if given.

        The score column is n - rank + 1, so that evaluators that sort by score keep the order, ties included.

        Raises:
            InputError: an ID with white space in it, which the format cannot hold.
        """
        return _written("".join(line for r in self._rankings for line in _trec_lines(r, tag)), path)

    def to_jsonl(self, path: str | Path | None = None) -> str:
        """JSON lines that are valid against docs/schema/ranking.schema.json, written to `path` if given."""
        return _written("".join(r.model_dump_json() + "\n" for r in self._rankings), path)


def _written(text: str, path: str | Path | None) -> str:
    """The text, written to `path` if given."""
    if path is not None:
        with writing(path):
            Path(path).write_text(text, encoding="utf-8")
    return text


def _trec_lines(ranking: Ranking, tag: str) -> Iterator[str]:
    for name in (ranking.query_id, tag, *ranking.item_ids):
        if name.split() != [name]:
            raise InputError("id-not-for-trec", value=name)
    for item in ranking.items:
        score = len(ranking.items) - item.rank + 1
        yield f"{ranking.query_id} Q0 {item.item_id} {item.rank} {score} {tag}\n"
