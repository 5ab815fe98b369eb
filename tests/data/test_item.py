import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from promptrec.data.clean import clean_text
from promptrec.data.item import Item
from promptrec.errors import InputError


def test_text_is_cleaned_on_the_way_in_and_numbers_stay_numbers():
    item = Item(
        item_id=" a\u200b1 ",
        title="\ufeffTom &amp; Jerry\r\n",
        fields={"plot": "x\ufdd0y", "year": 1940, "score": 7.5, "cast": ("Ａ", "B\x00")},
        popularity=3,
    )
    assert item.item_id == "a1"
    assert item.title == "Tom & Jerry"
    assert item.fields == {"plot": "xy", "year": 1940, "score": 7.5, "cast": ("A", "B")}
    assert item.popularity == 3.0


@pytest.mark.parametrize("empty", ["", "  ", "\u200b", "&#8203;", "\ud800"])
@pytest.mark.parametrize("field", ["item_id", "title"])
def test_an_item_needs_an_id_and_a_title_that_can_be_seen(field, empty):
    with pytest.raises(InputError, match="non-empty item_id and title"):
        Item(**({"item_id": "1", "title": "x"} | {field: empty}))


def test_an_item_is_frozen_and_knows_no_other_names():
    item = Item(item_id="1", title="x")
    with pytest.raises(ValidationError, match="frozen"):
        item.title = "y"
    with pytest.raises(ValidationError, match="Extra inputs"):
        Item(item_id="1", title="x", year=1999)


@given(st.text(min_size=1).filter(lambda t: clean_text(t).strip()), st.text())
def test_an_item_made_of_an_items_text_is_the_same(title, plot):
    item = Item(item_id="1", title=title, fields={"plot": plot})
    assert Item(**item.model_dump()) == item
