"""How far each of several ways of ranking can be trusted, from how they agree where nobody knows what is right.

Suppose that a ranker's standardised score is a share of the truth and an error of its own, z = a t + e, and that the
errors are independent. Then the correlation of two rankers is the product of their shares, r_ij = a_i a_j, and three
rankers are enough to solve for all shares (one common factor: Spearman 1904; for classifiers Parisi et al. 2014,
"Ranking and combining multiple predictors without labeled data"). The best weights for their sum are a / (1 - a^2).
Rankers that err together break the assumption, and then a/(1 - a^2) believes the wrong ones by far too much. So each
counts for its share alone, times what a probe with known answers said of it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

# Beyond this a ranker is not believed to be that good: it errs with the others.
MOST_SHARE = 0.9
ROUNDS = 200


def correlations(scores: Sequence[Sequence[Mapping[str, float]]]) -> np.ndarray:
    """Mean correlation of each two rankers' scores within a request, k x k.

    Args:
        scores: for each of k rankers, for each request, standardised scores by item ID. Items that some ranker has no
            score for are left out, and so are requests with fewer than three items in common.
    """
    found = []
    for person in zip(*scores, strict=True):
        common = sorted(set.intersection(*(set(by_item) for by_item in person)))
        told = np.array([[by_item[item_id] for item_id in common] for by_item in person])
        if len(common) >= 3:
            told = told - told.mean(axis=1, keepdims=True)
            spread = np.sqrt((told**2).sum(axis=1))
            spread[spread == 0] = np.inf  # a ranker that tells nothing apart agrees with nobody
            told = told / spread[:, None]
            found.append(told @ told.T)
    return np.mean(found, axis=0) if found else np.zeros((len(scores), len(scores)))


def shares_of_truth(agreement: np.ndarray) -> np.ndarray:
    """Each ranker's a in [0, .9], k values, from the k x k correlations; for two rankers both the same.

    It makes the sum over pairs of (r_ij - a_i a_j)^2 small: every share goes half of the way to its best value for the
    others as they were, all at once, so that none is favoured where they cannot be told apart.
    """
    others = np.array(agreement, dtype=float)
    np.fill_diagonal(others, 0)
    shares = np.full(len(others), 0.5)
    for _ in range(ROUNDS):
        squares = (shares**2).sum() - shares**2
        best = np.clip(others @ shares / np.maximum(squares, 1e-9), 0, MOST_SHARE)
        shares = (shares + best) / 2
    return shares.round(6)
