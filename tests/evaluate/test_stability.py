import math
import random
import sys

import pytest

from promptrec.errors import InputError, MissingExtra
from promptrec.evaluate.checks.stability import mean_stability, position_lift, stability
from promptrec.rank.ranking import RankedItem, Ranking


def ranking(ids, scores=None, query_id="q"):
    """Items in an order, with scores that fall unless some are given."""
    scores = scores or range(len(ids), 0, -1)
    items = tuple(
        RankedItem(item_id=i, title=i, rank=n, scores={"s": score})
        for n, (i, score) in enumerate(zip(ids, scores, strict=True), 1)
    )
    return Ranking(query_id=query_id, status="ok" if ids else "failed", items=items, ranker="s", ordered_by="s")


def test_the_same_order_the_reverse_and_one_swap():
    assert stability(ranking("abcd"), ranking("abcd")) == (1, 0)
    assert stability(ranking("abcd"), ranking("dcba")) == (-1, 1)
    # One of six pairs turned.
    assert stability(ranking("abcd"), ranking("abdc")) == (pytest.approx(4 / 6), 0)


def test_ties_are_ties_and_not_the_order_they_were_broken_in():
    tied = ranking("abcd", [2, 2, 1, 1])
    assert stability(tied, ranking("badc", [2, 2, 1, 1])) == (1, 1)
    # Four of the six pairs are told apart by one side, all six by the other: 4 / sqrt(4 * 6).
    assert stability(tied, ranking("abcd")).kendall_tau == pytest.approx(4 / math.sqrt(24))


def test_only_items_that_both_have_are_compared():
    assert stability(ranking("axbc"), ranking("abcy")) == (1, 0)


def test_where_nothing_can_be_told_it_is_nan():
    for pair in ((ranking("abc", [1, 1, 1]), ranking("abc")), (ranking("a"), ranking("a"))):
        assert math.isnan(stability(*pair).kendall_tau) and stability(*pair).top1_flip == 0
    assert all(map(math.isnan, stability(ranking(""), ranking("ab"))))


def test_rankings_of_two_queries_are_refused():
    with pytest.raises(InputError, match="'q' and 'r'"):
        stability(ranking("ab"), ranking("ab", query_id="r"))


def test_without_scipy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(MissingExtra, match=r"scipy is not installed: pip install 'promptrec\[evaluate\]'"):
        stability(ranking("ab"), ranking("ab"))


def test_means_pass_over_what_cannot_be_told():
    pairs = [(ranking("ab"), ranking("ba")), (ranking("ab"), ranking("ab")), (ranking(""), ranking("ab"))]
    assert mean_stability(pairs) == (0, 0.5)
    assert all(map(math.isnan, mean_stability([])))


def test_a_ranker_that_takes_the_first_shown_is_lifted_there_alone():
    shown = {"q": "abcd"}
    assert position_lift([ranking("abcd")], shown) == [4, 0, 0, 0]
    assert position_lift([ranking("abcd", [2, 2, 1, 1])], shown) == [2, 2, 0, 0]


def test_lists_of_two_lengths_each_count_with_their_own_chance():
    shown = {"q": "abcd", "r": "ab"}
    # Chance for slot one: 1/4 + 1/2; both rankings put it first.
    assert position_lift([ranking("abcd"), ranking("ab", query_id="r")], shown) == [pytest.approx(2 / 0.75), 0, 0, 0]


def test_a_ranker_with_a_favourite_is_flat_when_the_order_shown_is_random():
    rng = random.Random(0)
    shown = {str(n): rng.sample("abcd", 4) for n in range(2000)}
    lift = position_lift([ranking("cabd", query_id=query_id) for query_id in shown], shown)
    assert lift == pytest.approx([1, 1, 1, 1], abs=0.15)


def test_failed_rankings_have_no_first():
    assert position_lift([ranking("abcd"), ranking("")], {"q": "abcd"}) == [4, 0, 0, 0]
    assert all(map(math.isnan, position_lift([ranking("")], {"q": "abcd"})))
    assert position_lift([], {}) == []
