"""The promises of the statistics, kept over thousands of simulated evaluations."""

import numpy as np
import pytest

from promptrec.evaluate.stats.comparison import is_shown
from promptrec.evaluate.stats.significance import paired_difference

pytestmark = pytest.mark.slow


def ndcg_like(rng, n):
    """Two rankers of one worth: easy and hard queries, values piled up at 0 and 1, two of five exactly the same."""
    easy = rng.beta(0.8, 1.6, n)
    a, b = (np.clip(easy + rng.normal(0, 0.18, n), 0, 1) for _ in range(2))
    return a, np.where(rng.random(n) < 0.4, a, b)


def skewed(rng, n):
    """A few queries win much and many lose a little, in the mean nothing; one of three or so exactly the same."""
    return np.where(rng.random(n) < 0.3, 0, rng.exponential(0.25, n) - 0.25), np.zeros(n)


def simulate(draw, simulations, n):
    """How often the test, the interval, and both together find a difference."""
    rng = np.random.default_rng(4)
    tested = excluded = shown = 0
    for seed in range(simulations):
        a, b = ({f"q{i}": value for i, value in enumerate(side.tolist())} for side in draw(rng, n))
        found = paired_difference(a, b, seed, resamples=999)
        tested += found.p < 0.05
        excluded += found.excludes_0
        shown += is_shown(found, found.p)
    return tested / simulations, excluded / simulations, shown / simulations


def test_where_nothing_differs_5_of_100_evaluations_find_a_difference():
    tested, excluded, shown = simulate(ndcg_like, 4000, 150)
    assert 0.04 <= tested <= 0.06 and 0.04 <= shown <= 0.06
    # The interval alone is a little too eager, and so it never decides alone.
    assert shown < excluded <= 0.07


def test_skewed_differences_deceive_the_test_and_the_interval_but_not_both():
    tested, excluded, shown = simulate(skewed, 2000, 150)
    assert 0.04 <= shown <= 0.06
    assert tested <= 0.07 and excluded <= 0.07


def test_a_planted_difference_of_05_is_found_with_200_users():
    """The standard deviation of the differences is .25, so the design promises a power of .80."""
    *_, shown = simulate(lambda rng, n: (rng.normal(0.05, 0.25, n), np.zeros(n)), 500, 200)
    assert 0.75 <= shown <= 0.85
