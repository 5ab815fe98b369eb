"""What the page says of results."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.authoring.run_tests import Outcome
from promptrec.evaluate.stats.comparison import compare
from promptrec.studio.job_views import ab_result, failed_expectations, rank_changes
from promptrec.template.test_case import TemplateTest


@pytest.mark.parametrize(
    ("a", "b", "better", "needs"),
    [
        ([0.0] * 12, [1.0] * 12, "edited", False),
        ([1.0] * 12, [0.0] * 12, "saved", False),
        ([0.5, 0.6], [0.6, 0.4], "none", True),
    ],
)
def test_what_ab_found_is_told_by_what_the_page_calls_the_two(a, b, better, needs):
    values = [{"ndcg@10": {str(n): value for n, value in enumerate(side)}} for side in (a, b)]
    comparison = compare(*values, ["ndcg@10"], ("wine (saved)", "wine (edited)"))
    result = ab_result(SimpleNamespace(comparison=comparison, metric="ndcg@10"))
    assert (result["better"], result["needs"] is not None) == (better, needs)


def test_what_a_test_found_is_told_title_by_title():
    wanted = TemplateTest(preferences="x", top=2, include=("A", "B"), exclude=("C",))
    ranking = SimpleNamespace(items=[SimpleNamespace(title=t, rank=r) for r, t in enumerate("CABD", start=1)])
    assert failed_expectations(Outcome(wanted, False, "", ranking)) == [("include", "B", 3), ("exclude", "C", 1)]
    assert failed_expectations(Outcome(wanted, False, "", SimpleNamespace(items=[]))) == []


@given(st.permutations(range(6)), st.permutations(range(6)))
def test_moves_are_differences_of_places_and_sum_to_nothing(old, new):
    changes = rank_changes([str(n) for n in old], [str(n) for n in new])
    assert sum(changes.values()) == 0
    assert all(old.index(int(i)) - new.index(int(i)) == move for i, move in changes.items())


def test_an_item_that_was_not_there_has_not_moved():
    assert rank_changes(["a"], ["b", "a"]) == {"b": None, "a": -1}
    assert rank_changes([], ["a"]) == {"a": None}
