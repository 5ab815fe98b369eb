"""Tournament ranker: groups of up to twenty, the better half of each goes on (TourRank, Chen et al. 2024).

When ten or fewer are left they are read once more, and that is the order of the best. A candidate is in two prompts
on average, so the cost grows with the number of candidates: fewer than 2 N items are read, N / 10 prompts.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.rank.ordering import DECIMALS, rank_scores, seeded_order
from promptrec.rank.result_builder import ResultBuilder
from promptrec.rank.sorting.base import Comparison, ComparisonRanker, ItemSet, Labels

GROUP = 20
FINAL = 10

Worth = list[tuple[float, Item]]


class Tournament(ComparisonRanker):
    """Knockout rounds. Scores are rank scores: first by the round an item reached, then by its worth there.

    Worth is the log-probability of an item's label minus the mean of its group. If the model chooses as Luce (1959)
    says, that is how much better the item is than the mean of its group, and groups are drawn at random, so
    it may be compared between groups; the probability itself may not, because it depends on who else was shown.
    A shared rank for all that leave in one round would also lose the comparisons among them. Of equals at the cut a
    random half goes on, and so does half of a group that could not be read; its members are worth 0.
    """

    name: ClassVar[str] = "tournament"

    def compare(self, e: ResultBuilder) -> Comparison[dict[str, float]]:
        """See `ComparisonRanker.compare`."""
        playing: Sequence[Item] = e.request.candidates
        rounds: list[Worth] = []
        while len(playing) > FINAL:
            order = self._draw(playing, e, len(rounds))
            # As few groups as will do, of sizes that differ by at most one.
            many = -(-len(order) // GROUP)
            groups = [order[n::many] for n in range(many)]
            answers = yield groups
            ordered = [_worth(group, labels) for group, labels in zip(groups, answers, strict=True)]
            playing = [item for group in ordered for _, item in group[: len(group) // 2]]
            rounds.append([entry for group in ordered for entry in group[len(group) // 2 :]])
        final = self._draw(playing, e, len(rounds))
        (labels,) = (yield [final]) if len(final) > 1 else [None]
        rounds.append(_worth(final, labels))
        return rank_scores([group for entries in reversed(rounds) for group in _equals(entries)])

    def _draw(self, playing: Sequence[Item], e: ResultBuilder, turn: int) -> ItemSet:
        return seeded_order(playing, self._setup.seed, e.request.query.query_id, str(turn))


def _worth(group: ItemSet, labels: Labels) -> Worth:
    """Worth and item of each of a group, best first; equals in the order drawn."""
    values = labels or [0.0] * len(group)
    mean = sum(values) / max(len(group), 1)
    worth = [(round(value - mean, DECIMALS), item) for value, item in zip(values, group, strict=True)]
    return sorted(worth, key=lambda one: -one[0])


def _equals(entries: Worth) -> list[list[Item]]:
    """Items of one round in groups of the same worth, best first."""
    ordered = sorted(entries, key=lambda one: -one[0])
    return [[item for _, item in group] for _, group in groupby(ordered, key=lambda one: one[0])]
