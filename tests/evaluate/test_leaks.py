import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError
from promptrec.evaluate.datasets.leaks import Leak, check_leaks, find_leaks
from promptrec.evaluate.datasets.profiles import Profile

TITLES = {
    "it": "It",
    "m": "M",
    "night": "It Happened One Night",
    "heat": "Heat",
    "alley": "Nightmare Alley",
    "seven": "Seven (Se7en)",
    "usual": "The Usual Suspects",
    "amelie": "Amélie",
    "writer": "The Writer",
    "c": "Learning C",
    "zh": "卧虎藏龙",
    "zh2": "英雄",
}
CATALOG = Catalog(
    [Item(item_id=i, title=title) for i, title in TITLES.items()]
    + [Item(item_id=f"s{year}", title="Sabrina", fields={"year": year}) for year in (1954, 1995)]
)


def leaks(target, words="", history=(), shown=(), attributes_only=None, grade=1):
    profile = Profile(Query(query_id="q", preferences=words, history=history), shown, attributes_only)
    return [(leak.item_id, leak.where) for leak in find_leaks([profile], {"q": {target: grade}}, CATALOG)]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("alley", "I loved Nightmare Alley."),
        ("alley", "something like NIGHTMARE   ALLEY!"),
        ("usual", "films such as usual suspects"),
        ("usual", "Usual Suspects, The"),
        ("c", "I am reading Learning C."),
        ("night", "I liked It happened one night and more"),
        ("zh", "我喜欢卧虎藏龙那样的电影。"),
    ],
)
def test_a_title_in_the_words_is_a_leak(target, words):
    assert leaks(target, words) == [(target, "words")]
    assert leaks(target, words, attributes_only="I am 9.") == [(target, "words")]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("it", "I like it when it rains. It is quiet."),
        ("m", "I am M. and 40."),
        ("heat", "I cannot stand the heat"),
        ("writer", "I am a writer."),
        ("alley", "a nightmare in an alley"),
        ("alley", "nightmare alleys"),
        ("c", "I am reading Learning C++ and Learning C#."),
        ("zh2", "我喜欢英雄的故事"),
    ],
)
def test_words_that_are_a_short_title_by_chance_are_none(target, words):
    assert leaks(target, words) == []


@pytest.mark.parametrize("target", ["writer", "m", "it"])
def test_a_profile_of_attributes_alone_never_alarms(target):
    words = "I am M. My occupation: writer. It is all I say."
    assert leaks(target, words, attributes_only=words) == []


def test_attributes_can_leak_a_title_of_several_words():
    words = "My favourite: Nightmare Alley."
    assert leaks("alley", words, attributes_only=words) == [("alley", "words")]
    assert leaks("alley", words, shown=("alley",), attributes_only=words) == [("alley", "history")]


@pytest.mark.parametrize(
    ("target", "title"), [("writer", "The Writer"), ("heat", "Heat"), ("it", "It"), ("amelie", "Amelie")]
)
def test_beyond_the_attributes_even_a_short_title_is_a_leak(target, title):
    attributes = "My occupation: writer."
    assert leaks(target, f"{attributes} I liked {title}.", attributes_only=attributes) == [(target, "words")]


def test_a_short_title_inside_a_longer_one_that_may_be_told_is_none():
    words = "I liked It Happened One Night."
    assert leaks("it", words, shown=("night",), attributes_only="") == []
    assert leaks("it", words + " I liked It.", shown=("night",), attributes_only="") == [("it", "words")]


@pytest.mark.parametrize("words", ["I liked Se7en.", "I liked seven.", "I liked Seven (Se7en)."])
def test_either_title_of_two_is_found(words):
    assert leaks("seven", words, attributes_only="") == [("seven", "words")]


@pytest.mark.parametrize("entry", ["Heat", "heat", "usual suspects, the", "it", "M", "英雄", "seven (se7en)"])
def test_in_a_history_every_title_counts(entry):
    target = CATALOG.find(entry).item_id
    assert leaks(target, history=("Nightmare Alley", entry)) == [(target, "history")]
    assert leaks(target, history=(target,)) == [(target, "history")]
    assert leaks(target, history=("Nightmare Alley",)) == []


def test_a_remake_is_another_film():
    assert leaks("s1995", history=("Sabrina (1954)",), shown=("s1954",), attributes_only="") == []
    assert leaks("s1995", history=("Sabrina (1995)",)) == [("s1995", "history")]
    assert leaks("s1995", history=("Sabrina",)) == [("s1995", "history")]


def test_an_item_that_may_be_told_and_is_asked_is_a_leak_even_unsaid():
    assert leaks("heat", shown=("heat",), attributes_only="") == [("heat", "history")]


def test_only_relevant_items_can_leak():
    assert leaks("alley", "Nightmare Alley", grade=0) == []
    assert leaks("not in the catalogue", "Nightmare Alley") == []


def test_the_scan_fails_with_query_and_title():
    profiles = [
        Profile(Query(query_id="q1", preferences="Nightmare Alley")),
        Profile(Query(query_id="q2", history=("Heat",))),
        Profile(Query(query_id="q3", preferences="Nightmare Alley")),
    ]
    relevance = {"q1": {"heat": 1}, "q2": {"heat": 2}, "q3": {"alley": 1}}
    assert find_leaks(profiles, relevance, CATALOG) == [
        Leak("q2", "heat", "Heat", "history"),
        Leak("q3", "alley", "Nightmare Alley", "words"),
    ]
    with pytest.raises(
        InputError, match=r"query 'q2': .* item 'heat', 'Heat', occurs in its history \(2 such in all\)"
    ):
        check_leaks(profiles, relevance, CATALOG)
    check_leaks(profiles[:1], relevance, CATALOG)
