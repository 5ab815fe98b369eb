import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.template.context import CUT_MARK, item_view, lengths, query_view, shortened
from promptrec.template.front_matter import Header

HEADER = Header(
    kind="yes-no", domain="films", language="en", about="x", fields=("year", "genres", "plot"), truncate=("item.plot",)
)
CHINESE = HEADER.model_copy(update={"language": "zh"})
ITEM = Item(
    item_id="i",
    title="Jaws",
    fields={"year": 1975, "score": 8.1, "genres": ("Thriller", "Drama"), "plot": "A shark bites."},
)
QUERY = Query(preferences="the sea", context="rain", history=("Alien", "Heat", "Jaws"), attributes={"age": "30"})


def test_an_item_has_its_title_its_fields_and_the_declared_ones_it_lacks():
    view = item_view(Item(item_id="7", title="Heat", fields={"year": 1995}), HEADER, label="B")
    assert view == {
        "year": 1995,
        "genres": "",
        "plot": "",
        "title": "Heat",
        "item_id": "7",
        "label": "B",
        "facts": [("year", "1995")],
        "others": [],
    }


@pytest.mark.parametrize(("header", "genres"), [(HEADER, "Thriller, Drama"), (CHINESE, "Thriller、Drama")])
def test_facts_are_every_field_in_words_lists_joined_as_the_language_does(header, genres):
    expected = [("year", "1975"), ("score", "8.1"), ("genres", genres), ("plot", "A shark bites.")]
    assert item_view(ITEM, header)["facts"] == expected


def test_others_are_the_fields_that_the_header_does_not_declare_by_any_of_their_names():
    header = HEADER.model_copy(update={"fields": {"year": ("released",), "genres": ()}})
    fields = {"released": 1975, "rated": "PG", "genres": ("Thriller",), "year": 1976, "plot": "A shark bites."}
    view = item_view(Item(item_id="i", title="Jaws", fields=fields), header, {"item.others": 7})
    assert view["year"] == 1976
    assert view["others"] == [("released", "1975"), ("rated", "PG"), ("plot", "A shark…")]


def test_numbers_stay_numbers_so_that_templates_can_compare_them():
    view = item_view(ITEM, HEADER)
    assert view["year"] == 1975 and view["score"] == 8.1


def test_a_limit_on_a_list_keeps_whole_entries():
    for limit, kept in ((0, []), (7, []), (8, ["Thriller"]), (12, ["Thriller"]), (13, ["Thriller", "Drama"])):
        assert item_view(ITEM, HEADER, {"item.genres": limit})["genres"] == kept


def test_a_limit_cuts_its_own_field_alone():
    view = item_view(ITEM, HEADER, {"item.plot": 7, "query.preferences": 1})
    assert view["plot"] == "A shark…" and view["title"] == "Jaws"
    assert item_view(ITEM, HEADER, {"item.title": 2})["title"] == "Ja…"


def test_a_limit_on_facts_cuts_each_and_zero_leaves_none():
    assert item_view(ITEM, HEADER, {"item.facts": 4})["facts"] == [
        ("year", "1975"),
        ("score", "8.1"),
        ("genres", "Thri…"),
        ("plot", "A sh…"),
    ]
    assert item_view(ITEM, HEADER, {"item.facts": 0})["facts"] == []


@pytest.mark.parametrize(
    ("limit", "kept"),
    [(0, []), (1, ["Jaws"]), (2, ["Heat", "Jaws"]), (3, list(QUERY.history)), (9, list(QUERY.history))],
)
def test_a_limit_on_history_keeps_the_most_recent(limit, kept):
    assert query_view(QUERY, "en", {"query.history": limit})["history"] == kept


def test_a_persons_words_are_cut_apart():
    view = query_view(QUERY, "en", {"query.preferences": 3, "query.context": 0})
    assert (view["preferences"], view["context"], view["attributes"]) == ("the…", "", {"age": "30"})


def test_views_are_copies():
    view = query_view(QUERY, "en")
    view["attributes"]["age"] = "99"
    view["history"].append("x")
    assert QUERY.attributes == {"age": "30"} and QUERY.history == ("Alien", "Heat", "Jaws")


@given(st.text("ab ", max_size=20), st.integers(0, 25))
def test_shortened_text_begins_as_the_text_did_and_says_that_it_was_cut(text, limit):
    short = shortened(text, limit)
    if len(text) <= limit:
        assert short == text
    elif limit == 0:
        assert short == ""
    else:
        assert short.endswith(CUT_MARK) and text.startswith(short[:-1]) and len(short) <= limit + 1
        assert not short[:-1].endswith(" ")


@given(
    st.dictionaries(
        st.sampled_from(["plot", "year", "genres"]),
        st.one_of(st.text("ab", max_size=9), st.integers(0, 999), st.lists(st.text("ab", max_size=5)).map(tuple)),
    )
)
def test_at_their_full_length_nothing_is_cut_and_at_one_less_something_is(fields):
    item = Item(item_id="i", title="Jaws", fields=fields)
    whole = item_view(item, HEADER)
    have = {name: n for name, n in lengths(Query(), [item], HEADER).items() if name.startswith("item.") and n}
    assert item_view(item, HEADER, have) == whole
    for name, n in have.items():
        field = name.removeprefix("item.")
        cut = item_view(item, HEADER, {name: n - 1})
        assert isinstance(fields.get(field), int) or field in ("facts", "others") or cut[field] != whole[field]


def test_lengths_are_of_the_longest_candidate():
    short = Item(item_id="j", title="It", fields={"plot": "Fear."})
    have = lengths(QUERY, [short, ITEM], HEADER)
    assert have["item.title"] == 4 and have["item.plot"] == len("A shark bites.")
    assert have["item.facts"] == len("Thriller, Drama") and have["item.others"] == len("8.1")
    assert have["item.genres"] == len("ThrillerDrama")
    assert (have["query.preferences"], have["query.history"], have["query.context"]) == (7, 3, 4)
    assert lengths(Query(), [], HEADER)["item.title"] == 0
