import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import near_duplicates
from promptrec.data.item import Item


def groups(*titles):
    """Groups of places in `titles`; a title may be a pair with its year field."""
    told = [entry if isinstance(entry, tuple) else (entry, None) for entry in titles]
    items = [
        Item(item_id=str(n), title=title, fields={"year": year} if year else {}) for n, (title, year) in enumerate(told)
    ]
    return [tuple(int(item.item_id) for item in group) for group in near_duplicates(items)]


@pytest.mark.parametrize(
    "pair",
    [
        ("Matrix, The (1999)", "The Matrix (1999)"),
        ("Matrix The", "The Matrix"),
        ("THE MATRIX", "the matrix"),
        ("Amélie", "Amelie"),
        ("Spider-Man", "Spider Man"),
        ("Spiderman", "Spider-Man"),
        ("Face/Off", "Face Off"),
        ("红楼梦 ", "红楼梦\u200b"),
        ("The Matrix (1999)", "The Matrix"),
        (("The Matrix", 1999), "Matrix, The (1999)"),
        (("The Matrix", "1999-03-31"), ("Matrix, The", 1999)),
    ],
)
def test_one_thing_entered_twice(pair):
    assert groups(*pair) == [(0, 1)]


@pytest.mark.parametrize(
    "pair",
    [
        ("Rocky II", "Rocky III"),
        ("Rocky 2", "Rocky 3"),
        ("The Matrix (1999)", "The Matrix (2021)"),
        (("Heat", 1986), ("Heat", 1995)),
        (("Heat", 1986), "Heat (1995)"),
        ("Vitamin A", "Vitamin"),
        ("パリ", "バリ"),
        ("1984 (1956)", "1984 (1984)"),
        ("Blade Runner", "Blade Runner 2049"),
        ("!!!", "???"),
    ],
)
def test_two_things_with_titles_alike(pair):
    assert groups(*pair) == []


def test_groups_come_in_catalogue_order_and_hold_every_copy():
    assert groups("B", "Psycho", "A", "b", "psycho!", "PSYCHO") == [(0, 3), (1, 4, 5)]


def test_what_tells_no_year_goes_with_every_edition():
    assert groups(("Heat", 1995), "Heat", ("Heat", 1986)) == [(1, 2), (0, 1)]


@given(
    st.lists(st.sampled_from(["Heat", "The Heat", "heat (1995)", "Heat (1986)", "Rocky II", "Rocky III"]), max_size=9)
)
def test_groups_hold_at_least_two_items_and_keep_their_order(titles):
    for group in groups(*titles):
        assert len(group) > 1
        assert list(group) == sorted(set(group))


@pytest.mark.slow
def test_a_large_catalogue_is_read_in_linear_time():
    titles = [f"Film {n // 2}{'!' if n % 2 else ''}" for n in range(20_000)]
    began = time.process_time()
    assert len(groups(*titles)) == 10_000
    assert time.process_time() - began < 10
