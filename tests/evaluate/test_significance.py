import gc
import itertools
import math
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from promptrec.errors import MissingExtra
from promptrec.evaluate.stats import significance
from promptrec.evaluate.stats.power import users_needed
from promptrec.evaluate.stats.significance import (
    MAX_RANDOM_NUMBERS,
    Interval,
    PairedDifference,
    holm,
    interval,
    paired_difference,
)

NAN = math.nan


def by_query(values):
    return {f"q{n:04}": float(value) for n, value in enumerate(values)}


def zeros(n):
    return by_query([0.0] * n)


@pytest.mark.parametrize("n", [2, 7, 150])
def test_an_interval_is_that_of_scipy(n):
    """From the same random numbers to the last digit, from others nearly."""
    values = np.random.default_rng(4).beta(0.5, 2, n)
    ours = interval(values.tolist(), seed=1, resamples=4000)

    def theirs(seed):
        rng = np.random.default_rng(seed)
        found = stats.bootstrap((values,), np.mean, n_resamples=4000, batch=MAX_RANDOM_NUMBERS // n, rng=rng)
        return found.confidence_interval.low, found.confidence_interval.high

    assert ours.mean == pytest.approx(values.mean()) and ours.n == n
    assert (ours.low, ours.high) == pytest.approx(theirs([1, 0]), abs=1e-12)
    assert n < 150 or (ours.low, ours.high) == pytest.approx(theirs(9), abs=0.003)


def test_an_interval_of_skewed_values_leans_to_the_long_side():
    """What BCa is for: a plain normal interval is symmetric."""
    found = interval(np.random.default_rng(4).exponential(1, 60).tolist())
    assert found.high - found.mean > 1.1 * (found.mean - found.low)


@pytest.mark.slow
def test_intervals_cover_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(4)
    found = [interval(rng.beta(0.8, 1.6, 120), seed, 999) for seed in range(300)]
    covered = sum(of.low <= 1 / 3 <= of.high for of in found) / 300
    assert 0.92 <= covered <= 0.98


def test_the_same_seed_gives_the_same_interval_and_another_does_not():
    values = np.random.default_rng(4).random(40)
    assert interval(values, seed=1) == interval(values, seed=1) != interval(values, seed=2)


def test_values_that_are_not_defined_are_left_out():
    values = np.random.default_rng(4).random(40).tolist()
    assert interval([NAN, *values, NAN]) == interval(values)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1 + 0.2])
def test_values_that_are_all_the_same_have_no_width(value):
    found = interval([value] * 30)
    assert found.low == found.high == found.mean == pytest.approx(value) and found.n == 30


def test_fewer_than_two_values_have_no_interval():
    one, none = interval([0.5, NAN]), interval([])
    assert one.mean == 0.5 and one.n == 1 and math.isnan(one.low) and math.isnan(one.high)
    assert math.isnan(none.mean) and none.n == 0
    assert not one.excludes_0 and not none.excludes_0


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_queries():
    rng = np.random.default_rng(4)

    def peak(n):
        values = rng.random(n)
        tracemalloc.start()
        interval(values, resamples=2000)
        significance._sign_flips(values, 0, 400)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    peak(100)
    assert peak(10_000) < 1.3 * peak(1_000)


def test_records_survive_json_with_what_is_not_defined():
    for record in (
        paired_difference({}, {}),
        paired_difference({"q": 0.5}, {"q": 0.25}),
        paired_difference(by_query([0.1, 0.5]), zeros(2)),
    ):
        text = record.model_dump_json()
        assert "NaN" not in text
        assert PairedDifference.model_validate_json(text).model_dump_json() == text
    assert math.isnan(Interval.model_validate_json(interval([]).model_dump_json()).low)


def test_a_difference_is_paired_by_query_and_not_by_order():
    rng = np.random.default_rng(4)
    b = by_query(rng.random(60))
    a = {query: value + 0.03 for query, value in b.items()}
    a["q0007"] += 0.01
    backwards = dict(reversed(a.items()))
    assert paired_difference(a, b) == paired_difference(backwards, b)
    # Python orders a set of strings anew in every process; the resampling must not follow it.
    in_order = interval(np.round([a[query] - b[query] for query in sorted(a)], 12))
    assert (paired_difference(a, b).low, paired_difference(a, b).high) == (in_order.low, in_order.high)
    assert paired_difference(a, b).mean == pytest.approx(0.03 + 0.01 / 60) and paired_difference(a, b).p < 0.001


def test_queries_of_one_side_and_undefined_ones_are_dropped_and_counted():
    a, b = by_query([0.1, 0.5, NAN, 0.3, 0.9]), by_query([0.2, 0.4, 0.1, NAN])
    found = paired_difference(a | {"only a": 1.0}, b | {"only b": 1.0})
    assert (found.n, found.dropped) == (2, 5)
    assert found.mean == pytest.approx(0)


def test_swapping_sides_turns_the_difference_round():
    rng = np.random.default_rng(4)
    a, b = by_query(rng.random(80)), by_query(rng.random(80))
    forth, back = paired_difference(a, b), paired_difference(b, a)
    assert back.mean == -forth.mean and back.effect_size == -forth.effect_size
    assert (back.low, back.high) == pytest.approx((-forth.high, -forth.low), abs=0.01)
    assert back.p == pytest.approx(forth.p, abs=0.02) and back.users_needed == forth.users_needed


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=9))
@settings(max_examples=50)
def test_the_p_value_of_few_queries_is_exact(tenths):
    """Counted in whole numbers, which do not round."""
    signs = itertools.product((1, -1), repeat=len(tenths))
    extreme = [abs(sum(s * t for s, t in zip(flip, tenths, strict=True))) >= abs(sum(tenths)) for flip in signs]
    found = paired_difference(by_query(t / 10 for t in tenths), zeros(len(tenths)), resamples=999)
    assert found.p == sum(extreme) / len(extreme)


@pytest.mark.parametrize(("n", "tolerance"), [(12, 1e-12), (150, 0.015)])
def test_the_p_value_is_that_of_scipy(n, tolerance):
    """Exact for 12 queries, drawn for 150."""
    apart = np.random.default_rng(4).normal(0.04, 0.25, n)
    theirs = stats.permutation_test((apart,), np.mean, permutation_type="samples", n_resamples=9999, rng=7, batch=999)
    assert paired_difference(by_query(apart), zeros(n)).p == pytest.approx(theirs.pvalue, abs=tolerance)


def test_a_drawn_p_value_is_never_0():
    assert paired_difference(by_query([0.5] * 100), zeros(100), resamples=999).p == 1 / 1000


def test_the_p_value_of_many_queries_is_near_that_of_the_t_test():
    apart = np.random.default_rng(4).normal(0.03, 0.25, 300)
    assert paired_difference(by_query(apart), zeros(300)).p == pytest.approx(
        stats.ttest_1samp(apart, 0).pvalue, abs=0.015
    )


def test_the_effect_size_and_the_users_needed_are_of_the_paired_differences():
    apart = np.random.default_rng(4).normal(0.05, 0.25, 200)
    found = paired_difference(by_query(apart), zeros(200))
    assert found.effect_size == pytest.approx(apart.mean() / apart.std(ddof=1))
    assert found.users_needed == users_needed(apart.std(ddof=1), apart.mean())


def test_no_difference_at_all_is_no_difference():
    values = by_query(np.random.default_rng(4).random(30))
    found = paired_difference(values, values)
    assert (found.mean, found.low, found.high, found.p, found.effect_size) == (0, 0, 0, 1, 0)
    assert found.users_needed is None and not found.excludes_0


def test_rounding_is_no_difference():
    values = by_query([0.3] * 50)
    rounded = by_query([0.1 + 0.2] * 50)
    assert values != rounded and paired_difference(rounded, values) == paired_difference(values, values)


def test_a_difference_that_is_the_same_everywhere_has_no_width():
    found = paired_difference(by_query([0.5] * 30), by_query([0.25] * 30))
    assert found.low == found.high == 0.25 and found.p < 0.001 and found.excludes_0
    assert math.isnan(found.effect_size) and found.users_needed is None


def test_one_query_or_none_shows_nothing():
    one, none = paired_difference({"q": 0.9}, {"q": 0.1}), paired_difference({"a": 0.9}, {"b": 0.1})
    assert one.p == 1 and one.n == 1 and math.isnan(one.low)
    assert math.isnan(none.p) and none.n == 0 and none.dropped == 2


@pytest.mark.slow
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=100)
def test_holm_is_that_of_statsmodels_and_never_lowers(p_values):
    adjusted = holm(dict(enumerate(p_values)))
    gc.freeze()  # statsmodels collects all garbage for one family: .1 s of objects that live on
    theirs = multipletests(p_values, method="holm")[1].tolist()
    gc.unfreeze()
    assert list(adjusted.values()) == pytest.approx(theirs)
    assert all(adjusted[key] >= p for key, p in enumerate(p_values))


def test_holm_by_hand():
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert holm({}) == {}


def test_what_could_not_be_tested_stays_in_the_family():
    assert holm({"a": 0.01, "b": NAN, "c": 0.02}) == pytest.approx({"a": 0.03, "b": 1.0, "c": 0.04})


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    with pytest.raises(MissingExtra, match=r"scipy is not installed: pip install 'promptrec\[evaluate\]'"):
        interval([0.1, 0.2, 0.4])
