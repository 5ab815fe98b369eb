"""What counts as a like in the interactions that collaborative filtering learns from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptrec.data.interactions import Interactions
from promptrec.rank.baselines.collaborative import likes


@pytest.mark.parametrize(
    ("ratings", "kept"),
    [
        ((1, 2, 3, 4, 5), (4, 5)),
        ((0.5, 3.5, 4, 5), (4, 5)),
        ((1, 7, 8, 10), (8, 10)),
        ((0, 1), (1,)),
        ((3, 3), (3, 3)),
        ((None, None), (None, None)),
        ((None, 1, 5), (None, 5)),
    ],
)
def test_a_rating_in_the_upper_quarter_of_the_scale_is_a_like(ratings, kept):
    training = Interactions.from_tuples((f"u{n}", f"{r}-{n}", r) for n, r in enumerate(ratings))
    found = [item.rpartition("-")[0] for item in likes(training)["item_id"]]
    assert found == [str(r) for r in kept]


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=20), st.sampled_from([1, 2, 4]), st.integers(-8, 8))
def test_the_unit_and_the_origin_of_the_ratings_change_no_like(ratings, unit, origin):
    plain, moved = (
        likes(Interactions.from_tuples((f"u{n}", "i", f(r)) for n, r in enumerate(ratings)))
        for f in (float, lambda r: unit * r + origin)
    )
    assert plain.equals(moved) and len(plain) >= ratings.count(max(ratings))


def test_a_pair_counts_once_however_often_it_was_met():
    training = Interactions.from_tuples([("a", "i1", 1)] * 5 + [("b", "i2", 1)])
    assert sorted(likes(training)["item_id"]) == ["i1", "i2"]
