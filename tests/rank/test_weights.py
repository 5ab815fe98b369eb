"""Weights of `auto`: found where they were planted, moved little by agreement, and never by errors that are shared."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.rank.selection.weights import WEIGHTING, WeightingScheme, agreement, discriminant

ITEMS = 10


def planted(effects, people=400, shared=(), common=0.0, seed=0):
    """Scores in which item 0 is right and `effects` standard deviations better; those `shared` err together."""
    draw = np.random.default_rng(seed)
    out = {name: [] for name in effects}
    for _ in range(people):
        together = draw.normal(size=ITEMS)
        for name, effect in effects.items():
            part = common if name in shared else 0.0
            scores = part**0.5 * together + (1 - part) ** 0.5 * draw.normal(size=ITEMS)
            scores[0] += effect
            out[name].append({str(n): float(score) for n, score in enumerate(scores)})
    return out


def weights_of(scores):
    return discriminant(scores, ["0"] * len(next(iter(scores.values()))))[0]


@pytest.mark.parametrize("effects", [(1.5, 0.5), (1.0, 1.0, 0.2), (2.0, 0.0)])
def test_who_tells_right_items_better_apart_counts_for_more_in_proportion(effects):
    effects = dict(zip("abc", effects, strict=False))
    found = weights_of(planted(effects))
    assert [w / found["a"] for w in found.values()] == pytest.approx(
        [e / effects["a"] for e in effects.values()], abs=0.12
    )


@pytest.mark.parametrize("common", [0.5, 0.7, 0.9])
def test_rankers_that_err_together_count_for_less_than_one_that_errs_alone(common):
    found = weights_of(planted(dict.fromkeys("abc", 1.0), shared="ab", common=common))
    assert max(found["a"], found["b"]) < 0.95 * found["c"]


def test_one_that_says_the_opposite_counts_for_nothing():
    found = weights_of(planted({"a": 1.0, "b": -0.5}))
    assert found["b"] == 0 < found["a"]


def test_the_expected_area_is_that_of_the_sum_and_grows_with_every_ranker_that_knows_something():
    scores = planted({"a": 1.0, "b": 0.8})
    (_, one), (_, two) = (discriminant({k: scores[k] for k in names}, ["0"] * 400) for names in ("a", "ab"))
    assert one == pytest.approx(0.74, abs=0.03)  # Phi(1 / sqrt 2) is .76; shrinking takes some of it
    assert one + 0.03 < two < 1


@pytest.mark.parametrize(("good", "joins"), [(1.5, False), (1.0, False), (0.15, True)])
def test_bm25_joins_by_assumption_only_where_all_others_are_weak(good, joins):
    prior = weights_of(planted({"query-likelihood": good})) | {"bm25": WEIGHTING.bm25_weight()}
    assert ("bm25" in WEIGHTING.select(prior)) is joins


def test_errors_that_are_shared_do_not_bring_a_ranker_in_that_knows_nothing():
    """BM25 is at chance, and a text encoder falls for the same words."""
    scores = planted({"query-likelihood": 1.2, "embedding": 1.2, "bm25": 0.0}, shared=("embedding", "bm25"), common=0.6)
    prior = weights_of(planted({"query-likelihood": 1.2, "embedding": 1.2})) | {"bm25": WEIGHTING.bm25_weight()}
    agreed = agreement(scores, prior)
    assert agreed["bm25"] > agreed["query-likelihood"], "agreement alone believes what shares words"
    raised = {name: weight * agreed[name] for name, weight in prior.items()}
    assert "bm25" in WEIGHTING.select(raised), "a weight that agreement could raise would bring it in"
    assert set(WEIGHTING.select(WEIGHTING.adjust(prior, agreed))) == {"query-likelihood", "embedding"}


@pytest.mark.parametrize("seed", range(20))
def test_agreement_never_makes_a_ranker_count_for_more_than_its_prior(seed):
    draw = np.random.default_rng(seed)
    prior = dict(zip("abcd", draw.uniform(0, 2, 4).tolist(), strict=True))
    agreed = dict(zip("abcd", draw.uniform(-0.3, 1, 4).tolist(), strict=True))
    adjusted = WEIGHTING.adjust(prior, agreed)
    mean = np.average(list(agreed.values()), weights=list(prior.values()))
    above = {name for name in prior if agreed[name] >= mean}
    assert mean > 0 and 0 < len(above) < len(prior)
    for name in prior:
        assert 0 <= adjusted[name] <= prior[name]
        assert (adjusted[name] == prior[name]) == (name in above), "who agrees less than the mean counts for less"


def test_a_ranker_that_nobody_agrees_with_is_left_out_however_good_the_probe_found_it():
    scores = planted({"query-likelihood": 1.0, "item-pmi": 1.0, "embedding": 0.0})
    prior = dict.fromkeys(scores, 1.0)
    assert "embedding" not in WEIGHTING.select(WEIGHTING.adjust(prior, agreement(scores, prior)))


def test_agreement_without_power_leaves_the_prior_alone_and_so_does_none_at_all():
    prior = {"a": 1.0, "b": 0.5}
    assert WeightingScheme(power=0).adjust(prior, {"a": 0.1, "b": 0.9}) == prior
    assert WEIGHTING.adjust(prior, {"a": 0.0, "b": -0.2}) == prior


@given(st.lists(st.floats(0.01, 9), min_size=1, max_size=6))
def test_the_first_counts_1_and_whoever_joins_counts_enough(values):
    joined = WEIGHTING.select({str(n): value for n, value in enumerate(values)})
    assert next(iter(joined.values())) == 1 and min(joined.values()) >= WEIGHTING.least
    assert list(joined.values()) == sorted(joined.values(), reverse=True)


def test_agreement_is_the_correlation_with_the_others_sum_whatever_the_order():
    people = planted({"a": 1.0, "b": 0.7, "c": 0.2}, people=1)
    a, b, c = (np.array(list(one[0].values())) for one in people.values())
    prior = {"a": 1.0, "b": 2.0, "c": 3.0}
    found = agreement(people, prior)
    assert found["a"] == pytest.approx(np.corrcoef(a, 2 * b + 3 * c)[0, 1])
    assert agreement(dict(reversed(people.items())), prior) == pytest.approx(found)


def test_flat_scores_missing_items_and_nothing_in_common_are_no_agreement():
    flat = [{str(n): 0.0 for n in range(ITEMS)}] * 2
    some = planted({"a": 1.0, "b": 1.0}, people=2)
    prior = dict.fromkeys("abc", 1.0)
    assert agreement(some | {"c": flat}, prior)["c"] == 0
    short = [{item: score for item, score in person.items() if item != "3"} for person in some["b"]]
    without = {name: [{i: s for i, s in p.items() if i != "3"} for p in said] for name, said in some.items()}
    assert agreement(some | {"b": short}, prior) == pytest.approx(agreement(without, prior))
    assert agreement({"a": [{"x": 1.0, "y": 2.0}], "b": [{"x": 1.0, "z": 0.0}]}, prior) == {"a": 0, "b": 0}
