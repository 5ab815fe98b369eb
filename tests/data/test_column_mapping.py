import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.column_mapping import items_from_rows
from promptrec.errors import InputError


def read(*rows, columns=None):
    return items_from_rows([(f"f.csv:{n}", row) for n, row in enumerate(rows, start=2)], "f.csv", columns)


def refusal(*rows, columns=None):
    with pytest.raises(InputError) as told:
        read(*rows, columns=columns)
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize("id_column", ["item_id", "id", "ID", " itemId ", "movieId", "book_id", "asin", "编号"])
@pytest.mark.parametrize("title_column", ["title", "Title", "name", "标题", "名称", "书名", "片名"])
def test_common_column_names_are_known(id_column, title_column):
    (item,) = read({id_column: "007", title_column: "Dr. No", "year": "1962"})
    assert (item.item_id, item.title, item.fields) == ("007", "Dr. No", {"year": "1962"})


def test_columns_map_our_names_to_theirs_and_what_is_mapped_is_not_a_field_too():
    columns = {"item_id": "nr", "title": "Titel", "popularity": "views", "genres": "Genre"}
    (item,) = read({"nr": "1", "Titel": "A", "views": "12.5", "Genre": "Krimi", "id": "x"}, columns=columns)
    assert (item.item_id, item.title, item.popularity) == ("1", "A", 12.5)
    assert item.fields == {"genres": "Krimi", "id": "x"}


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        ({"title": "label"}, {"title (2)": "Full", "sku": "s", "sold": "3"}),
        ({"item_id": "sku"}, {"item_id (2)": "1", "label": "Short", "sold": "3"}),
        ({"popularity": "sold"}, {"label": "Short", "sku": "s", "popularity (2)": "7"}),
        ({"label": "sku", "sku": "sold"}, {"label": "s", "sku": "3", "label (2)": "Short"}),
    ],
)
def test_no_column_vanishes_behind_a_mapping(columns, fields):
    row = {"item_id": "1", "title": "Full", "label": "Short", "sku": "s", "popularity": "7", "sold": "3"}
    (item,) = read(row, columns=columns)
    assert item.fields == fields


@given(
    st.lists(
        st.sampled_from(["id", "ID", "title", " title", "Title", "name", "x", "x (2)", "popularity"]), unique=True
    ),
    st.dictionaries(
        st.sampled_from(["item_id", "title", "popularity", "x"]), st.sampled_from(["id", "title", "x"]), max_size=3
    ),
)
def test_every_cell_of_every_row_is_somewhere_in_the_item(names, columns):
    row = {name: str(100 + number) for number, name in enumerate(names)}
    try:
        (item,) = read(row, columns=columns)
    except InputError:
        return
    assert {item.item_id, item.title, f"{item.popularity or 0:.0f}", *item.fields.values()} >= set(row.values())


def test_a_column_is_found_whatever_blanks_stand_around_its_name():
    (item,) = read({" Nr\u200b": "1", "Titel ": "A"}, columns={"item_id": "Nr", "title": " Titel"})
    assert (item.item_id, item.title, item.fields) == ("1", "A", {})


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "Unnamed: 0.1", "__index_level_0__", "__index_level_1__"])
def test_the_number_of_a_row_is_no_field_but_may_be_an_id(name):
    (item,) = read({name: "7", "id": "1", "title": "A"})
    assert item.fields == {}
    (item,) = read({name: "7", "title": "A"}, columns={"item_id": name})
    assert item.item_id == "7"


def test_one_column_may_be_both_id_and_title():
    (item,) = read({"page": "Heat"}, columns={"item_id": "page", "title": "page"})
    assert (item.item_id, item.title, item.fields) == ("Heat", "Heat", {})


def test_fields_keep_the_order_of_the_columns_under_clean_names():
    (item,) = read({"z": "1", "id": "1", " a\u200b": "2", "title": "T", "m": "3", "": "0"})
    assert list(item.fields.items()) == [("z", "1"), ("a", "2"), ("m", "3")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", "12"),
        (" x ", "x"),
        (12, 12),
        (12.0, 12),
        (12.5, 12.5),
        (True, "yes"),
        (False, "no"),
        (["a", "", None, math.nan, 3, False], ("a", "3", "no")),
        (("x\u200b", "&amp;"), ("x", "&")),
        ({"lat": 1, "名": "北"}, ("lat: 1", "名: 北")),
        ([{"id": 1, "a": [2, 3]}, ["x", "y"]], ("id: 1; a: 2 / 3", "x / y")),
        (b"caf\xc3\xa9", "café"),
    ],
)
def test_what_a_cell_is_worth(cell, value):
    (item,) = read({"id": "1", "title": "A", "cell": cell})
    assert item.fields == {"cell": value}
    assert type(item.fields["cell"]) is type(value)


@pytest.mark.parametrize("cell", ["", "  ", "&nbsp;", "\u200b", "\ufeff", None, math.nan, [], ["", None]])
def test_a_cell_that_says_nothing_is_left_out(cell):
    (item,) = read({"id": "1", "title": "A", "cell": cell, "popularity": cell})
    assert item.fields == {}
    assert item.popularity is None


def test_numbers_as_ids_and_titles_become_text():
    (item,) = read({"id": 7.0, "title": 1917})
    assert (item.item_id, item.title) == ("7", "1917")


def test_no_title_column_is_told_with_the_columns_found_and_both_remedies():
    said = refusal({"id": "1", "label": "A", "year": "1999"})
    assert said == (
        "f.csv: no title column; the columns are: id, label, year. Rename one, or say which it is: "
        "--columns title=NAME (in Python columns={'title': 'NAME'})"
    )


def test_no_id_column_is_told_with_both_remedies():
    said = refusal({"isbn": "1", "title": "A"})
    assert "no item_id column; the columns are: isbn, title" in said
    assert "--columns item_id=NAME (in Python columns={'item_id': 'NAME'})" in said


def test_a_mapped_column_that_is_not_there_is_told_with_those_that_are():
    said = refusal({"id": "1", "title": "A"}, columns={"title": "Titel"})
    assert said == "f.csv: no column 'Titel' for title; the columns are: id, title"


def test_a_missing_title_and_a_missing_id_are_told_with_their_lines():
    said = refusal({"id": "1", "title": "A"}, {"id": "2", "title": " "}, {"id": "&nbsp;", "title": "C"}, {"title": "D"})
    assert said == "f.csv:3: no title; f.csv:4: no id; f.csv:5: no id: every item needs a title and an ID of its own"


@pytest.mark.parametrize("again", ["a", " a ", "a\u200b", "ａ"])
def test_an_id_given_twice_is_told_with_both_lines(again):
    said = refusal({"id": "a", "title": "A"}, {"id": "b", "title": "B"}, {"id": again, "title": "C"})
    assert said.startswith("f.csv:4: the ID 'a' stands already at f.csv:2")


def test_of_many_complaints_the_first_five_are_listed_and_the_rest_counted():
    said = refusal({"id": "1", "title": "A"}, *({"id": "1", "title": "A"} for _ in range(1000)))
    assert said.count("stands already") == 5
    assert "f.csv:7: " in said
    assert "f.csv:8: " not in said
    assert "; and 995 more: every item needs" in said


@pytest.mark.parametrize(
    "popularity", ["many", "1,234", "1.234,5", "1 234", "45 %", "inf", "-inf", math.inf, True, ["3"]]
)
def test_a_popularity_that_is_no_number_is_told_with_its_line(popularity):
    said = refusal({"id": "1", "title": "A"}, {"id": "2", "title": "B", "popularity": popularity})
    assert said.startswith("f.csv:3: popularity must be a number, got ")


def test_no_rows_are_told():
    assert refusal() == "f.csv: no rows in it: write one for each item"


@pytest.mark.parametrize(
    ("row", "lacking"), [({"id": "1", "label": "A"}, "title"), ({"isbn": "1", "title": "A"}, "item_id")]
)
def test_where_columns_cannot_be_mapped_only_renaming_is_recommended(row, lacking):
    with pytest.raises(InputError) as told:
        items_from_rows([("f.csv:2", row)], "f.csv", None, mappable=False)
    assert str(told.value) == f"f.csv: no {lacking} column; the columns are: {', '.join(row)}. Rename one {lacking}"


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(st.characters(codec=None), max_size=4), CELLS, max_size=4), CELLS)
def test_any_row_is_an_item_or_a_refusal_in_one_line(cells, title):
    try:
        (item,) = read({**cells, "id": "1", "title": title})
    except InputError as error:
        assert str(error).isprintable()
    else:
        assert item.title.strip() == item.title != ""
        assert all(name.strip() for name in item.fields)
