import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.evaluate.checks.memorisation import retitle, retitle_item, retitle_query, title_forms


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Matrix, The (1999)", {"Matrix, The (1999)", "Matrix, The", "The Matrix", "Matrix"}),
        ("Star Wars: Episode IV", {"Star Wars: Episode IV", "Star Wars"}),
        ("It", {"It"}),
        ("An Affair", {"An Affair", "Affair"}),
        ("故宫", {"故宫"}),
        ("家", set()),
        ("Bee & Bo", {"Bee & Bo", "Bee and Bo"}),
        ("Hornets' Nest", {"Hornets' Nest", "Hornets’ Nest"}),
    ],
)
def test_the_forms_in_which_running_text_says_a_title(title, said):
    assert set(title_forms(title)) == said


@pytest.mark.parametrize(
    ("text", "old", "expected"),
    [
        ("The Matrix is a film. See the matrix!", "Matrix, The (1999)", "X is a film. See X!"),
        ("In Star Wars a boy leaves.", "Star Wars: Episode IV", "In X a boy leaves."),
        ("It is told that it rains. Italy.", "It", "X is told that it rains. Italy."),
        ("Rockyish Rocky's fight", "Rocky", "Rockyish X's fight"),
        ("故宫博物院在北京", "故宫", "X博物院在北京"),
        ("कमी कम", "कम", "कमी X"),
        ("看Titanic吧", "Titanic", "看X吧"),
        ("$9.99 (2008) cost $9.99.", "$9.99", "X (2008) cost X."),
        ("Nothing here", "Other", "Nothing here"),
    ],
)
def test_titles_are_replaced_as_whole_words(text, old, expected):
    assert retitle(text, {old: "X"}) == expected


def test_many_titles_are_replaced_at_once_the_longest_first():
    assert retitle("A of Alien, Aliens and Up", {"Alien": "Up", "Aliens": "Alien", "Up": "Aliens"}) == (
        "A of Up, Alien and Aliens"
    )


@given(st.text(max_size=30), st.text(min_size=1, max_size=10).filter(str.strip))
def test_any_title_can_be_replaced_and_text_without_it_stays(text, title):
    out = retitle(text, {title: "<new>"})
    if out == text:
        return
    assert "<new>" in out and any(form.casefold() in text.casefold() for form in title_forms(title))


def test_backslashes_and_groups_in_new_titles_are_plain_text():
    assert retitle("see Up now", {"Up": r"\1 \g<0>"}) == r"see \1 \g<0> now"


def test_an_item_loses_its_own_title_in_every_field():
    item = Item(
        item_id="1",
        title="Rocky",
        fields={"description": "Rocky is a boxer.", "cast": ("Rocky Balboa", "Adrian"), "year": 1976},
        popularity=3,
    )
    new = retitle_item(item, "Item 3f2a")
    assert new.title == "Item 3f2a" and (new.item_id, new.popularity) == ("1", 3)
    assert new.fields == {"description": "Item 3f2a is a boxer.", "cast": ("Item 3f2a Balboa", "Adrian"), "year": 1976}
    assert item.fields["description"] == "Rocky is a boxer."


CATALOG = Catalog(
    [
        Item(item_id="m1", title="Alien (1979)"),
        Item(item_id="m2", title="Heat"),
        Item(item_id="m3", title="Crash"),
        Item(item_id="m4", title="Crash"),
    ]
)
NEW = {"m1": "One", "m2": "Two", "m3": "Three", "m4": "Four"}


def test_history_by_id_stays_and_by_title_changes_in_the_texts_too():
    query = Query(
        preferences="Films like Alien and Heat, not Crash.",
        history=("m1", "Heat", "Crash", "Unheard of"),
        context="After Heat.",
        attributes={"age": "9"},
        query_id="q",
    )
    new = retitle_query(query, CATALOG, NEW)
    assert new.history == ("m1", "Two", "Crash", "Unheard of")
    assert new.preferences == "Films like One and Two, not Crash."
    assert new.context == "After Two." and new.attributes == {"age": "9"} and new.query_id == "q"


def test_words_that_are_no_title_of_the_history_are_left_alone():
    query = Query(preferences="I like Heat in summer", history=("m1",))
    assert retitle_query(query, CATALOG, NEW).preferences == "I like Heat in summer"


def test_a_word_in_any_script_with_spaces_has_ends():
    assert retitle("Он и Онегин. Он!", {"Он": "X"}) == "X и Онегин. X!"


def test_a_shorter_form_is_found_where_a_longer_one_ends_inside_a_word():
    assert retitle("Star Wars: Episode II", {"Star Wars: Episode I": "X"}) == "X: Episode II"
