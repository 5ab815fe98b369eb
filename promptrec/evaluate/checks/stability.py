"""Stability: difference of two rankings of the same candidates, and the effect of the position in the prompt."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from promptrec.errors import InputError, import_extra
from promptrec.evaluate.metrics.ranking import mean_of_defined
from promptrec.rank.ranking import Ranking


class Stability(NamedTuple):
    """Kendall's tau-b, -1 to 1, and whether another item came first (0 or 1); NaN where it cannot be told."""

    kendall_tau: float
    top1_flip: float


def stability(base: Ranking, other: Ranking) -> Stability:
    """Compare two rankings of one query over the items that both have, ties being ties (Kendall 1945).

    tau is NaN where they have fewer than two items in common, or one of them tells no two of these apart. The flip is
    of the items that people saw first, however ties were broken; NaN where one of the rankings is empty.

    Raises:
        InputError: rankings of different queries.
        MissingExtra: SciPy is not installed.
    """
    kendalltau = import_extra("scipy.stats", "scipy", "evaluate").kendalltau
    if base.query_id != other.query_id:
        raise InputError("rankings-of-two-queries", query_id=base.query_id, query_id_b=other.query_id)
    places, other_places = _places(base), _places(other)
    shared = [item_id for item_id in places if item_id in other_places]
    x, y = [places[i] for i in shared], [other_places[i] for i in shared]
    tau = float(kendalltau(x, y).statistic) if len(set(x)) > 1 and len(set(y)) > 1 else math.nan
    flip = float(base.item_ids[0] != other.item_ids[0]) if base.items and other.items else math.nan
    return Stability(tau, flip)


def mean_stability(pairs: Iterable[tuple[Ranking, Ranking]]) -> Stability:
    """The means over pairs of rankings, NaN being passed over: mean tau, and the share of top-1 flips."""
    found = [stability(base, other) for base, other in pairs]
    return Stability(mean_of_defined(s.kendall_tau for s in found), mean_of_defined(s.top1_flip for s in found))


def position_lift(rankings: Iterable[Ranking], shown: Mapping[str, Sequence[str]]) -> list[float]:
    """Rate at which the item shown in each slot came first, over the rate by chance; 1 is no lift.

    A ranker without position bias has a flat curve if the order shown was random. Items
    tied for the first place share it.

    Args:
        rankings: those without items are passed over.
        shown: for each query ID the item IDs in the order they were shown, e.g. `rank.order.shuffled`.

    Returns:
        A number for each slot, the first one shown first.
    """
    slots = max(map(len, shown.values()), default=0)
    came_first, by_chance = [0.0] * slots, [0.0] * slots
    for ranking in rankings:
        if not ranking.items:
            continue
        first, order = ranking.tie_groups()[0], shown[ranking.query_id]
        for slot, item_id in enumerate(order):
            came_first[slot] += (item_id in first) / len(first)
            by_chance[slot] += 1 / len(order)
    return [seen / chance if chance else math.nan for seen, chance in zip(came_first, by_chance, strict=True)]


def _places(ranking: Ranking) -> dict[str, int]:
    return {item_id: place for place, group in enumerate(ranking.tie_groups()) for item_id in group}
