import math

import numpy as np
import pandas as pd
import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.identifiers import identifier, likeness, same_ids
from promptrec.data.interactions import Interactions
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError
from promptrec.recommender import Recommender


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (1.5, "1.5"),
        (2**60 + 1, str(2**60 + 1)),
        (np.int64(7), "7"),
        (np.float64(7), "7"),
        ("007", "007"),
        (" b1 ", "b1"),
        ("1.0", "1.0"),
        ("Ａ１", "A1"),
        ("a&amp;b", "a&b"),
        ("b1\u200b", "b1"),
        (None, ""),
        (math.nan, ""),
        (pd.NA, ""),
    ],
)
def test_an_id_is_text_written_one_way(value, text):
    assert identifier(value) == text


@pytest.mark.parametrize("value", [True, False, np.bool_(True), [1], {"id": 1}, 2.0**53, 1e300, math.inf])
def test_what_is_no_id_or_has_lost_digits_is_refused(value):
    with pytest.raises(InputError, match="ID"):
        identifier(value)


@pytest.mark.parametrize(
    ("written", "known", "pair"),
    [
        (["1.0", "3.0"], ["1", "2", "3"], ("1.0", "1")),
        (["1e+06"], ["1000000"], ("1e+06", "1000000")),
        (["1,234"], ["1234"], ("1,234", "1234")),
        (["'5'"], ["5"], ("'5'", "5")),
        (["B1", "B9"], ["b1", "b2"], ("B1", "b1")),
        (["1", "2"], ["001", "002"], ("1", "001")),
        (["b-1"], ["b_1"], ("b-1", "b_1")),
        (["m1", "m2"], ["1", "2"], ("m1", "1")),
        (["1"], ["film:1"], ("1", "film:1")),
    ],
)
def test_ids_that_are_written_another_way_are_known_again(written, known, pair):
    found = likeness(written, known)
    assert found is not None and (found.written, found.known) == pair


@pytest.mark.parametrize(
    ("written", "known"), [([], ["1"]), (["tt01"], ["x", "y"]), (["x", "y", "1.0"], ["1"]), (["a"], ["b"]), (["1"], [])]
)
def test_other_ids_are_not_taken_for_known_ones(written, known):
    assert likeness(written, known) is None


def test_a_title_is_not_taken_for_an_id_because_of_the_number_in_it():
    assert likeness(["Rocky 2", "Ocean's 11"], ["2", "11"]) is None
    assert likeness(["2.0"], ["2", "11"], are_ids=False) is not None
    assert likeness(["rocky2"], ["2"], are_ids=False) is None


def test_the_same_people_are_found_where_only_one_can_be_meant():
    assert same_ids(["1.0", "u2", "x"], ["1", "u2", "3"]) == {"1.0": "1", "u2": "u2"}
    assert same_ids(["Anna", "BO"], ["anna", "bo", "Bo"]) == {"Anna": "anna"}
    assert same_ids(["a", "A"], ["a"]) == {"a": "a"}, "A is somebody else, since a is there"


def test_from_python_ids_may_be_numbers():
    query = Query(query_id=7, preferences="x", history=[1, 2.0, "Heat"])
    assert (query.query_id, query.history) == ("7", ("1", "2", "Heat"))
    catalog = Catalog([Item(item_id=i, title=f"Film {i}") for i in "12"])
    ranking = Recommender.load(catalog=catalog, ranker="bm25").rank(query, [1, 2])
    assert sorted(ranking.item_ids) == ["1", "2"]


@pytest.mark.parametrize(("column", "value"), [("user_id", True), ("item_id", 2.0**60)])
def test_a_frame_whose_ids_lost_digits_is_refused_with_row_and_column(column, value):
    frame = pd.DataFrame({"user_id": ["u"], "item_id": ["a"]}).astype(object)
    frame.loc[0, column] = value
    with pytest.raises(InputError, match=f"data frame: row 0: {column}: .*ID"):
        Interactions.from_pandas(frame)
