"""`setwise`: a heap whose parents have three children; a family of four is one prompt (Zhuang et al. 2023).

The best of a family is the one whose label is likeliest: about N / 2 + 10 log3 N prompts of four candidates.
"""

from collections.abc import Sequence
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.rank.ordering import DECIMALS, levelled, places, shuffled
from promptrec.rank.result_builder import ResultBuilder
from promptrec.rank.sorting.base import Comparing, Comparison
from promptrec.rank.sorting.heap import best_by_heap

CHILDREN = 3


class Setwise(Comparing):
    """A score is the number of candidates an item is ahead of; see `best_by_heap` for those behind the best ten.

    Items that share the likeliest label's probability share the mean of their scores. A set that could not be read is
    decided by the seeded order that the heap began with.
    """

    name: ClassVar[str] = "setwise"

    def compare(self, e: ResultBuilder) -> Comparison[dict[str, float]]:
        """See `Comparing.compare`."""
        seed, query_id = self._setup.seed, e.request.query.query_id
        order = shuffled(e.request.candidates, seed, query_id)
        place = {item.item_id: n for n, item in enumerate(order)}
        ties: list[tuple[str, str]] = []

        def best(family: Sequence[Item]) -> Comparison[int]:
            shown = shuffled(family, seed, query_id, *(item.item_id for item in family))
            (labels,) = yield [shown]
            values = [round(value, DECIMALS) for value in labels or [0.0] * len(shown)]
            likeliest = [item for item, value in zip(shown, values, strict=True) if value == max(values)]
            winner = min(likeliest, key=lambda item: place[item.item_id])
            if labels is not None:
                ties.extend((winner.item_id, item.item_id) for item in likeliest)
            return family.index(winner)

        groups = yield from best_by_heap(order, CHILDREN, best)
        return levelled(places(groups), ties)
