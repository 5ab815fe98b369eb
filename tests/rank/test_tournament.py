"""A tournament alone, asking somebody who chooses as Luce says."""

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.rank.base import Setup
from promptrec.rank.batched_rounds import run
from promptrec.rank.result_builder import ResultBuilder
from promptrec.rank.sorting.tournament import FINAL, GROUP, Tournament


def play(worths, seed=0):
    """The worths, best first as the tournament has them, and the sizes of each round's groups."""
    items = tuple(Item(item_id=f"i{n}", title=str(worth)) for n, worth in enumerate(worths))
    rounds = []

    def answer(groups):
        rounds.append([len(group) for group in groups])
        return [choice([float(item.title) for item in group]) for group in groups]

    scores = run(Tournament(Setup(seed=seed)).compare(ResultBuilder(RankRequest(Query(), items))), answer)
    assert len(scores) == len(items)
    return [float(item.title) for item in sorted(items, key=lambda item: -scores[item.item_id])], rounds


def choice(worths):
    most = max(worths)
    return tuple(worth - most - math.log(sum(math.exp(w - most) for w in worths)) for worth in worths)


def rank_correlation(order):
    """Spearman's, with the true order of different worths."""
    place = {worth: n for n, worth in enumerate(sorted(order, reverse=True))}
    return statistics.correlation([place[worth] for worth in order], range(len(order)))


@pytest.mark.slow
@given(st.integers(0, 2000))
@settings(max_examples=50, deadline=None)
def test_every_round_halves_its_groups_until_ten_or_fewer_are_left(n):
    _, rounds = play(range(n))
    playing = n
    for sizes in rounds[:-1]:
        assert sum(sizes) == playing > FINAL
        assert max(sizes) <= GROUP and max(sizes) - min(sizes) <= 1 and len(sizes) == math.ceil(playing / GROUP)
        playing = sum(size // 2 for size in sizes)
    assert rounds[-1:] == ([[playing]] if n > 1 else []) and playing <= FINAL


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 11, 100, 200, 400, 10_000])
def test_what_is_read_grows_with_the_candidates_and_no_faster(n):
    _, rounds = play(range(n))
    sizes = [size for groups in rounds for size in groups]
    assert sum(sizes) <= 2 * n and len(sizes) <= n / 10 + len(rounds)


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 400, 10_000])
def test_the_best_is_first_and_the_rest_about_where_it_belongs(n):
    order, _ = play(range(n))
    assert order[0] == n - 1 and rank_correlation(order) > 0.8


@pytest.mark.parametrize("seed", range(20))
def test_those_that_leave_together_are_compared_with_the_mean_of_their_groups(seed):
    # Whoever meets the giant has a tiny probability; that alone must not put them behind all of the other group.
    order, _ = play([*range(39), 100], seed)
    assert order[0] == 100 and rank_correlation(order[20:]) > 0.5


@given(st.lists(st.integers(0, 3), min_size=1, max_size=10), st.integers(0, 5))
def test_a_final_alone_is_the_true_order(worths, seed):
    assert play(worths, seed)[0] == sorted(worths, reverse=True)
