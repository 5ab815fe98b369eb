import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog, by_popularity
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.retrieve.candidates import query_words, retrieve_candidates


def shop(popularity=(None,) * 5):
    titles = ("red tea", "green tea", "black coffee", "cocoa", "milk")
    return Catalog([Item(item_id=t.split()[0], title=t, popularity=p) for t, p in zip(titles, popularity, strict=True)])


def retrieve(catalog, query, size):
    got = retrieve_candidates(catalog, query, size)
    return [item.item_id for item in got.request.candidates], got


def test_what_the_words_find_comes_first_and_the_most_popular_fill_up():
    ids, got = retrieve(shop((1, 2, 3, 9, 5)), Query(preferences="tea"), 4)
    assert sorted(ids[:2]) == ["green", "red"]
    assert ids[2:] == ["cocoa", "milk"]
    said = (
        "only 2 items share a word with what this person said; the rest of the candidates are simply the most popular"
    )
    assert got.note == f"{said} items"
    assert set(got.request.retrieved) == {"green", "red"}
    assert all(score > 0 for score in got.request.retrieved.values())


def test_without_popularity_the_rest_keeps_the_order_of_the_catalogue_and_says_so():
    ids, got = retrieve(shop(), Query(preferences="coffee"), 4)
    assert ids == ["black", "red", "green", "cocoa"]
    said = "only 1 item shares a word with what this person said; the rest of the candidates are simply the first of"
    assert got.note == f"{said} the catalogue"


def test_words_that_find_nothing_are_said_to_find_nothing():
    ids, got = retrieve(shop((1, 2, 3, 9, 5)), Query(preferences="elderflower"), 2)
    assert ids == ["cocoa", "milk"] and got.request.retrieved == {}
    said = "no item shares a word with what this person said; the candidates are simply the most popular items"
    assert got.note == said


def test_nothing_is_remarked_where_every_item_is_a_candidate_anyway():
    ids, got = retrieve(shop(), Query(preferences="coffee", history=("red",)), 50)
    assert len(ids) == 4 and got.note == ""


def test_as_many_hits_as_asked_for_need_no_remark():
    ids, got = retrieve(shop(), Query(preferences="tea coffee"), 2)
    assert len(ids) == 2
    assert got.note == ""


def test_an_empty_query_gets_the_popular_without_a_remark():
    ids, got = retrieve(shop((1, 2, 3, 9, 5)), Query(), 2)
    assert ids == ["cocoa", "milk"]
    assert got.note == ""
    assert got.request.retrieved == {}


def test_what_is_known_already_is_left_out_and_leaves_room_for_others():
    ids, got = retrieve(shop(), Query(preferences="tea coffee", history=("red", "Black Coffee", "unheard-of")), 2)
    assert ids == ["green", "cocoa"]
    assert got.request.query.history == ("red tea", "black coffee", "unheard-of"), "titles are what a model can read"


def test_disliked_items_are_left_out_and_read_by_their_titles():
    ids, got = retrieve(shop(), Query(preferences="tea coffee", history=("red",), disliked=("Black Coffee",)), 2)
    assert (got.request.query.history, got.request.query.disliked) == (("red tea",), ("black coffee",))
    assert not {"red", "black"} & set(ids)


@pytest.mark.parametrize(
    "part", [{"context": "cocoa"}, {"history": ("hot cocoa",)}, {"attributes": {"drink": "cocoa"}}]
)
def test_every_part_of_a_query_is_searched_with(part):
    ids, _ = retrieve(shop(), Query(**part), 1)
    assert ids == ["cocoa"]


def test_query_words_hold_every_value():
    query = Query(preferences="a", context="b", attributes={"n": "c"}, history=("d", "e"))
    assert query_words(query).split("\n") == ["a", "b", "c", "d", "e"]


def test_unknown_popularity_counts_as_none_at_all():
    items = list(shop((None, 2, None, 0.5, None)))
    assert [item.item_id for item in by_popularity(items)] == ["green", "cocoa", "red", "black", "milk"]


@given(
    st.text("teacof milk", max_size=12),
    st.integers(0, 8),
    st.sets(st.sampled_from(["red", "green", "black", "cocoa", "milk", "none"])),
)
def test_candidates_hold_each_item_once_none_known_and_is_as_full_as_can_be(text, size, known):
    catalog = shop()
    words = text if any(sign.isalnum() for sign in text) else ""
    ids, got = retrieve(catalog, Query(preferences=words, history=tuple(sorted(known))), size)
    assert len(set(ids)) == len(ids) == min(size, len([i for i in catalog if i.item_id not in known]))
    assert not set(ids) & known
    assert set(got.request.retrieved) <= set(ids)
