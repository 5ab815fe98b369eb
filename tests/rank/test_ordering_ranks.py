import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.rank.ordering import average_ties, rank_scores

A, B, C, D = (Item(item_id=i, title=i) for i in "abcd")


def test_a_place_is_the_number_of_items_behind_and_equals_share_theirs():
    assert rank_scores([[A], [B, C], [D]]) == {"a": 3, "b": 1.5, "c": 1.5, "d": 0}
    assert rank_scores([]) == {}


@given(st.lists(st.integers(1, 5)))
def test_places_fall_from_group_to_group_and_add_up_to_the_same(sizes):
    groups = [[Item(item_id=f"{g}-{n}", title="x") for n in range(size)] for g, size in enumerate(sizes)]
    scores = rank_scores(groups)
    of_groups = [{scores[item.item_id] for item in group} for group in groups]
    assert all(len(shared) == 1 for shared in of_groups)
    assert [min(s) for s in of_groups] == sorted((min(s) for s in of_groups), reverse=True)
    assert sum(scores.values()) == pytest.approx(sum(range(sum(sizes))))


def test_ties_join_through_others():
    assert average_ties({"a": 3, "b": 2, "c": 1, "d": 0}, [("a", "b"), ("c", "b")]) == {"a": 2, "b": 2, "c": 2, "d": 0}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_exactly_neighbours_that_ties_connect_are_levelled(ties):
    scores = {str(n): 2.0**n for n in range(10)}
    told = average_ties(scores, [(str(a), str(b)) for a, b in ties])
    reach = {n: {n} for n in range(10)}
    for _ in range(10):
        for a, b in ties:
            reach[a] = reach[b] = reach[a] | reach[b]
    for n in range(9):
        connected = n in reach[n + 1] or n + 1 in reach[n]
        assert (told[str(n)] == told[str(n + 1)]) == connected
        assert told[str(n)] <= told[str(n + 1)], "nobody falls behind one that it was ahead of"
    assert sum(told.values()) == pytest.approx(sum(scores.values()))
