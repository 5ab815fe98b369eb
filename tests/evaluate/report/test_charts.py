import itertools
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.evaluate.report import charts
from promptrec.evaluate.results import Estimate
from promptrec.evaluate.runs.store import read_values

METRIC = "ndcg@10"
POINTS = st.lists(st.tuples(st.floats(0.001, 1000), st.floats(0, 1)), max_size=12)


def _texts(drawn):
    picture = ET.fromstring(drawn)  # noqa: S314 - our own
    return ["".join(element.itertext()).strip() for element in picture.iter() if element.tag.endswith("text")]


@pytest.fixture
def values(sample, films):
    return {run.system: read_values(sample / run.folder)[1][METRIC] for run in films.runs}


@pytest.mark.slow
def test_every_system_stands_in_every_chart_of_accuracy(films, values):
    names = {run.spec.ranker for run in films.runs}
    for drawn in (
        charts.forest(films, METRIC),
        charts.distributions(films, METRIC, values),
        charts.pareto(films, METRIC),
    ):
        assert names <= set(_texts(drawn))
        assert METRIC in drawn and "films-en" in drawn


def test_the_best_is_on_top(films):
    order = [text for text in _texts(charts.forest(films, METRIC)) if text in {r.spec.ranker for r in films.runs}]
    assert order == [run.spec.ranker for run in reversed(films.runs)]  # matplotlib draws from below


def test_a_ranker_that_reads_two_models_is_named_with_each(films):
    first = films.runs[0]
    other = first.model_copy(update={"spec": first.spec.model_copy(update={"model": "larger"})})
    both = films.model_copy(update={"runs": (*films.runs, other)})
    assert {"tiny-4l", "larger"} <= set(_texts(charts.forest(both, METRIC)))


def test_ours_and_baselines_differ_in_colour(films):
    only = [run for run in films.runs if run.baseline]
    grey = charts.forest(films.model_copy(update={"runs": tuple(only)}), METRIC)
    assert "var(--ours)" not in grey and "var(--baseline)" in grey
    assert "var(--ours)" in charts.forest(films, METRIC)


@pytest.mark.slow
def test_axes_have_units(films, values):
    assert f"{METRIC}, mean and 95 % interval" in _texts(charts.forest(films, METRIC))
    assert "seconds a query (logarithmic)" in _texts(charts.pareto(films, METRIC))
    assert {"slot in which the item was shown", "times first, over chance"} <= set(_texts(charts.positions(films)))
    assert any("single queries" in text for text in _texts(charts.distributions(films, METRIC, values)))


def test_only_systems_with_a_curve_stand_in_the_chart_of_positions(films):
    names = {run.spec.ranker for run in films.runs} & set(_texts(charts.positions(films)))
    assert names == {"listwise-labels"}


def test_what_was_not_measured_is_left_out(films):
    nothing = Estimate(mean=None, low=None, high=None, n=0)
    bare = films.runs[0].model_copy(update={"metrics": {METRIC: nothing}, "cost": {}})
    dataset = films.model_copy(update={"runs": (bare,)})
    for drawn in (charts.forest(dataset, METRIC), charts.pareto(dataset, METRIC)):
        assert bare.spec.ranker not in _texts(drawn)
    assert bare.spec.ranker not in _texts(charts.distributions(dataset, METRIC, {bare.system: {"q": float("nan")}}))


def test_dots_lie_in_the_order_of_the_means(films):
    dots = re.findall(r'<use [^>]*x="([\d.]+)"[^>]*fill: var\(--(?:ours|baseline)\)', charts.forest(films, METRIC))
    places = list(map(float, dots))
    assert len(places) == len(films.runs) and places == sorted(set(places))


def test_the_frontier_of_known_points():
    points = [(1.0, 0.5), (2.0, 0.4), (3.0, 0.9), (3.0, 0.8), (0.5, 0.1)]
    assert charts.frontier(points) == [(0.5, 0.1), (1.0, 0.5), (3.0, 0.9)]


@given(POINTS)
def test_nothing_beats_a_point_of_the_frontier_and_every_other_is_matched(points):
    front = charts.frontier(points)
    for cost, accuracy in front:
        assert not any((c <= cost and a > accuracy) or (c < cost and a >= accuracy) for c, a in points)
    for cost, accuracy in points:
        assert any(c <= cost and a >= accuracy for c, a in front)


@given(st.lists(st.floats(0, 1), max_size=10), st.floats(0.01, 0.2))
def test_spread_names_are_apart_in_their_order_and_never_moved_down(places, apart):
    moved = charts.spread(places, apart)
    assert all(new >= old for new, old in zip(moved, places, strict=True))
    ordered = sorted(moved)
    assert all(above - below >= apart - 1e-9 for below, above in itertools.pairwise(ordered))
    order = sorted(range(len(places)), key=places.__getitem__)
    assert [moved[n] for n in order] == ordered
