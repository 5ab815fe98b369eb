"""1,000 random rankings, ties included, against four other libraries to 1e-9.

The others break ties by input order or by ID. A ranking with ties is therefore shown to pytrec_eval once for each order
within its groups, and our value has to be the mean of its values. ranx and LensKit are slower and see one order.
"""

import itertools
import math
import random
import warnings

import numpy as np
import pytest
import pytrec_eval
from sklearn.metrics import roc_auc_score

from promptrec.evaluate.metrics.ranking import measure

pytestmark = pytest.mark.slow

CUTS = (1, 3, 10)
PYTREC = {"mrr": "recip_rank", "map": "map"} | {
    f"{ours}@{k}": f"{theirs}_{k}"
    for ours, theirs in {"ndcg": "ndcg_cut", "recall": "recall", "precision": "P", "hit": "success"}.items()
    for k in CUTS
}
RANX = {"mrr": "mrr", "map": "map"} | {
    f"{ours}@{k}": f"{theirs}@{k}"
    for ours, theirs in {"ndcg": "ndcg_burges", "recall": "recall", "precision": "precision", "hit": "hit_rate"}.items()
    for k in CUTS
}


def random_ranking(rng):
    """Groups of at most three, at most 72 orders in all; some items are judged but not ranked, and the other way."""
    items = [f"i{n}" for n in rng.sample(range(100), rng.randint(1, 30))]
    relevance = {item_id: rng.choice((0, 0, 0, 1, 2, 3)) for item_id in items if rng.random() < 0.8}
    relevance |= {f"missed{n}": rng.randint(0, 3) for n in range(rng.choice((0, 0, 1, 4)))} or {items[-1]: 1}
    if not any(relevance.values()):
        relevance[items[0]] = 2
    groups, orders = [], 1
    while items:
        size = min(rng.choice((1, 1, 1, 2, 3)), len(items))
        size = size if orders * math.factorial(size) <= 72 else 1
        orders *= math.factorial(size)
        groups.append([items.pop() for _ in range(size)])
    return groups, relevance


def orders_within(groups):
    for chosen in itertools.product(*map(itertools.permutations, groups)):
        yield list(itertools.chain.from_iterable(chosen))


@pytest.fixture(scope="module")
def rankings():
    rng = random.Random(4)
    found = [random_ranking(rng) for _ in range(1000)]
    assert sum(any(len(group) > 1 for group in groups) for groups, _ in found) > 500
    return found


@pytest.fixture(scope="module")
def untied(rankings):
    return [([[i] for group in groups for i in group], relevance) for groups, relevance in rankings]


@pytest.fixture(scope="module")
def spelled_out(rankings):
    """Every order within groups as a query of its own, `r-o` for order o of ranking r."""
    orders = {
        f"{number}-{which}": order
        for number, (groups, _) in enumerate(rankings)
        for which, order in enumerate(orders_within(groups))
    }
    run = {query: {item_id: float(-place) for place, item_id in enumerate(order)} for query, order in orders.items()}
    return run, {query: rankings[int(query.split("-")[0])][1] for query in run}


def test_pytrec_eval_agrees_in_the_mean_over_all_orders(rankings, spelled_out):
    run, qrels = spelled_out
    gains = {query: {item: 2**grade - 1 for item, grade in judged.items()} for query, judged in qrels.items()}
    asked = {"recip_rank", "map"} | {f"{m}.{','.join(map(str, CUTS))}" for m in ("ndcg_cut", "recall", "P", "success")}
    found = pytrec_eval.RelevanceEvaluator(gains, asked).evaluate(run)
    theirs = [[] for _ in rankings]
    for query in run:
        theirs[int(query.split("-")[0])].append([found[query][name] for name in PYTREC.values()])
    for (groups, relevance), values in zip(rankings, theirs, strict=True):
        ours = measure(groups, relevance, list(PYTREC))
        assert list(ours.values()) == pytest.approx(np.mean(values, axis=0), abs=1e-9)


def test_ranx_agrees_where_nothing_is_tied(untied, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import numba

        monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)  # compiling takes a hundred times as long as computing
        import ranx

        run = {f"{n}": {i: float(-place) for place, (i,) in enumerate(groups)} for n, (groups, _) in enumerate(untied)}
        relevant = {f"{n}": {i: grade for i, grade in judged.items() if grade} for n, (_, judged) in enumerate(untied)}
        ranx_run = ranx.Run(run)
        ranx.evaluate(ranx.Qrels(relevant), ranx_run, list(RANX.values()))
    for n, (groups, relevance) in enumerate(untied):
        ours = measure(groups, relevance, list(RANX))
        assert ours == pytest.approx({name: ranx_run.scores[theirs][f"{n}"] for name, theirs in RANX.items()}, abs=1e-9)


def test_lenskit_agrees_where_nothing_is_tied(untied):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lenskit.data import ItemList
        from lenskit.metrics import NDCG, Hit, LogRankWeight, Recall, RecipRank

    ndcg = NDCG(n=10, weight=LogRankWeight(offset=1), gain="gain")
    for groups, relevance in untied:
        ranked = ItemList(item_ids=[i for (i,) in groups], ordered=True)
        relevant = {i: grade for i, grade in relevance.items() if grade}
        truth = ItemList(item_ids=list(relevant), gain=[2.0**grade - 1 for grade in relevant.values()])
        ours = measure(groups, relevance, ["ndcg@10", "hit@10", "recall@10", "mrr"])
        # LensKit's recall divides by the cut-off where more than that are relevant.
        ours["recall@10"] *= len(relevant) / min(len(relevant), 10)
        theirs = [m.measure_list(ranked, truth) for m in (ndcg, Hit(n=10), Recall(n=10), RecipRank())]
        assert list(ours.values()) == pytest.approx(theirs, abs=1e-9)


def test_scikit_learn_agrees_on_auc(rankings):
    compared = 0
    for groups, relevance in rankings:
        scores = [-place for place, group in enumerate(groups) for _ in group]
        right = [relevance.get(i, 0) > 0 for group in groups for i in group]
        ours = measure(groups, relevance, ["auc"])["auc"]
        if 0 < sum(right) < len(right):
            ranked_share = sum(right) / sum(grade > 0 for grade in relevance.values())
            assert ours == pytest.approx(ranked_share * roc_auc_score(right, scores), abs=1e-9)
            compared += 1
        else:
            assert math.isnan(ours) if all(right) else ours == 0
    assert compared > 800


def test_scikit_learn_agrees_where_all_is_tied_to_one_of_two_levels():
    """Large groups, which cannot be spelled out."""
    rng = np.random.default_rng(4)
    for _ in range(50):
        right, level = rng.random(200) < 0.2, rng.integers(0, 2, 200)
        ids = np.array([f"i{n}" for n in range(200)])
        relevance = dict(zip(ids.tolist(), map(int, right), strict=True))
        groups = [ids[level == 1].tolist(), ids[level == 0].tolist()]
        assert measure(groups, relevance, ["auc"])["auc"] == pytest.approx(roc_auc_score(right, level), abs=1e-9)
