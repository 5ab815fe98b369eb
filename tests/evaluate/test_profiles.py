import math

import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interaction, Interactions
from promptrec.data.item import Item
from promptrec.evaluate.datasets.profiles import MAX_HISTORY, grade, profiles, relevance
from promptrec.evaluate.datasets.split import Split
from promptrec.template.loader import load_template

TEMPLATE = load_template("profiles/en", kind="profile")
CATALOG = Catalog(
    [
        Item(item_id="h", title="Heat"),
        Item(item_id="s1", title="Sabrina", fields={"year": 1954}),
        Item(item_id="s2", title="Sabrina", fields={"year": 1995}),
        Item(item_id="i", title="It"),
        Item(item_id="j", title="Jaws"),
        *(Item(item_id=f"n{n}", title=f"Night {n}") for n in range(30)),
    ]
)


def met(user, *rated):
    return tuple(Interaction(user, item_id, float(rating), float(n)) for n, (item_id, rating) in enumerate(rated))


def told(support, people=None, users=("u",), **options):
    test = {user: met(user, ("j", 5)) for user in users}
    made = Split(Interactions.from_interactions([]), support, test)
    return profiles(made, people or {}, CATALOG, TEMPLATE, **options)


@pytest.mark.parametrize(
    ("rating", "expected"), [(1, 0), (3, 0), (3.5, 1), (4, 1), (4.5, 2), (5, 2), (0.5, 0), (math.nan, 1)]
)
def test_grades(rating, expected):
    assert grade(Interaction("u", "i", rating)) == expected


def test_what_was_liked_is_history_and_what_was_not_is_said():
    (profile,) = told({"u": met("u", ("h", 5), ("s1", 4), ("i", 3), ("n1", 1))}, {"u": {"age": "9"}})
    assert profile.query.query_id == "u"
    assert profile.query.preferences == "I am 9 years old. I did not much like It, Night 1."
    assert profile.query.history == ("Heat", "Sabrina (1954)")
    assert profile.query.attributes == {}
    assert profile.shown == ("h", "s1", "i", "n1") and profile.attributes_only == "I am 9 years old."
    assert [CATALOG.find(entry).item_id for entry in profile.query.history] == ["h", "s1"]


def test_the_history_can_go_into_the_words():
    (profile,) = told({"u": met("u", ("h", 5), ("i", 2))}, history_in_text=True)
    assert profile.query.preferences == "I did not much like It. I liked Heat." and profile.query.history == ()
    assert profile.attributes_only == ""


def test_people_come_in_order_and_one_who_is_unknown_is_empty():
    first, second = told({"b": met("b", ("h", 5))}, {"a": {"age": "1"}, "z": {"age": "2"}}, users=("b", "a"))
    assert (first.query.query_id, first.query.preferences, first.shown) == ("a", "I am 1 years old.", ())
    assert (second.query.query_id, second.query.preferences) == ("b", "") and second.query.history == ("Heat",)
    (nobody,) = told({})
    assert nobody.query.is_empty


def test_only_the_last_of_a_long_history_is_told_but_all_of_it_is_known_to_the_scan():
    (profile,) = told({"u": met("u", *((f"n{n}", 5) for n in range(30)))})
    assert profile.query.history == tuple(f"Night {n}" for n in range(30 - MAX_HISTORY, 30))
    assert len(profile.shown) == 30


def test_items_without_a_title_are_not_told():
    (profile,) = told({"u": met("u", ("gone", 5), ("h", 5))})
    assert profile.query.history == ("Heat",)


def test_relevance_is_graded_by_user_and_item():
    assert relevance({"u": met("u", ("j", 5), ("h", 2)), "v": ()}) == {"u": {"j": 2, "h": 0}, "v": {}}
