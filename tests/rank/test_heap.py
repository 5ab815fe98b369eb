"""The heap alone, asking somebody who knows."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.rank.batched_rounds import run
from promptrec.rank.sorting.base import TOP, best_by_heap

worths = st.lists(st.integers(0, 99), max_size=60)


def best(family):
    (said,) = yield [tuple(family)]
    return said.index(max(said))


def sort(values, arity, judge=lambda n: n):
    """The groups' values, and the families of each round."""
    items = [Item(item_id=f"i{n}", title=str(value)) for n, value in enumerate(values)]
    rounds = []

    def answer(families):
        rounds.append(families)
        return [[judge(int(item.title)) for item in family] for family in families]

    groups = run(best_by_heap(items, arity, best), answer)
    assert sorted(item.item_id for group in groups for item in group) == sorted(item.item_id for item in items)
    return [[int(item.title) for item in group] for group in groups], rounds


@given(worths, st.integers(2, 4))
def test_the_best_ten_are_alone_and_in_order(values, arity):
    groups, _ = sort(values, arity)
    assert groups[:TOP] == [[value] for value in sorted(values, reverse=True)[:TOP]]


@given(worths, st.integers(2, 4))
def test_each_level_of_the_rest_holds_the_children_of_the_one_above(values, arity):
    levels = sort(values, arity)[0][TOP - 1 :]
    assert [len(level) for level in levels[:-1]] == [arity**n for n in range(len(levels) - 1)]
    for above, level in pairwise(levels):
        assert all(above[n // arity] >= value for n, value in enumerate(level))


@given(worths, st.integers(2, 4), st.integers(2, 7))
def test_each_item_comes_back_once_whatever_is_said(values, arity, circle):
    groups, _ = sort(values, arity, judge=lambda n: n * n % circle)
    assert sorted(value for group in groups for value in group) == sorted(values)


@given(worths.filter(lambda values: len(values) > 1), st.integers(2, 4))
def test_levels_are_heapified_together(values, arity):
    _, rounds = sort(values, arity)
    height = math.floor(math.log(len(values) * (arity - 1), arity)) + 1
    assert len(rounds) <= height * (height + 1) / 2 + (TOP - 1) * height
    for families in rounds:
        asked = [item.item_id for family in families for item in family]
        assert len(asked) == len(set(asked)) and all(2 <= len(family) <= arity + 1 for family in families)


@pytest.mark.parametrize("n", [0, 1])
def test_where_there_is_nothing_to_compare_nobody_is_asked(n):
    assert sort(range(n), 3) == ([[0]] * n, [])
