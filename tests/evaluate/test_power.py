import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestPower

from promptrec.errors import InputError, MissingExtra
from promptrec.evaluate.stats.power import detectable, power, users_needed


@pytest.mark.parametrize(("difference", "users"), [(0.05, 199), (0.03, 547), (0.02, 1229), (0.01, 4908)])
def test_the_users_that_the_design_speaks_of(difference, users):
    assert users_needed(0.25, difference) == users
    # The normal approximation, 196 for .05 and 544 for .03, leaves out that the sd is estimated.
    assert 0 <= users - ((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * 0.25 / difference) ** 2 < 3.1


@given(st.floats(0.02, 3), st.sampled_from([0.5, 0.8, 0.95]))
@settings(max_examples=30)
def test_users_needed_are_just_enough(difference, target):
    n = users_needed(1.0, difference, target)
    assert power(n, difference, 1.0) >= target
    assert n == 2 or power(n - 1, difference, 1.0) < target


@pytest.mark.slow
@given(st.integers(3, 5000))
@settings(max_examples=30)
def test_what_is_detectable_has_the_power_asked_for(n):
    assert power(n, detectable(n, 0.25), 0.25) == pytest.approx(0.8, abs=1e-6)
    assert detectable(n, 0.5) == pytest.approx(2 * detectable(n, 0.25), rel=1e-6)


@pytest.mark.parametrize("n", [5, 50, 500])
def test_detectable_agrees_with_the_solver_of_statsmodels(n):
    solved = TTestPower().solve_power(nobs=n, power=0.8, alpha=0.05)
    assert detectable(n, 0.25) == pytest.approx(0.25 * float(solved), abs=1e-6)


def test_power_is_how_often_the_t_test_rejects():
    draws = np.random.default_rng(4).normal(0.1, 0.5, (20_000, 60))
    rejected = (stats.ttest_1samp(draws, 0, axis=1).pvalue < 0.05).mean()
    assert power(60, 0.1, 0.5) == pytest.approx(rejected, abs=0.01)
    assert power(60, -0.1, 0.5) == power(60, 0.1, 0.5)
    assert power(60, 0, 0.5) == pytest.approx(0.05)


@pytest.mark.parametrize("difference", [1e-9, 1e-15, 1e9])
def test_extreme_differences_need_a_number_of_users_too(difference):
    assert users_needed(0.25, difference) >= 2


@pytest.mark.parametrize("difference", [0, float("nan")])
def test_no_number_of_users_shows_nothing(difference):
    with pytest.raises(InputError, match="no number of users shows a difference of 0"):
        users_needed(0.25, difference)


@pytest.mark.parametrize(("n", "sd"), [(1, 0.25), (100, 0), (100, -1), (100, float("nan"))])
def test_numbers_that_make_no_sense_are_refused(n, sd):
    with pytest.raises(InputError, match=f"got {n} users and an sd of {sd}"):
        power(n, 0.05, sd)
    with pytest.raises(InputError, match="an sd above 0"):
        detectable(n, sd)


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.stats.power", None)
    with pytest.raises(MissingExtra, match=r"statsmodels is not installed: pip install 'promptrec\[evaluate\]'"):
        power(100, 0.05, 0.25)
