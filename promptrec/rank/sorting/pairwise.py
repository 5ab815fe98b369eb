"""Pairwise rankers: two candidates per prompt (PRP, Qin et al. 2023).

A pair is shown in both orders. The preference for a over b is the mean over the two of log P(label of a) - log P(label
of b), so a model that always gives the same label prefers nobody.

`pairwise`: a heap finds the best ten, in at most 2 (2 N + 20 log2 N) prompts. `pairwise-all`: every pair, N (N - 1).
"""

from collections.abc import Sequence
from itertools import combinations
from statistics import fmean
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.messages import reason
from promptrec.rank.ordering import DECIMALS, average_ties, rank_scores, seeded_order
from promptrec.rank.result_builder import ResultBuilder
from promptrec.rank.sorting.base import Comparison, ComparisonRanker, Labels, best_by_heap

# Most candidates of `pairwise-all`: all pairs of them are 4,032 prompts.
MAX_CANDIDATES = 64


class Pairwise(ComparisonRanker):
    """Heap sort by pairs. Scores are rank scores, see `rank_scores` and `best_by_heap`.

    Items between which the model has no preference share the mean of theirs. A pair that could not be read is decided
    by the seeded order that the heap began with.
    """

    name: ClassVar[str] = "pairwise"

    def compare(self, e: ResultBuilder) -> Comparison[dict[str, float]]:
        """See `ComparisonRanker.compare`."""
        order = seeded_order(e.request.candidates, self._setup.seed, e.request.query.query_id)
        preferences = _Preferences(order)
        groups = yield from best_by_heap(order, 2, preferences.best)
        return average_ties(rank_scores(groups), preferences.ties())


class PairwiseAll(ComparisonRanker):
    """Mean preference (nats) for an item over each of the others, of the pairs that could be read."""

    name: ClassVar[str] = "pairwise-all"

    def compare(self, e: ResultBuilder) -> Comparison[dict[str, float]]:
        """See `ComparisonRanker.compare`."""
        items = e.request.candidates
        n = len(items)
        if n > MAX_CANDIDATES:
            e.errors.append(reason("too-many-for-all-pairs", count=n, prompts=n * (n - 1), most=MAX_CANDIDATES))
            return {}
        if n == 1:
            return {items[0].item_id: 0.0}
        pairs = list(combinations(items, 2))
        answers = yield [shown for a, b in pairs for shown in ((a, b), (b, a))]
        found: dict[str, list[float]] = {item.item_id: [] for item in items}
        for (a, b), first, second in zip(pairs, answers[::2], answers[1::2], strict=True):
            preference = _preference(first, second)
            if preference is not None:
                found[a.item_id].append(preference)
                found[b.item_id].append(-preference)
        return {item_id: fmean(values) for item_id, values in found.items() if values}


class _Preferences:
    """Preferences between the candidates of one request; each pair is read once."""

    def __init__(self, order: Sequence[Item]) -> None:
        self._place = {item.item_id: place for place, item in enumerate(order)}
        self._known: dict[tuple[str, str], float | None] = {}

    def best(self, items: Sequence[Item]) -> Comparison[int]:
        """See `Best`: the last two are compared, then each before them with the winner."""
        winner = len(items) - 1
        for rival in reversed(range(winner)):
            if (yield from self._prefers(items[rival], items[winner])):
                winner = rival
        return winner

    def ties(self) -> list[tuple[str, str]]:
        """The pairs without a preference."""
        return [pair for pair, preference in self._known.items() if preference == 0]

    def _prefers(self, a: Item, b: Item) -> Comparison[bool]:
        one, other = a.item_id, b.item_id
        if (one, other) not in self._known:
            first, second = yield [(a, b), (b, a)]
            preference = _preference(first, second)
            self._known[one, other] = preference
            self._known[other, one] = None if preference is None else -preference
        preference = self._known[one, other] or 0.0
        return preference > 0 or (preference == 0 and self._place[one] < self._place[other])


def _preference(first: Labels, second: Labels) -> float | None:
    """Preference for a over b from the labels of (a, b) and (b, a); None where one of the two could not be read."""
    if first is None or second is None:
        return None
    return round((first[0] - first[1] + second[1] - second[0]) / 2, DECIMALS)
