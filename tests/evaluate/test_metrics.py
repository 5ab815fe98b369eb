import itertools
import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.metrics.ranking import DEFAULT_METRICS, METRICS, measure, parse_metric

NAMES = ("ndcg@1", "ndcg@3", "ndcg@10", "recall@3", "precision@3", "hit@1", "hit@3", "mrr", "map", "auc")


@st.composite
def judged_groups(draw, most=12):
    """Groups of tied items and grades, with at least one relevant and one other item among the ranked."""
    grades = draw(st.lists(st.integers(0, 3), min_size=2, max_size=most).filter(lambda g: any(g) and not all(g)))
    truncations = draw(st.lists(st.booleans(), min_size=len(grades) - 1, max_size=len(grades) - 1))
    groups = [["i0"]]
    for number, cut in enumerate(truncations, 1):
        if cut:
            groups.append([])
        groups[-1].append(f"i{number}")
    missed = draw(st.dictionaries(st.sampled_from(["m1", "m2"]), st.integers(0, 3)))
    return groups, {f"i{number}": grade for number, grade in enumerate(grades)} | missed


@pytest.mark.slow
@given(judged_groups())
def test_every_value_is_between_0_and_1(ranked):
    assert all(-1e-12 <= value <= 1 + 1e-12 for value in measure(*ranked, NAMES).values())


@pytest.mark.slow
@given(judged_groups(), st.randoms())
def test_the_order_within_a_group_changes_nothing(ranked, rng):
    groups, relevance = ranked
    shuffled = [rng.sample(group, len(group)) for group in groups]
    assert measure(shuffled, relevance, NAMES) == measure(groups, relevance, NAMES)


@pytest.mark.slow
@given(judged_groups(most=6))
def test_the_value_of_ties_is_the_mean_over_their_orders(ranked):
    groups, relevance = ranked
    orders = list(itertools.product(*map(itertools.permutations, groups)))
    apart = [measure([[i] for i in itertools.chain(*order)], relevance, NAMES) for order in orders]
    expected = {name: statistics.fmean(values[name] for values in apart) for name in NAMES}
    assert measure(groups, relevance, NAMES) == pytest.approx(expected, abs=1e-9)


@pytest.mark.slow
@given(judged_groups())
def test_a_missed_item_of_the_best_grade_put_first_never_lowers_a_value(ranked):
    groups, relevance = ranked
    relevance |= {"new": 3}
    before, after = measure(groups, relevance, NAMES), measure([["new"], *groups], relevance, NAMES)
    assert all(after[name] >= before[name] - 1e-12 for name in NAMES)


@given(judged_groups())
def test_moving_a_relevant_item_one_group_up_never_lowers_a_value(ranked):
    groups, relevance = ranked
    # An item that overtakes a better one may lower the NDCG, so grades are made equal.
    flat = {i: min(grade, 1) for i, grade in relevance.items()}
    before = measure(groups, flat, NAMES)
    for place, item_id in [(g, i) for g, group in enumerate(groups) for i in group if g and flat[i]]:
        moved = [[i for i in group if i != item_id] for group in groups]
        moved[place - 1].append(item_id)
        after = measure(moved, flat, NAMES)
        assert all(after[name] >= before[name] - 1e-12 for name in NAMES)


def test_one_group_of_everything_is_worth_a_random_order():
    items = [f"i{n}" for n in range(20)]
    values = measure(
        [items], {"i3": 1, "i7": 1, "i12": 1, "i19": 1}, ["recall@5", "precision@5", "hit@5", "auc", "mrr"]
    )
    no_hit = math.prod((16 - n) / (20 - n) for n in range(5))
    first = [(math.comb(20 - place, 3) / math.comb(20, 4)) / place for place in range(1, 18)]
    assert values == pytest.approx(
        {"recall@5": 0.25, "precision@5": 0.2, "hit@5": 1 - no_hit, "auc": 0.5, "mrr": sum(first)}, abs=1e-12
    )


def test_a_cut_off_within_a_group_counts_from_the_top_of_the_list():
    groups = [["wrong", "bad"], ["a", "b", "c", "d"]]
    assert measure(groups, {"a": 1}, ["hit@3", "recall@3"]) == pytest.approx({"hit@3": 1 / 4, "recall@3": 1 / 4})
    assert measure(groups, {"a": 1, "b": 1}, ["hit@4"])["hit@4"] == pytest.approx(1 - (2 / 4) * (1 / 3))


def test_a_known_list():
    relevance = {"a": 2, "b": 0, "c": 1, "missed": 1}
    values = measure([["b"], ["a"], ["unjudged"], ["c"]], relevance)
    dcg, ideal = 3 / math.log2(3) + 1 / math.log2(5), 3 + 1 / math.log2(3) + 1 / math.log2(4)
    expected = {"ndcg@10": dcg / ideal, "recall@10": 2 / 3, "precision@10": 0.2, "hit@10": 1, "mrr": 0.5}
    expected |= {"map": (1 / 2 + 2 / 4) / 3, "auc": (1 + 0) / (3 * 2)}
    assert values == pytest.approx(expected)
    assert tuple(values) == DEFAULT_METRICS


def test_the_best_order_is_worth_1():
    groups = [["a", "b"], ["c"], ["d", "e"]]
    values = measure(groups, {"a": 3, "b": 3, "c": 1}, ["ndcg@10", "ndcg@2", "recall@3", "precision@3", "map", "auc"])
    assert list(values.values()) == pytest.approx([1] * 6)


def test_a_failed_ranking_is_worth_nothing_and_so_never_pays():
    relevance = {"a": 1, "b": 0}
    assert set(measure([], relevance).values()) == {0.0}
    assert measure([[]], relevance) == measure([], relevance)


def test_a_relevant_item_that_was_not_ranked_counts_against_every_metric_that_counts_them():
    found, missed = {"a": 1, "b": 0, "c": 0}, {"a": 1, "b": 0, "c": 0, "missed": 1}
    order = [["b"], ["a"], ["c"]]
    for name in ("ndcg@3", "recall@3", "map", "auc"):
        assert measure(order, missed, [name])[name] < measure(order, found, [name])[name]
    assert measure([["b"], ["c"]], {"missed": 1}, ["auc"]) == {"auc": 0}


def test_nothing_is_defined_where_nothing_is_relevant():
    for relevance in ({}, {"a": 0, "b": -1}):
        assert all(math.isnan(value) for value in measure([["a"], ["b"]], relevance).values())


def test_auc_needs_another_item_to_compare_with():
    assert math.isnan(measure([["a"], ["b"]], {"a": 1, "b": 2}, ["auc"])["auc"])


def test_a_grade_below_0_is_0():
    order = [["spam"], ["a"]]
    assert measure(order, {"spam": -2, "a": 1}) == measure(order, {"spam": 0, "a": 1})


def test_long_lists_of_ties_stay_exact():
    items = [f"i{n}" for n in range(3000)]
    values = measure([items], dict.fromkeys(items[:300], 1), ["hit@10", "mrr", "map", "auc", "recall@30"])
    assert values["recall@30"] == pytest.approx(0.01) and values["auc"] == 0.5
    assert values["hit@10"] == pytest.approx(1 - math.prod((2700 - n) / (3000 - n) for n in range(10)))
    assert 0.24 < values["mrr"] < 0.28 and 0.1 < values["map"] < 0.103


def test_an_item_ranked_twice_is_refused():
    with pytest.raises(InputError, match="item 'b' is ranked twice"):
        measure([["a", "b"], ["c"], ["b"]], {"a": 1})


def test_every_metric_of_the_table_can_be_asked_for():
    asked = {parse_metric(name)[0] for name in DEFAULT_METRICS}
    assert asked == set(METRICS)


@pytest.mark.parametrize(("name", "parsed"), [("ndcg@10", ("ndcg", 10)), ("hit@1", ("hit", 1)), ("auc", ("auc", 0))])
def test_names_are_read(name, parsed):
    assert parse_metric(name) == parsed


@pytest.mark.parametrize("name", ["ndcg", "ndcg@", "ndcg@0", "ndcg@-1", "recall@1.5", "hit@ten", "hit@²"])
def test_a_bad_cut_off_is_refused_with_an_example(name):
    with pytest.raises(InputError, match="as in '[a-z]+@10'"):
        measure([["a"]], {"a": 1}, [name])


def test_a_cut_off_that_a_metric_does_not_have_is_refused():
    with pytest.raises(InputError, match="write 'map'"):
        parse_metric("map@10")


def test_an_unknown_metric_lists_the_known_ones():
    known = r"auc, hit@K, map, mrr, ndcg@K, precision@K, recall@K"
    with pytest.raises(UnknownName, match=rf"unknown metric 'ncdg' \(did you mean 'ndcg@K'\?\); known: {known}$"):
        measure([["a"]], {"a": 1}, ["ncdg"])


@pytest.mark.parametrize(("name", "meant"), [("NDCG@10", "ndcg@10"), ("ncdg@5", "ndcg@5"), ("Recall@ten", "recall@K")])
def test_a_misspelt_metric_is_answered_with_its_own_cut_off(name, meant):
    with pytest.raises(UnknownName, match=rf"unknown metric '{name}' \(did you mean '{meant}'\?\)"):
        parse_metric(name)


def test_several_metrics_in_one_name_are_answered_with_how_to_give_them():
    with pytest.raises(
        InputError,
        match="give each by itself: --metric ndcg@5 --metric recall@5, or metrics = \\['ndcg@5', 'recall@5'\\]$",
    ):
        parse_metric("ndcg@5, recall@5")
