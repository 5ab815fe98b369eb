import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError
from promptrec.evaluate.datasets.folder import read_candidates

CATALOG = Catalog([Item(item_id=i, title=i.upper()) for i in "abc"])
QUERIES = (Query(query_id="q", preferences="x"), Query(query_id="r", preferences="y"))
GOOD = '{"query_id": "r", "candidates": ["c"]}\n{"query_id": "q", "candidates": ["b", "a"]}\n'


@pytest.fixture
def read(tmp_path):
    def of(text):
        (tmp_path / "candidates.jsonl").write_text(text, encoding="utf-8")
        return read_candidates(tmp_path / "candidates.jsonl", QUERIES, CATALOG)

    return of


def test_requests_stand_in_the_order_of_the_queries_and_candidates_in_their_own(read):
    found = read(GOOD)
    assert [(r.query, [item.item_id for item in r.candidates]) for r in found] == [
        (QUERIES[0], ["b", "a"]),
        (QUERIES[1], ["c"]),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ", "candidates.jsonl: query 'q' has no candidates: every query needs a line"),
        (GOOD.replace('["c"]', "[]"), "query 'r' has no candidates"),
        (GOOD + '{"query_id": "z", "candidates": ["a"]}', "candidates.jsonl:3: the query 'z' is not among the queries"),
        (
            GOOD + '{"query_id": "q", "candidates": ["a"]}',
            "candidates.jsonl:3: query 'q' occurs twice, first at .*jsonl:2",
        ),
        (
            '{"query_id": "q", "items": ["a"]}',
            "candidates.jsonl:1: no field 'candidates'; the fields found are: query_id, items",
        ),
        (
            '{"query_id": "q", "candidates": ["z"]}',
            "candidates.jsonl:1: the item 'z' is not in the catalogue: correct it",
        ),
        (
            '{"query_id": "q", "candidates": ["a", "a"]}',
            "candidates.jsonl:1: the item 'a' occurs twice among the candidates of query 'q'",
        ),
        (
            '{"query_id": "q", "candidates": "ab"}',
            "candidates.jsonl:1: the candidates of query 'q': expected a list of item IDs",
        ),
        ('{"query_id": "q", "candidates": [true]}', "candidates.jsonl:1: an ID is a text or"),
        ('{"query_id": "q", "candidates": [["a"]]}', "candidates.jsonl:1: an ID is a text or"),
        ('{"query_id": "q", "candidates": ["a", null]}', "candidates.jsonl:1: candidates: one of the IDs is empty"),
        ('{"query_id": "", "candidates": ["a"]}', "candidates.jsonl:1: query_id: one of the IDs is empty"),
        ("{}", "candidates.jsonl:1: no field 'query_id'; the fields found are: none$"),
        ('{"query_id": "q", "candidates": [9007199254740993.0]}', "candidates.jsonl:1: .* lost its last digits"),
        ('{"query_id": "q", "candidates": ["A"]}', r"the item 'A' .*; it seems to be 'a' \(the capitals differ\)"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_line(read, text, said):
    with pytest.raises(InputError, match=said):
        read(text)
