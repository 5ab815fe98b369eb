"""Agreement as a measure of trust: exact where its assumption holds, and never moved by who is asked first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.rank.agreement import MOST_SHARE, correlations, shares_of_truth


def rankers(shares, people=400, items=10, seed=0):
    """Scores with a known share of the truth each, errors independent."""
    draw = np.random.default_rng(seed)
    out = [[] for _ in shares]
    for _ in range(people):
        truth = draw.normal(size=items)
        for told, share in zip(out, shares, strict=True):
            scores = share * truth + np.sqrt(1 - share**2) * draw.normal(size=items)
            told.append({str(n): float(score) for n, score in enumerate(scores)})
    return out


@pytest.mark.parametrize("shares", [(0.7, 0.5, 0.3), (0.8, 0.6, 0.4, 0.0), (0.5, 0.5, 0.5)])
def test_the_shares_that_were_planted_are_found(shares):
    assert shares_of_truth(correlations(rankers(shares))) == pytest.approx(shares, abs=0.08)


def test_one_that_tells_nothing_apart_has_no_share():
    flat = [{str(n): 0.0 for n in range(10)} for _ in range(400)]
    shares = shares_of_truth(correlations([*rankers((0.7, 0.6)), flat]))  # only the product of two can be told
    assert shares[2] == 0 and shares[:2] == pytest.approx(0.42**0.5, abs=0.05)


def test_one_that_says_the_opposite_has_no_share():
    good, fair = rankers((0.8, 0.7))
    opposite = [{item: -score for item, score in person.items()} for person in good]
    assert shares_of_truth(correlations([good, fair, opposite]))[2] == 0


@given(st.lists(st.floats(0.2, 0.85), min_size=3, max_size=5), st.randoms(use_true_random=False))
def test_shares_are_bounded_exact_without_noise_and_the_same_in_any_order(planted, draw):
    exact = np.outer(planted, planted)
    np.fill_diagonal(exact, 1)
    shares = shares_of_truth(exact)
    assert shares == pytest.approx(planted, abs=0.02)
    order = list(range(len(planted)))
    draw.shuffle(order)
    assert shares_of_truth(exact[np.ix_(order, order)]) == pytest.approx(shares[order], abs=0.02)
    assert shares.min() >= 0 and shares.max() <= MOST_SHARE


def test_items_that_one_has_no_score_for_are_left_out():
    good, fair, low = rankers((0.8, 0.7, 0.5), people=50)
    short = [{item: score for item, score in person.items() if item != "3"} for person in low]
    without = [[{i: s for i, s in p.items() if i != "3"} for p in told] for told in (good, fair, low)]
    assert correlations([good, fair, short]) == pytest.approx(correlations(without))


def test_nothing_in_common_is_no_agreement():
    assert not correlations([[{"a": 1.0, "b": 2.0}], [{"a": 1.0, "b": 0.0}]]).any()
