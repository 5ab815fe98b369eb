import statistics

import pytest

from promptrec.evaluate.metrics.ranking import measure
from promptrec.rank.base import Setup
from promptrec.rank.baselines.simple import Bm25Ranker, Popular
from promptrec.testing.planted_dataset import TASTES, make_planted_dataset


def test_the_same_seed_plants_the_same_and_another_does_not():
    first, same, other = (
        make_planted_dataset(users=20),
        make_planted_dataset(users=20),
        make_planted_dataset(users=20, seed=1),
    )
    assert [r.query for r in first.requests] == [r.query for r in same.requests]
    assert list(first.catalog) == list(same.catalog) and first.relevant == same.relevant
    assert list(first.catalog) != list(other.catalog)


def test_the_right_answers_are_among_the_candidates_and_of_one_taste():
    plant = make_planted_dataset(users=50, candidates=12, right=3)
    plots = {plot: taste for taste, told in TASTES.items() for plot in told.plots}
    for request in plant.requests:
        ids = [item.item_id for item in request.candidates]
        right = plant.relevant[request.query.query_id]
        assert len(set(ids)) == 12 and right <= set(ids) and len(right) == 3
        tastes = {
            item.item_id: next(t for plot, t in plots.items() if str(item.fields["description"]).startswith(plot))
            for item in request.candidates
        }
        (liked,) = {tastes[i] for i in right}
        assert liked not in {tastes[i] for i in ids if i not in right}


def test_the_place_of_the_right_answers_says_nothing():
    plant = make_planted_dataset(users=400)
    places = [
        place
        for request in plant.requests
        for place, item in enumerate(request.candidates)
        if item.item_id in plant.relevant[request.query.query_id]
    ]
    assert abs(statistics.mean(places) - 5.5) < 0.4


def test_neither_popularity_nor_shared_words_give_the_answers_away():
    plant = make_planted_dataset(users=300)
    for ranker in (Popular(Setup()), Bm25Ranker(Setup(catalog=plant.catalog))):
        areas = [
            measure(ranking.tie_groups(), dict.fromkeys(plant.relevant[ranking.query_id], 1), ["auc"])["auc"]
            for ranking in ranker.rank(plant.requests)
        ]
        assert 0.42 < statistics.mean(areas) < 0.66


@pytest.mark.slow
def test_titles_say_nothing_of_the_taste():
    titles = " ".join(item.title for item in make_planted_dataset().catalog).lower().split()
    wishes = " ".join(wish for told in TASTES.values() for wish in told.wishes).lower().split()
    assert not {word for word in titles if len(word) > 3} & set(wishes)
