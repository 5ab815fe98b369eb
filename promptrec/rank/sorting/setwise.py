"""Setwise ranker: heap sort with three children per parent; a family of four is one prompt (Zhuang et al. 2023).

The best of a family is the one whose label is likeliest: about N / 2 + 10 log3 N prompts of four candidates.
"""

from collections.abc import Sequence
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.rank.ordering import DECIMALS, average_ties, rank_scores, seeded_order
from promptrec.rank.result_builder import ResultBuilder
from promptrec.rank.sorting.base import Comparison, ComparisonRanker, best_by_heap

CHILDREN = 3


class Setwise(ComparisonRanker):
    """Heap sort by sets of four. Scores are rank scores, see `rank_scores` and `best_by_heap`.

    Items that share the likeliest label's probability share the mean of their scores. A set that could not be read is
    decided by the seeded order that the heap began with.
    """

    name: ClassVar[str] = "setwise"

    def compare(self, e: ResultBuilder) -> Comparison[dict[str, float]]:
        """See `ComparisonRanker.compare`."""
        seed, query_id = self._setup.seed, e.request.query.query_id
        order = seeded_order(e.request.candidates, seed, query_id)
        place = {item.item_id: n for n, item in enumerate(order)}
        ties: list[tuple[str, str]] = []

        def best(family: Sequence[Item]) -> Comparison[int]:
            shown = seeded_order(family, seed, query_id, *(item.item_id for item in family))
            (labels,) = yield [shown]
            values = [round(value, DECIMALS) for value in labels or [0.0] * len(shown)]
            likeliest = [item for item, value in zip(shown, values, strict=True) if value == max(values)]
            winner = min(likeliest, key=lambda item: place[item.item_id])
            if labels is not None:
                ties.extend((winner.item_id, item.item_id) for item in likeliest)
            return family.index(winner)

        groups = yield from best_by_heap(order, CHILDREN, best)
        return average_ties(rank_scores(groups), ties)
