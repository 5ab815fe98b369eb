import random
import statistics
import subprocess
import sys

import numpy as np
import pytest

from promptrec import Catalog, Item, Query, RankRequest, Recommender
from promptrec.data.interactions import Interactions
from promptrec.errors import InputError, MissingExtra
from promptrec.evaluate.metrics.ranking import measure
from promptrec.rank.base import Setup
from promptrec.rank.baselines.collaborative import ImplicitMf, ItemKnn

BOTH = [ItemKnn, ImplicitMf]
TITLES = Catalog(Item(item_id=f"i{n}", title=f"Title {n}") for n in range(30))


def likes(people=60, items=30, each=8, seed=0):
    """Everybody likes some items of a catalogue, drawn at random, the first ones more often than the last."""
    rng = random.Random(seed)
    weights = [1 / (n + 1) for n in range(items)]
    rows = {(f"u{p}", f"i{n}") for p in range(people) for n in rng.choices(range(items), weights, k=each)}
    return Interactions.from_tuples((user, item, 1) for user, item in sorted(rows))


def two_tastes(people=100, items=24, each=7, seed=0):
    """Half the people like even items only, half odd ones only."""
    rng = random.Random(seed)
    rows = [(f"u{p}", f"i{2 * n + p % 2}", 1) for p in range(people) for n in rng.sample(range(items // 2), each)]
    return Interactions.from_tuples(rows)


def asked(*history, candidates=range(30), query_id="q"):
    return RankRequest(Query(query_id=query_id, history=history), tuple(TITLES[f"i{n}"] for n in candidates))


def scores(ranking):
    return {item.item_id: item.scores[ranking.ranker] for item in ranking.items}


@pytest.mark.slow
def test_item_knn_scores_as_lenskits_own_pipeline():
    from lenskit import score
    from lenskit.data import ItemList, RecQuery, from_interactions_df
    from lenskit.knn import ItemKNNScorer
    from lenskit.pipeline import topn_pipeline

    training = likes()
    ids = sorted(training.items)
    mine = scores(ItemKnn(Setup(TITLES, training=training)).rank([asked("i1", "i9", "Title 20")])[0])
    pipeline = topn_pipeline(ItemKNNScorer(feedback="implicit"))
    pipeline.train(from_interactions_df(training.frame[["user_id", "item_id"]].astype(object)))
    theirs = score(pipeline, RecQuery(history_items=ItemList(["i1", "i9", "i20"])), ItemList(ids)).scores()
    assert np.isfinite(theirs).sum() > 20
    assert [mine[i] for i in ids] == pytest.approx(np.nan_to_num(theirs).tolist(), abs=1e-6)


def test_implicit_mf_fits_the_person_to_the_history_alone():
    fitted = ImplicitMf(Setup(TITLES, training=likes()))
    history, weight, penalty = ["i1", "i9", "i20"], 40, 0.1  # LensKit's own
    mine = scores(fitted.rank([asked(*history)])[0])
    items = fitted._model.item_embeddings.astype(float)
    ids = [str(i) for i in fitted._model.items.ids()]
    liked_items = items[[ids.index(i) for i in history]]
    # Hu, Koren and Volinsky (2008), equation 4.
    left = items.T @ items + weight * liked_items.T @ liked_items + penalty * np.eye(items.shape[1])
    person = np.linalg.solve(left, (1 + weight) * liked_items.sum(axis=0))
    assert [mine[i] for i in ids] == pytest.approx((items @ person).tolist(), abs=1e-4)


@pytest.mark.slow
def test_item_knn_is_the_sum_of_the_cosines_with_the_history():
    training = likes()
    ids, people = sorted(training.items), sorted(training.users)
    matrix = np.zeros((len(people), len(ids)))
    for user, item in zip(training.frame["user_id"], training.frame["item_id"], strict=True):
        matrix[people.index(user), ids.index(item)] = 1
    unit = matrix / np.linalg.norm(matrix, axis=0)
    history = ["i2", "i5", "i17"]
    cosines = unit.T @ unit[:, [ids.index(i) for i in history]]
    ranking = ItemKnn(Setup(TITLES, training=training)).rank([asked(*history)])[0]
    for item, row in zip(ids, cosines, strict=True):
        if item not in history:  # an item is no neighbour of its own
            assert scores(ranking)[item] == pytest.approx(row.sum(), abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("ranker", BOTH)
def test_two_planted_tastes_are_told_apart_without_a_fault(ranker):
    fitted = ranker(Setup(TITLES, training=two_tastes()))
    rng, areas = random.Random(1), []
    for n in range(40):
        mine = rng.sample(range(n % 2, 24, 2), 3)
        candidates = [i for i in range(24) if i not in mine]
        ranking = fitted.rank([asked(*(f"i{i}" for i in mine), candidates=candidates)])[0]
        right = {f"i{i}": 1 for i in candidates if i % 2 == n % 2}
        areas.append(measure(ranking.tie_groups(), right, ["auc"])["auc"])
        assert ranking.status == "ok" and ranking.reason == ""
    assert statistics.mean(areas) == 1


@pytest.mark.slow
@pytest.mark.parametrize("ranker", BOTH)
def test_a_seed_gives_the_same_scores_each_time(ranker):
    first, again, other = (
        scores(ranker(Setup(TITLES, seed=s, training=likes())).rank([asked("i1", "i4")])[0]) for s in (0, 0, 1)
    )
    assert first == again
    assert (first == other) == (ranker is ItemKnn), "only the factors start at random"


@pytest.mark.parametrize("ranker", BOTH)
def test_a_batch_is_ranked_as_each_alone(ranker):
    requests = [asked("i1", "i2", query_id="a"), asked(query_id="b"), asked("Title 9", candidates=(3, 1), query_id="c")]
    fitted = ranker(Setup(TITLES, training=likes()))
    together = fitted.rank(requests)
    for request, ranking in zip(requests, together, strict=True):
        alone = fitted.rank([request])[0]
        assert (ranking.items, ranking.status, ranking.query_id) == (alone.items, alone.status, request.query.query_id)
        assert sorted(ranking.item_ids) == sorted(item.item_id for item in request.candidates)


@pytest.mark.parametrize(
    ("history", "said"),
    [((), "there is no history; "), (("nowhere", "i29"), "no item of the history is in the training data; ")],
)
@pytest.mark.parametrize("ranker", BOTH)
def test_a_person_it_knows_nothing_of_gets_what_most_people_liked_and_is_told(ranker, history, said):
    training = Interactions.from_tuples(
        [("a", "i1", 5), ("b", "i1", 5), ("a", "i2", 5), ("c", "i3", 1), ("d", "i3", 1)]
    )
    ranking = ranker(Setup(TITLES, training=training)).rank([asked(*history, candidates=(1, 2, 3, 4))])[0]
    assert ranking.status == "fallback" and ranking.ordered_by == "likes"
    assert ranking.reason == said + "the order is by the number of likes in the training data"
    assert ranking.tie_groups()[:2] == (("i1",), ("i2",)) and set(ranking.tie_groups()[2]) == {"i3", "i4"}
    assert ranking.items[0].scores == {"likes": 2.0}


@pytest.mark.parametrize("ranker", BOTH)
def test_candidates_nobody_has_met_come_last_and_are_counted(ranker):
    training = two_tastes(items=20)
    fitted = ranker(Setup(TITLES, training=training))
    some = fitted.rank([asked("i2", candidates=(0, 4, 25, 27))])[0]
    assert some.status == "repaired" and set(some.item_ids[2:]) == {"i25", "i27"}
    assert some.reason == "2 candidates are not in the training data and come last in a seeded random order"
    assert [bool(item.scores) for item in some.items] == [True, True, False, False]
    none = fitted.rank([asked("i2", candidates=(25, 27))])[0]
    assert none.status == "fallback" and set(none.item_ids) == {"i25", "i27"}


@pytest.mark.slow
def test_an_item_without_a_neighbour_in_the_history_scores_zero():
    ranking = ItemKnn(Setup(TITLES, training=two_tastes())).rank([asked("i2", candidates=(4, 5))])[0]
    assert scores(ranking)["i5"] == 0 < scores(ranking)["i4"] and ranking.status == "ok"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["item-knn", "implicit-mf"])
def test_the_recommender_passes_the_training_data_on(name):
    recommender = Recommender.load(catalog=TITLES, ranker=name, training=two_tastes(), retrieve=30)
    ranking = recommender.recommend(Query(history=("i2", "Title 4", "i2")), k=10)
    assert (ranking.status, ranking.ranker) == ("repaired", name), "there are items that nobody has met"
    assert all(int(i.removeprefix("i")) % 2 == 0 for i in ranking.item_ids)
    assert not {"i2", "i4"} & set(ranking.item_ids)
    assert recommender.recommend(Query(), k=3).status == "abstained"
    assert recommender.recommend(Query(preferences="something light"), k=3).status == "fallback"


@pytest.mark.parametrize("ranker", BOTH)
def test_what_it_lacks_is_said(ranker, monkeypatch):
    with pytest.raises(InputError, match=f"{ranker.name} learns from interactions: give training="):
        ranker(Setup(TITLES)).rank([asked("i1")])
    with pytest.raises(InputError, match=f"{ranker.name} needs a catalogue"):
        ranker(Setup(training=likes())).rank([asked("i1")])
    with pytest.raises(InputError, match="no interactions in the training data"):
        ranker(Setup(TITLES, training=likes().where([False] * len(likes())))).rank([asked("i1")])
    monkeypatch.setitem(sys.modules, "lenskit.data", None)
    with pytest.raises(MissingExtra, match=r"lenskit.* is not installed: pip install 'promptrec\[lenskit\]'"):
        ranker(Setup(TITLES, training=likes())).rank([asked("i1")])


@pytest.mark.slow
def test_lenskit_prints_nothing_and_takes_no_threads_from_torch():
    program = """
import warnings; warnings.simplefilter("error")
import torch; torch.set_num_threads(3); torch.ones(300, 300) @ torch.ones(300, 300); torch.set_num_interop_threads(1)
from promptrec import Catalog, Item, Query, RankRequest
from promptrec.data.interactions import Interactions
from promptrec.rank.base import Setup
from promptrec.rank.baselines.collaborative import ImplicitMf, ItemKnn
catalog = Catalog([Item(item_id="a", title="A"), Item(item_id="b", title="B")])
training = Interactions.from_tuples([("u", "a", 1), ("u", "b", 1), ("v", "b", 1)])
for ranker in (ImplicitMf, ItemKnn):
    ranker(Setup(catalog, training=training)).rank([RankRequest(Query(history=("a",)), tuple(catalog))])
assert torch.get_num_threads() == 3, torch.get_num_threads()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
