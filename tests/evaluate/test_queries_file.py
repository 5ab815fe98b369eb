import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.errors import InputError
from promptrec.evaluate.datasets.queries_file import read_queries


@pytest.fixture
def table(tmp_path):
    """Writes a queries.csv."""

    def write(text):
        path = tmp_path / "queries.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def lines(tmp_path):
    """Writes a queries.jsonl, a line for each row."""

    def write(*rows):
        path = tmp_path / "queries.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


def refusal(path):
    with pytest.raises(InputError) as told:
        read_queries(path)
    assert "\n" not in str(told.value) and str(told.value).startswith(str(path))
    return str(told.value).removeprefix(f"{path.parent}/")


def test_a_table_has_history_in_one_cell_and_attributes_in_columns(table):
    queries, ignored_columns = read_queries(
        table("query_id, preferences,history,attributes.age\n 7 ,x,A| B|,30\nr,y,,\n")
    )
    assert ignored_columns == ()
    assert [(q.query_id, q.preferences, q.history, q.attributes) for q in queries] == [
        ("7", "x", ("A", "B"), {"age": "30"}),
        ("r", "y", (), {}),
    ]


def test_columns_that_nobody_reads_are_told_with_what_may_be_meant(table):
    text = "query_id,words,history,age,branch,attributes_mood,Context,attributes\nq,x,A,3,b,m,c,d\n"
    _, ignored_columns = read_queries(table(text))
    assert ignored_columns == (
        "words (did you mean preferences?)",
        "age (did you mean attributes.age?)",
        "branch",
        "attributes_mood",
        "Context (did you mean context?)",
        "attributes",
    )


def test_a_column_that_is_there_is_not_suggested(table):
    _, ignored_columns = read_queries(table("query_id,preferences,words,preference\nq,x,y,z\n"))
    assert ignored_columns == ("words", "preference")


def test_in_json_lines_an_attribute_stands_in_attributes(lines):
    row = {"query_id": "q", "preferences": "x", "age": "3", "attributes.mood": "m", "turns": 3}
    queries, ignored_columns = read_queries(lines(row))
    assert queries[0].attributes == {}
    assert ignored_columns == (
        'age (did you mean "attributes": {"age": …}?)',
        'attributes.mood (did you mean "attributes": {"mood": …}?)',
        "turns",
    )


@given(names=st.lists(st.text("abc ", min_size=1).filter(str.strip).map(str.strip), max_size=4, unique=True))
def test_what_is_told_and_what_is_passed_over_are_all_there_is(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("queries") / "queries.csv"
    path.write_text(
        ",".join(["query_id", "preferences", *(f"attributes.{n}" for n in names), *(f"x{n}" for n in names)])
    )
    cells = ["q", "words", *(f"told {n}" for n in names), *("lost" for _ in names)]
    path.write_text(path.read_text() + "\n" + ",".join(cells) + "\n")
    (query,), ignored_columns = read_queries(path)
    assert query.attributes == {n: f"told {n}" for n in names}
    assert ignored_columns == tuple(f"x{n}" for n in names)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "id,preferences\nq,x\n",
            "queries.csv:1: no column 'query_id'; the columns are: id (did you mean query_id?), preferences. Rename",
        ),
        ("query_id,preferences\nq,x\n,y\n", "queries.csv:3: no query_id in this row"),
        ("preferences,query_id\nx,q\ny\n", "queries.csv:3: no query_id in this row"),
        ("query_id,preferences\n", "queries.csv: the file has no rows"),
        ("query_id,preferences\nthe one,x\n", "queries.csv:2: the query ID 'the one' has white space in it"),
        (
            "query_id,words,branch\nq,x,y\n",
            "queries.csv: every query is empty: fill one of preferences, history, disliked, context, attributes; "
            "the fields found are query_id, words (did you mean preferences?), branch",
        ),
        ("query_id,preferences\nq,\n", "queries.csv: every query is empty"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused_with_its_line(table, text, said):
    assert refusal(table(text)).startswith(said)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"preferences": "x"}, "queries.jsonl:1: no field 'query_id'; the fields are: preferences. Rename"),
        ({"query_id": "", "preferences": "x"}, "queries.jsonl:1: no query_id in this row"),
        ({"query_id": True}, "queries.jsonl:1: an ID is a text or a whole number, got True"),
        ({"query_id": None, "preferences": "x"}, "queries.jsonl:1: no query_id in this row"),
        (
            {"query_id": "q", "preferences": 5},
            "queries.jsonl:1: query 'q': preferences: expected text in quotes, got 5",
        ),
        (
            {"query_id": "q", "history": "Heat"},
            "queries.jsonl:1: query 'q': history: expected a list of texts, such as",
        ),
        (
            {"query_id": "q", "attributes": [1]},
            "queries.jsonl:1: query 'q': attributes: expected texts by name, such as",
        ),
        ({"query_id": "q", "preferences": "!!"}, "queries.jsonl:1: the text has no letter"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_what_was_expected(lines, row, said):
    assert refusal(lines(row)).startswith(said)


def test_a_long_value_is_not_told_whole(lines):
    assert len(refusal(lines({"query_id": "q", "preferences": ["word"] * 5000}))) < 200


def test_a_query_stands_there_once_and_both_lines_are_told(lines):
    said = refusal(lines({"query_id": "q", "preferences": "x"}, {"query_id": "r"}, {"query_id": "q"}))
    assert said.startswith("queries.jsonl:3: query 'q' occurs twice, first at ")
    assert said.endswith("queries.jsonl:1: remove one")


def test_disliked_items_are_part_of_a_data_set(planted_dataset):
    data = planted_dataset(users=2)
    disliking = tuple(query.model_copy(update={"disliked": ("a",)}) for query in data.queries)
    assert replace(data, queries=disliking).sha256 != replace(data).sha256 == data.sha256
