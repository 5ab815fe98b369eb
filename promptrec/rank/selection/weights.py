"""Weights of the sum that `auto` selects: a prior from the probe, and agreement on the requests to be ranked.

Prior: the linear discriminant (Fisher 1936) between relevant and other items of the probe's pairs, its covariance
shrunk towards the identity because the pairs are few. A ranker whose errors correlate with those of others has less
weight. BM25 cannot be measured there, since queries and items of the pairs share no words, so a small effect is
assumed: its weight is negligible beside rankers that the probe finds good, and larger where all are weak.

Agreement: mean over requests of the correlation of a ranker's scores with the weighted sum of the others'. It can only
lower a weight: rankers that count the same words agree where they err.

The constants were set by hand; `python -m eval.auto` says what others would have given, one set left out at a time.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Scores = Sequence[Mapping[str, float]]
"""Standardised scores by item ID, one mapping for each request."""
Floats = npt.NDArray[np.float64]

# Share of the mean variance that is added to each ranker's own.
SHRINKAGE = 0.3
# Below this a length or a variance is rounding.
TINY = 1e-9


@dataclass(frozen=True)
class WeightingScheme:
    """Constants of the weights.

    Attributes:
        bm25: assumed difference between BM25's scores of relevant and other items, in standard deviations.
        power: exponent of the agreement; 0 leaves the prior alone.
        least: a ranker with less than this share of the largest weight is left out.
    """

    bm25: float = 0.2
    power: float = 1.0
    least: float = 0.25

    def bm25_weight(self) -> float:
        """Prior weight of BM25, on the scale of `discriminant`."""
        return self.bm25 / (1 + SHRINKAGE)

    def select(self, weights: Mapping[str, float]) -> dict[str, float]:
        """Weights relative to the largest, in descending order, without those below `least`."""
        most = max(weights.values(), default=0.0)
        parts = {name: weight / most for name, weight in weights.items()} if most > 0 else {}
        return {name: part for name, part in sorted(parts.items(), key=lambda one: -one[1]) if part >= self.least}

    def adjust(self, prior: Mapping[str, float], agreement: Mapping[str, float]) -> dict[str, float]:
        """Prior weights, lowered for rankers that agree less than the weighted mean of all."""
        mean = sum(weight * agreement[name] for name, weight in prior.items()) / max(sum(prior.values()), TINY)
        if mean <= 0:
            return dict(prior)
        return {n: weight * min(1.0, max(0.0, agreement[n] / mean)) ** self.power for n, weight in prior.items()}


WEIGHTING = WeightingScheme()


def discriminant(scores: Mapping[str, Scores], right: Sequence[str]) -> tuple[dict[str, float], float]:
    """Prior weight of each ranker, 0 or more, and the expected AUC of their sum.

    Args:
        scores: of each ranker, for each request.
        right: ID of the relevant item of each request.
    """
    items = [(query, item_id) for query, by_item in enumerate(next(iter(scores.values()))) for item_id in by_item]
    table = np.array([[by_ranker[p].get(i, 0.0) for by_ranker in scores.values()] for p, i in items])
    hit = np.array([item_id == right[query] for query, item_id in items])
    means = table[hit].mean(axis=0), table[~hit].mean(axis=0)
    difference = means[0] - means[1]
    residuals = table - np.where(hit[:, None], *means)
    covariance = residuals.T @ residuals / len(table)
    covariance += SHRINKAGE * np.eye(len(scores)) * max(np.trace(covariance) / len(scores), TINY)
    weights = np.linalg.solve(covariance, difference)
    distance = math.sqrt(max(0.0, weights @ difference))
    by_name = dict(zip(scores, np.maximum(weights, 0).tolist(), strict=True))
    return by_name, NormalDist().cdf(distance / math.sqrt(2))


def agreement(scores: Mapping[str, Scores], prior: Mapping[str, float]) -> dict[str, float]:
    """Mean correlation of each ranker's scores with the sum of the others', weighted by the prior.

    A request in which all scores of a ranker, or of the others' sum, are equal counts as 0. Items without a score of
    every ranker are left out, and so are requests with fewer than three items in common.
    """
    weights = np.array([prior[name] for name in scores])
    found = [_correlations(table, weights) for table in map(_common, zip(*scores.values(), strict=True)) if len(table)]
    mean = np.mean(found, axis=0) if found else np.zeros(len(scores))
    return dict(zip(scores, mean.tolist(), strict=True))


def _common(by_ranker: Sequence[Mapping[str, float]]) -> Floats:
    """Centred scores, shape (rankers, items), of the items that all have; empty for fewer than three."""
    ids = sorted(set.intersection(*map(set, by_ranker)))
    table: Floats = np.array([[by_item[item_id] for item_id in ids] for by_item in by_ranker])
    return table - table.mean(axis=1, keepdims=True) if len(ids) >= 3 else np.empty((0, 0))


def _correlations(table: Floats, weights: Floats) -> Floats:
    """Correlation of each row with the weighted sum of the others; 0 where one of the two is constant."""
    others = weights @ table - weights[:, None] * table
    norms = np.linalg.norm(table, axis=1) * np.linalg.norm(others, axis=1)
    found: Floats = np.divide((table * others).sum(axis=1), norms, out=np.zeros(len(table)), where=norms > TINY)
    return found
