"""Weights of the sum that `auto` takes: a prior from the probe, and agreement on the requests at hand.

Prior: the linear discriminant (Fisher 1936) between right and other items on the probe's pairs, its covariance shrunk
towards the identity because the pairs are few. A ranker counts for what it adds: one that errs where others err counts
for less. BM25 cannot be measured there, since the pairs' words and items share no words, so it has a small effect by
assumption. It counts for next to nothing beside rankers that the probe finds good, and for more where all are weak.

Agreement: the correlation of a ranker's scores with the weighted sum of the others', the mean over requests. It can
only take away from a ranker, never make one join: rankers that count the same words agree where they err.

The constants were set by hand; `python -m eval.auto` says what others would have given, one set left out at a time.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Scores = Sequence[Mapping[str, float]]
"""Standardised scores by item ID, one mapping a request."""
Floats = npt.NDArray[np.float64]

# Part of the mean variance that is added to each ranker's own.
SHRINKAGE = 0.3
# Below this a length or a variance is rounding.
TINY = 1e-9


@dataclass(frozen=True)
class Weighing:
    """The constants that turn what was measured into weights.

    Attributes:
        bm25: assumed difference between BM25's scores of right and of other items, in standard deviations.
        power: exponent of the agreement; 0 leaves the prior alone.
        least: a ranker that counts for less than this part of the first is left out, and its cost with it.
    """

    bm25: float = 0.2
    power: float = 1.0
    least: float = 0.25

    def bm25_weight(self) -> float:
        """The prior weight of BM25, on the scale of `discriminant`."""
        return self.bm25 / (1 + SHRINKAGE)

    def joined(self, weights: Mapping[str, float]) -> dict[str, float]:
        """The weights of those that count for enough, the first at 1, largest first."""
        most = max(weights.values(), default=0.0)
        parts = {name: weight / most for name, weight in weights.items()} if most > 0 else {}
        return {name: part for name, part in sorted(parts.items(), key=lambda one: -one[1]) if part >= self.least}

    def moved(self, prior: Mapping[str, float], agreement: Mapping[str, float]) -> dict[str, float]:
        """The prior, less for rankers that agree less than the mean of all, which is weighed by the prior."""
        mean = sum(weight * agreement[name] for name, weight in prior.items()) / max(sum(prior.values()), TINY)
        if mean <= 0:
            return dict(prior)
        return {n: weight * min(1.0, max(0.0, agreement[n] / mean)) ** self.power for n, weight in prior.items()}


WEIGHING = Weighing()


def discriminant(scores: Mapping[str, Scores], right: Sequence[str]) -> tuple[dict[str, float], float]:
    """Each ranker's prior weight, 0 or more, and the AUC that is expected of their sum.

    Args:
        scores: of each ranker, for each request with a known answer.
        right: the ID of each request's right item.
    """
    items = [(person, item_id) for person, by_item in enumerate(next(iter(scores.values()))) for item_id in by_item]
    table = np.array([[by_ranker[p].get(i, 0.0) for by_ranker in scores.values()] for p, i in items])
    hit = np.array([item_id == right[person] for person, item_id in items])
    means = table[hit].mean(axis=0), table[~hit].mean(axis=0)
    difference = means[0] - means[1]
    residuals = table - np.where(hit[:, None], *means)
    covariance = residuals.T @ residuals / len(table)
    covariance += SHRINKAGE * np.eye(len(scores)) * max(np.trace(covariance) / len(scores), TINY)
    weights = np.linalg.solve(covariance, difference)
    distance = math.sqrt(max(0.0, weights @ difference))
    named = dict(zip(scores, np.maximum(weights, 0).tolist(), strict=True))
    return named, NormalDist().cdf(distance / math.sqrt(2))


def agreement(scores: Mapping[str, Scores], prior: Mapping[str, float]) -> dict[str, float]:
    """Mean correlation of each ranker's scores with the sum of the others', these weighed by their prior.

    A request in which a ranker, or the others together, tells no items apart counts as 0. Items that some ranker has
    no score for are left out, and so are requests with fewer than three items in common.
    """
    weights = np.array([prior[name] for name in scores])
    found = [_correlations(table, weights) for table in map(_common, zip(*scores.values(), strict=True)) if len(table)]
    mean = np.mean(found, axis=0) if found else np.zeros(len(scores))
    return dict(zip(scores, mean.tolist(), strict=True))


def _common(person: Sequence[Mapping[str, float]]) -> Floats:
    """Scores (rankers, items) of the items that all have, less each ranker's mean; empty for fewer than three."""
    ids = sorted(set.intersection(*map(set, person)))
    table: Floats = np.array([[by_item[item_id] for item_id in ids] for by_item in person])
    return table - table.mean(axis=1, keepdims=True) if len(ids) >= 3 else np.empty((0, 0))


def _correlations(table: Floats, weights: Floats) -> Floats:
    """The correlation of each row with the weighted sum of the others, 0 where one of the two is flat."""
    others = weights @ table - weights[:, None] * table
    norms = np.linalg.norm(table, axis=1) * np.linalg.norm(others, axis=1)
    found: Floats = np.divide((table * others).sum(axis=1), norms, out=np.zeros(len(table)), where=norms > TINY)
    return found
