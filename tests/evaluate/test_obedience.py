"""Obedience: shares of violations, and metrics apart for those who refuse or require something."""

import math

import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.evaluate.metrics.obedience import DEPTHS, Obedience
from promptrec.rank.ranking import RankedItem, Ranking

WINES = [
    Item(item_id=f"w{n}", title=f"Wine {n}", fields={"price": price} if price else {})
    for n, price in enumerate(("12 €", "45 €", "18 €", None, "30 €"))
]


def ranking(query_id, *places):
    items = tuple(RankedItem(item_id=f"w{n}", title="x", rank=rank) for rank, n in enumerate(places, 1))
    return Ranking(query_id=query_id, status="ok" if items else "failed", items=items, ranker="test")


def found(*cases, values=None):
    obedience = Obedience()
    for n, (words, places) in enumerate(cases):
        query = Query(preferences=words, query_id=f"q{n}")
        obedience.add(ranking(query.query_id, *places), WINES, query)
    return obedience.summary(values or {})


def test_violations_are_the_share_of_the_first_places():
    summary = found(("a red under 20 euros", (1, 0, 4, 2, 3)))
    assert summary["violations@3"] == pytest.approx(2 / 3)
    assert summary["violations@10"] == pytest.approx(2 / 5)


def test_an_item_whose_value_is_unknown_violates_nothing():
    assert found(("a red under 20 euros", (3, 0, 2)))["violations@3"] == 0


def test_violations_are_a_mean_over_queries_with_a_hard_constraint_that_is_answered():
    summary = found(
        ("a red under 20 euros", (1, 4)),
        ("a red under 20 euros", (0, 2)),
        ("a red, ideally under 20 euros", (1, 4)),
        ("a red from the 90s", (1, 4)),
        ("a red", (1, 4)),
        ("a red under 20 euros", ()),
    )
    assert summary["violations@3"] == pytest.approx(0.5)
    assert summary["constraints"] == pytest.approx(5 / 6)


def test_shares_of_queries_and_metrics_apart():
    values = {"NDCG@10": {"q0": 0.2, "q1": 0.4, "q2": 0.9, "q3": math.nan}}
    summary = found(
        ("no merlot", (0,)),
        ("a red under 20 euros", (0,)),
        ("a red", (0,)),
        ("no red under 20 euros", (0,)),
        values=values,
    )
    assert (summary["dislikes"], summary["constraints"]) == (0.5, 0.5)
    assert summary["NDCG@10 of dislikes"] == 0.2
    assert summary["NDCG@10 of constraints"] == 0.4
    assert summary["NDCG@10 of neither"] == 0.9


def test_without_a_refusal_or_a_requirement_there_is_nothing_apart():
    summary = found(("a red", (0,)), values={"NDCG@10": {"q0": 1.0}})
    assert (summary["dislikes"], summary["constraints"]) == (0, 0)
    assert all(math.isnan(summary[f"violations@{depth}"]) for depth in DEPTHS)
    assert not any(name.startswith("NDCG") for name in summary)
    assert math.isnan(found()["dislikes"])


def test_what_a_query_requires_is_read_even_if_the_ranker_did_not():
    obedience = Obedience()
    query = Query(preferences="a red under 20 euros", query_id="q", intent=False)
    obedience.add(ranking("q", 1, 4), WINES, query)
    assert obedience.summary({})["violations@3"] == 1
