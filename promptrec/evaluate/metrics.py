"""Metrics of one ranking. Pure functions of the order and the judgements."""

import math
from collections.abc import Mapping, Sequence


def ndcg(order: Sequence[str], relevance: Mapping[str, int], k: int) -> float:
    """Normalised discounted cumulative gain of the first `k`, gain 2^grade - 1 (Burges et al. 2005).

    The ideal order is over everything judged, so relevant items that were not ranked count against it.
    NaN when nothing is relevant.
    """
    gains = [2.0 ** relevance.get(item_id, 0) - 1 for item_id in order[:k]]
    ideal = sorted((2.0**grade - 1 for grade in relevance.values()), reverse=True)[:k]
    best = _discounted(ideal)
    return _discounted(gains) / best if best else math.nan


def auc(order: Sequence[str], relevance: Mapping[str, int]) -> float:
    """Share of (relevant, other) pairs of this list in which the relevant one comes first.

    NaN when the list has only one kind.
    """
    right = [relevance.get(item_id, 0) > 0 for item_id in order]
    positives = sum(right)
    negatives = len(right) - positives
    if not positives or not negatives:
        return math.nan
    seen_wrong, beaten = 0, 0
    for is_right in right:
        if is_right:
            beaten += negatives - seen_wrong
        else:
            seen_wrong += 1
    return beaten / (positives * negatives)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
