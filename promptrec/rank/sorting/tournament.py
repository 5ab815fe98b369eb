"""`tournament`: groups of up to twenty are read by their labels, the better half goes on (TourRank, Chen et al. 2024).

When ten or fewer are left they are read once more, and that is the order of the best. A candidate is in two prompts
on average, so the cost grows with the number of candidates: fewer than 2 N items are read, N / 10 prompts.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.rank.ordering import DECIMALS, places, shuffled
from promptrec.rank.result_builder import ResultBuilder
from promptrec.rank.sorting.base import Comparing, Comparison, ItemSet, Labels

GROUP = 20
FINAL = 10

Worth = list[tuple[float, Item]]


class Tournament(Comparing):
    """A score is the number of candidates an item is ahead of: first by the round it reached, then by its worth there.

    Worth is the log-probability of an item's label minus the mean of its group. If the model chooses as Luce (1959)
    says, that is how much better the item is than the mean of its group, and groups are drawn at random, so
    it may be compared between groups; the probability itself may not, because it depends on who else was shown.
    To let all that leave in one round share a place would also throw away that some of them met. Equals at the cut go
    on by lot, and so does half of a group that could not be read; its members are worth 0.
    """

    name: ClassVar[str] = "tournament"

    def compare(self, e: ResultBuilder) -> Comparison[dict[str, float]]:
        """See `Comparing.compare`."""
        playing: Sequence[Item] = e.request.candidates
        rounds: list[Worth] = []
        while len(playing) > FINAL:
            order = self._drawn(playing, e, len(rounds))
            # As few groups as will do, of sizes that differ by at most one.
            many = -(-len(order) // GROUP)
            groups = [order[n::many] for n in range(many)]
            told = yield groups
            ordered = [_worth(group, labels) for group, labels in zip(groups, told, strict=True)]
            playing = [item for group in ordered for _, item in group[: len(group) // 2]]
            rounds.append([left for group in ordered for left in group[len(group) // 2 :]])
        final = self._drawn(playing, e, len(rounds))
        (labels,) = (yield [final]) if len(final) > 1 else [None]
        rounds.append(_worth(final, labels))
        return places([group for left in reversed(rounds) for group in _equals(left)])

    def _drawn(self, playing: Sequence[Item], e: ResultBuilder, turn: int) -> ItemSet:
        return shuffled(playing, self._setup.seed, e.request.query.query_id, str(turn))


def _worth(group: ItemSet, labels: Labels) -> Worth:
    """The group's items with their worth, best first; equals in the order drawn."""
    values = labels or [0.0] * len(group)
    mean = sum(values) / max(len(group), 1)
    worth = [(round(value - mean, DECIMALS), item) for value, item in zip(values, group, strict=True)]
    return sorted(worth, key=lambda one: -one[0])


def _equals(left: Worth) -> list[list[Item]]:
    """Those that left in one round, in groups of the same worth, best first."""
    ordered = sorted(left, key=lambda one: -one[0])
    return [[item for _, item in group] for _, group in groupby(ordered, key=lambda one: one[0])]
