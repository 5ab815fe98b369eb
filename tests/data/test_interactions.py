import gzip
import math
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promptrec.data.interactions import Interaction, Interactions
from promptrec.errors import InputError

ROWS = [("007", "b", 4.0, 20.0), ("007", "a", 2.5, 10.0), ("u", "a", math.nan, math.nan)]
numbers = st.one_of(st.just(math.nan), st.integers(-5, 5).map(float), st.floats(-1e9, 1e9))
words = st.text("abc,\"' é中0", min_size=1, max_size=4).filter(lambda text: text.strip() == text)
rows = st.lists(st.tuples(words, words, numbers, numbers), max_size=8)


def interactions(rows):
    return Interactions.from_interactions(Interaction(*row) for row in rows)


def same(one, other):
    return repr(list(one)) == repr(list(other))


def csv(tmp_path, text, name="ratings.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_a_table_is_read_as_it_stands(tmp_path):
    path = csv(tmp_path, "user_id,item_id,rating,timestamp\n007,b,4,20\n007,a,2.5,10\n\nu,a,,\n")
    read = Interactions.from_csv(path)
    assert same(read, interactions(ROWS))
    assert read.users == {"007", "u"} and read.items == {"a", "b"} and len(read) == 3
    assert repr(read) == "<Interactions: 3 of 2 users with 2 items>"


@pytest.mark.parametrize("header", ["userId,movieId,rating,timestamp", "user,item,score,time", "用户,编号,评分,时间"])
def test_columns_go_by_their_usual_names(tmp_path, header):
    read = Interactions.from_csv(csv(tmp_path, f"{header}\nu,i,3,5\n"))
    assert list(read) == [Interaction("u", "i", 3.0, 5.0)]


def test_columns_of_other_names_can_be_given(tmp_path):
    path = csv(tmp_path, "reader,work,item\nu,i,x\n")
    assert next(iter(Interactions.from_csv(path, columns={"user_id": "reader", "item_id": "work"})))[:2] == ("u", "i")
    with pytest.raises(InputError, match="ratings.csv: no column 'who' for user_id; the columns are: reader, work"):
        Interactions.from_csv(path, columns={"user_id": "who"})
    with pytest.raises(InputError, match=r"no user_id column.*columns=\{'user_id': 'NAME'\}"):
        Interactions.from_csv(path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",i,3,5", "ratings.csv:3: no user_id: every row needs a user and an item"),
        ("u, ,3,5", "ratings.csv:3: no item_id"),
        ("u,i,good,5", "ratings.csv:3: rating must be a number, got 'good'"),
        ("u,i,inf,5", "ratings.csv:3: rating must be a number"),
        ("u,i,3,soon", "ratings.csv:3: timestamp .seconds since 1970.* must be a number, got 'soon'"),
        ("u,i,3,2024-13-01", "ratings.csv:3: timestamp .*got '2024-13-01'"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_line(tmp_path, row, said):
    with pytest.raises(InputError, match=said):
        Interactions.from_csv(csv(tmp_path, f"user_id,item_id,rating,timestamp\nu,i,3,5\n{row}\n"))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1970-01-02", 86400.0),
        ("1970-01-01T00:01:00", 60.0),
        ("1970-01-01 01:00:00+01:00", 0.0),
        ("-5", -5.0),
        ("1e3", 1000.0),
    ],
)
def test_dates_are_seconds_since_1970(tmp_path, written, seconds):
    read = Interactions.from_csv(csv(tmp_path, f"user,item,date\nu,i,{written}\n"))
    assert next(iter(read)).timestamp == seconds


def test_other_files_than_csv(tmp_path):
    (tmp_path / "r.tsv.gz").write_bytes(gzip.compress(b"user_id\titem_id\nu\ti\n"))
    assert next(iter(Interactions.from_file(tmp_path / "r.tsv.gz")))[:2] == ("u", "i")
    lines = csv(tmp_path, '{"user_id": 7, "item_id": "i", "rating": 3}\n', "r.jsonl")
    assert next(iter(Interactions.from_file(lines)))[:3] == ("7", "i", 3.0)


def test_data_frames_of_lenskit_and_tuples_of_cornac():
    frame = pd.DataFrame({"user": [1.0, 2.0], "item": [7, 8], "rating": [3, None], "timestamp": [1, 2]})
    read = Interactions.from_pandas(frame)
    assert same(read, interactions([("1", "7", 3.0, 1.0), ("2", "8", math.nan, 2.0)]))
    assert same(Interactions.from_tuples([("1", "7", 3, 1), (2, 8, math.nan, 2)]), read)
    assert next(iter(Interactions.from_tuples([("u", "i", 1.0)]))).rating == 1.0
    moments = pd.DataFrame({"user_id": ["u"], "item_id": ["i"], "timestamp": [datetime(1970, 1, 2, tzinfo=UTC)]})
    assert next(iter(Interactions.from_pandas(moments))).timestamp == 86400.0
    with pytest.raises(InputError, match="data frame: row 1: no item"):
        Interactions.from_pandas(pd.DataFrame({"user": ["a", "b"], "item": ["x", None]}))
    with pytest.raises(InputError, match="tuples: row 0: expected"):
        Interactions.from_tuples([("u", "i")])


def test_rows_can_be_picked():
    assert list(interactions(ROWS).where([False, True, False])) == [Interaction(*ROWS[1])]


@pytest.mark.slow
@settings(max_examples=40)
@example([("u", "i", math.nan, -0.0)])
@given(rows)
def test_what_is_written_is_read_again(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("written") / "r.csv"
    before = interactions(rows)
    before.to_csv(path)
    after = Interactions.from_csv(path)
    assert same(before, after) and after.sha256 == before.sha256


@pytest.mark.slow
@given(rows, st.randoms(use_true_random=False))
def test_the_checksum_is_blind_to_order_alone(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    assert interactions(mixed).sha256 == interactions(rows).sha256
    assert interactions([*rows, ("new", "a", 1.0, 1.0)]).sha256 != interactions(rows).sha256


def test_a_first_row_that_is_short_does_not_hide_columns(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("user,item,rating,time,store\nu,i\nv,i,4,1,x\n")
    found = Interactions.from_csv(path)
    assert found.frame["rating"].tolist()[1] == 4 and found.frame["timestamp"].tolist()[1] == 1
    assert found.ignored_columns == ("store",) and found.where([True, False]).ignored_columns == ("store",)


def test_ids_are_written_as_those_of_a_catalogue(tmp_path):
    path = tmp_path / "ids.jsonl"
    path.write_text('{"user": 7, "item": "a&amp;b"}\n{"user": 7.0, "item": "Ａ１"}\n')
    assert [row[:2] for row in Interactions.from_file(path)] == [("7", "a&b"), ("7", "A1")]
