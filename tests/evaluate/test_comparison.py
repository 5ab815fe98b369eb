import json
import math

import numpy as np
import pytest

from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.stats.comparison import Comparison, compare, is_shown, verdict
from promptrec.evaluate.stats.significance import PairedDifference, holm, paired_difference


def by_query(values):
    return {f"q{n:03}": float(value) for n, value in enumerate(values)}


def ranker(rng, n=200, **shifts):
    """Values by metric and query: what each query is worth, shifted by metric, and noise of the ranker's own."""
    worth = np.random.default_rng(99).beta(2, 3, n)
    return {metric: by_query(worth + shift + rng.normal(0, 0.12, n)) for metric, shift in shifts.items()}


@pytest.fixture
def found():
    """Better in ndcg@10 by .06, no different in mrr."""
    rng = np.random.default_rng(4)
    shifted, plain = ranker(rng, **{"ndcg@10": 0.06, "mrr": 0.0}), ranker(rng, **{"ndcg@10": 0.0, "mrr": 0.0})
    return shifted, plain, compare(shifted, plain, ["ndcg@10", "mrr"], ("reader", "bm25"))


def difference(mean=0.1, low=0.02, high=0.18, p=0.01, n=120, effect_size=0.2, dropped=0):
    return PairedDifference(mean=mean, low=low, high=high, p=p, n=n, effect_size=effect_size, dropped=dropped)


def test_a_planted_difference_is_called_better(found):
    *_, comparison = found
    said = comparison.verdict("ndcg@10")
    assert said.startswith("reader is better than bm25 in ndcg@10 by 0.0")
    assert "95 % interval 0.0" in said and "p < .001 after Holm" in said and said.endswith("200 queries).")
    assert comparison.contrasts["ndcg@10"].better == "reader"


def test_where_nothing_differs_the_word_is_refused_and_the_users_needed_are_named(found):
    *_, comparison = found
    said, contrast = comparison.verdict("mrr"), comparison.contrasts["mrr"]
    assert "better" not in said and contrast.better is None
    assert said.startswith("reader and bm25: no difference shown in mrr (reader minus bm25 is ")
    assert f"needs about {contrast.difference.users_needed:,} users to show a difference of this size" in said


def test_the_numbers_are_those_of_the_statistics(found):
    shifted, plain, comparison = found
    for metric in ("ndcg@10", "mrr"):
        assert comparison.contrasts[metric].difference == paired_difference(shifted[metric], plain[metric])
    raw = {metric: contrast.difference.p for metric, contrast in comparison.contrasts.items()}
    assert {metric: c.p_holm for metric, c in comparison.contrasts.items()} == holm(raw)


def test_the_better_one_is_named_first_whichever_side_it_is_on(found):
    shifted, plain, forth = found
    back = compare(plain, shifted, ["ndcg@10", "mrr"], ("bm25", "reader"))
    assert back.contrasts["ndcg@10"].better == "reader"
    assert back.verdict("ndcg@10").startswith("reader is better than bm25 in ndcg@10 by 0.0")
    assert back.contrasts["ndcg@10"].difference.mean == -forth.contrasts["ndcg@10"].difference.mean


def test_a_loss_is_told_with_its_interval_turned_round():
    said = verdict(difference(mean=-0.1, low=-0.18, high=-0.02), 0.03, ("A", "B"), "auc")
    assert said == (
        "B is better than A in auc by 0.100 (95 % interval 0.020 to 0.180, p = 0.030 after Holm, 120 queries)."
    )


@pytest.mark.parametrize(
    ("of", "p_holm", "shown"),
    [
        (difference(), 0.049, True),
        (difference(), 0.05, False),  # the interval excludes 0, the test does not see it
        (difference(low=-0.001), 0.001, False),  # the test sees it, the interval does not
        (difference(low=0.0), 0.001, False),
        (difference(low=math.nan, high=math.nan), 0.001, False),
        (difference(mean=-0.1, low=-0.2, high=-0.01), 0.01, True),
        (difference(), math.nan, False),
    ],
)
def test_better_needs_the_interval_and_the_test(of, p_holm, shown):
    assert is_shown(of, p_holm) is shown
    assert ("better" in verdict(of, p_holm, ("A", "B"), "mrr")) is shown


def test_a_family_that_is_larger_asks_for_more():
    """One difference at p = .02 alone is shown; among five that are asked for at once it is not."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.25, 150)
    a = {"mrr": by_query(noise - noise.mean() + 0.049)} | {
        f"ndcg@{k}": by_query(rng.normal(0, 1, 150)) for k in (1, 2, 3, 4)
    }
    b = {metric: by_query(np.zeros(150)) for metric in a}
    alone, among = compare(a, b, ["mrr"]).contrasts["mrr"], compare(a, b, list(a)).contrasts["mrr"]
    assert alone.difference == among.difference and 0.01 < alone.difference.p < 0.03
    assert alone.better == "A" and among.better is None
    assert among.p_holm == pytest.approx(5 * alone.p_holm)


def test_queries_that_were_left_out_are_told():
    a, b = {"mrr": by_query([0.1, 0.4, math.nan, 0.2])}, {"mrr": by_query([0.3, 0.2, 0.5])}
    assert "2 queries, 2 left out" in compare(a, b, ["mrr"]).verdict("mrr")


def test_too_few_queries_are_told():
    one = compare({"mrr": {"q": 0.9}}, {"mrr": {"q": 0.1}}, ["mrr"])
    assert one.verdict("mrr") == "A and B: too few queries to test a difference in mrr (1 query)."
    none = compare({"auc": {"q": math.nan}}, {"auc": {"q": 0.1}}, ["auc"])
    assert none.verdict("auc") == "A and B: too few queries to test a difference in auc (0 queries, 1 left out)."


def test_the_same_run_twice_shows_no_difference():
    values = ranker(np.random.default_rng(4), mrr=0)
    said = compare(values, values, ["mrr"]).verdict("mrr")
    assert "no difference shown in mrr (A minus B is +0.000" in said and "needs" not in said


def test_a_comparison_survives_json(found):
    *_, comparison = found
    text = comparison.model_dump_json()
    assert Comparison.model_validate_json(text) == comparison
    assert json.loads(text)["contrasts"]["mrr"]["names"] == ["reader", "bm25"]


def test_a_metric_that_was_not_measured_is_refused():
    a, b = {"mrr": {"q": 0.5}, "auc": {"q": 0.5}}, {"mrr": {"q": 0.5}}
    with pytest.raises(UnknownName, match=r"unknown measured metric 'auc'; known: mrr"):
        compare(a, b, ["auc"])
    with pytest.raises(UnknownName, match=r"unknown contrast 'auc'; known: mrr"):
        compare(a, b, ["mrr"]).verdict("auc")


def test_runs_without_a_query_in_common_are_refused():
    with pytest.raises(InputError, match="one and other have no query in common: compare runs over the same dataset"):
        compare({"mrr": {"a": 0.5}}, {"mrr": {"b": 0.5}}, ["mrr"], ("one", "other"))
