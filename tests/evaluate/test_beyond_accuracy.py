import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.errors import InputError
from promptrec.evaluate.metrics.beyond_accuracy import BeyondAccuracy, ItemVectors, gini, percentiles, self_information
from promptrec.rank.ranking import RankedItem, Ranking
from promptrec.testing.planted_dataset import make_planted_dataset

FOUR = Catalog(
    [
        Item(item_id="a", title="red fox", popularity=8),
        Item(item_id="b", title="red fox", popularity=4),
        Item(item_id="c", title="blue whale", popularity=4),
        Item(item_id="d", title="green crab"),
    ]
)


def ranking(*ids, status="ok"):
    items = tuple(RankedItem(item_id=i, title=i, rank=n) for n, i in enumerate(ids, 1))
    return Ranking(query_id="q", status=status, items=items, ranker="test")


def measured(catalog, k, *rankings, vectors=None):
    beyond = BeyondAccuracy(catalog, k, vectors)
    for r in rankings:
        beyond.add(r, [catalog[i] for i in r.item_ids])
    return beyond


def test_every_measure_by_hand():
    found = measured(FOUR, 2, ranking("a", "b", "c", "d"), ranking("a", "c", "d")).summary()
    assert found["coverage@2"] == 0.75
    # Exposure 2, 1, 1, 0: (-3*0 - 1*1 + 1*1 + 3*2) / (4 * 4).
    assert found["gini@2"] == pytest.approx(6 / 16)
    # Shares 8/16 and 4/16 are 1 and 2 bits.
    assert found["novelty@2"] == pytest.approx(1.5)
    # First list: one pair with cosine 1; second: one with 0.
    assert found["diversity-tfidf@2"] == pytest.approx(0.5)
    # Percentiles a 5/6, b and c 2/6. First: 3.5/6 - 3/6; second: the same of {a, c} - {a, c}.
    assert found["popularity-lift@2"] == pytest.approx((0.5 / 6 + 0) / 2)
    assert found["distinct-firsts"] == 1


def test_the_same_list_for_everybody_covers_k_items():
    found = measured(FOUR, 2, *[ranking("c", "d", "a")] * 7).summary()
    assert found["coverage@2"] == 2 / 4
    assert found["gini@2"] == pytest.approx(0.5)


def test_every_item_shown_equally_often_has_gini_zero_and_full_coverage():
    found = measured(FOUR, 1, *[ranking(i, "a" if i != "a" else "b") for i in "abcd"]).summary()
    assert found["gini@1"] == pytest.approx(0) and found["coverage@1"] == 1


def test_what_is_not_known_is_nan_and_failed_rankings_are_passed_over():
    unknown = Catalog([Item(item_id="a", title="A"), Item(item_id="b", title="B")])
    found = measured(unknown, 2, ranking("a", "b"), ranking(status="failed")).summary()
    assert math.isnan(found["novelty@2"]) and math.isnan(found["popularity-lift@2"])
    assert found["coverage@2"] == 1
    nothing = measured(unknown, 2, ranking(status="failed")).summary()
    assert nothing["coverage@2"] == 0 and math.isnan(nothing["gini@2"]) and nothing["distinct-firsts"] == 0


def test_an_item_of_another_catalogue_is_refused():
    with pytest.raises(InputError, match="has no item 'z'"):
        BeyondAccuracy(FOUR).add(ranking("z"), [])


def test_vectors_of_the_caller_give_the_measure_their_name():
    vectors = ItemVectors("minilm", np.eye(4))
    assert measured(FOUR, 3, ranking("a", "b", "c"), vectors=vectors).summary()["diversity-minilm@3"] == 1


def test_a_list_of_the_most_popular_has_a_lift_and_the_alarm_rings():
    plant = make_planted_dataset(users=200)
    beyond = BeyondAccuracy(plant.catalog, k=1)
    for request in plant.requests:
        ids = sorted((item.item_id for item in request.candidates), key=lambda i: -plant.catalog[i].popularity)
        beyond.add(ranking(*ids), request.candidates)
    # The greatest of 12 uniform percentiles is 12/13 in the mean, all of them 1/2.
    assert beyond.summary()["popularity-lift@1"] == pytest.approx(12 / 13 - 1 / 2, abs=0.03)
    (alarm,) = beyond.alarms()
    assert alarm.startswith("exposure collapse")


def test_right_answers_ring_no_alarm():
    plant = make_planted_dataset(users=200)
    beyond = BeyondAccuracy(plant.catalog)
    for request in plant.requests:
        right = plant.relevant[request.query.query_id]
        beyond.add(
            ranking(*sorted((i.item_id for i in request.candidates), key=lambda i: i not in right)),
            [*request.candidates],
        )
    assert beyond.alarms() == []


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_gini_is_half_the_relative_mean_difference(counts):
    exposure = np.array(counts, dtype=float)
    if not exposure.sum():
        assert math.isnan(gini(exposure))
        return
    differences = np.abs(exposure[:, None] - exposure[None, :]).mean()
    assert gini(exposure) == pytest.approx(differences / (2 * exposure.mean()), abs=1e-12)


def test_gini_when_one_item_has_it_all():
    assert gini(np.array([0.0, 0, 9, 0])) == pytest.approx(3 / 4)


@given(st.lists(st.floats(1, 1e6) | st.just(math.nan), min_size=1, max_size=30))
def test_percentiles_of_what_is_known_have_mean_one_half_and_keep_the_order(popularity):
    values = np.array(popularity)
    found, known = percentiles(values), ~np.isnan(values)
    assert (np.isnan(found) == ~known).all()
    if known.any():
        assert found[known].mean() == pytest.approx(0.5)
        order = np.argsort(values[known])
        assert (np.diff(found[known][order]) >= 0).all()


def test_popularity_that_is_no_count_tells_nothing_of_information():
    assert np.isnan(self_information(np.array([0.0, -1.0, np.nan]))).all()
    assert self_information(np.array([1.0, 1.0, 0.0])).tolist()[:2] == [1, 1]
