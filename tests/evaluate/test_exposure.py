import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.evaluate.metrics.beyond_accuracy import ExposureCollapse


def counted(items, firsts):
    """A collapse over (first, candidates) pairs."""
    collapse = ExposureCollapse(items)
    for first, candidates in firsts:
        collapse.add(first, candidates)
    return collapse


def test_the_yardsticks_by_hand():
    # Item 0 is never first with (1/2)(1/2), item 1 and 2 with 1/2 each: 3/4 + 1/2 + 1/2. Item 3 is nobody's.
    collapse = counted(4, [(0, [0, 1]), (0, [0, 2])])
    assert collapse.distinct == 1
    assert collapse.by_chance == pytest.approx(1.75)
    assert 1 <= collapse.ignoring <= 2


def test_three_firsts_for_five_hundred_people_ring():
    alarm = counted(320, [(n % 3, range(320)) for n in range(500)]).alarm()
    assert "3 distinct first items for 500 queries; chance gives 253, one order for everybody 1" in alarm


def test_three_firsts_do_not_ring_where_there_were_only_three_candidates():
    collapse = counted(320, [(n % 3, [0, 1, 2]) for n in range(500)])
    assert collapse.alarm() is None and collapse.spread == pytest.approx(1)


def test_one_first_for_everybody_rings_even_if_it_was_one_of_three():
    assert counted(3, [(1, [0, 1, 2])] * 500).alarm()


@pytest.mark.parametrize("seed", range(5))
def test_one_order_for_everybody_rings_and_a_random_first_does_not(seed):
    rng = random.Random(seed)
    shown = [rng.sample(range(320), 12) for _ in range(300)]
    order = counted(320, [(min(candidates), candidates) for candidates in shown])
    assert order.alarm() and abs(order.spread) < 0.15
    chance = counted(320, [(candidates[0], candidates) for candidates in shown])
    assert chance.alarm() is None and chance.spread == pytest.approx(1, abs=0.15)


def test_sixteen_tastes_of_which_each_has_its_favourite_do_not_ring():
    assert counted(320, [(n % 16, range(320)) for n in range(300)]).alarm() is None


def test_few_queries_never_ring():
    assert counted(320, [(0, range(320))] * 49).alarm() is None
    assert counted(320, [(0, range(320))] * 50).alarm()


def test_candidates_that_hardly_overlap_cannot_tell():
    rng = random.Random(0)
    shown = [rng.sample(range(5000), 10) for _ in range(60)]
    assert counted(5000, [(min(candidates), candidates) for candidates in shown]).alarm() is None


def test_one_candidate_each_leaves_no_choice():
    collapse = counted(9, [(4, [4])] * 60)
    assert math.isnan(collapse.spread) and collapse.alarm() is None
    assert collapse.by_chance == collapse.ignoring == 1


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True), min_size=1, max_size=20))
def test_every_count_lies_between_one_and_the_number_of_candidates(shown):
    collapse = counted(10, [(candidates[-1], candidates) for candidates in shown])
    most = min(len(shown), len({row for candidates in shown for row in candidates}))
    for count in (collapse.distinct, collapse.by_chance, collapse.ignoring):
        assert 1 - 1e-9 <= count <= most + 1e-9
