import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError
from promptrec.evaluate.datasets.qrels_file import HIGHEST_GRADE, read_qrels

CATALOG = Catalog([Item(item_id=i, title=f"The {i.upper()}") for i in "abc"])
QUERIES = (Query(query_id="q", preferences="x"), Query(query_id="r", history=("the a", "unknown")))


def read(folder, text, candidates_given=False):
    path = folder / "qrels.txt"
    path.write_text(text, encoding="utf-8")
    return read_qrels(path, CATALOG, QUERIES, candidates_given)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("qr"), st.sampled_from("bc")), st.integers(-3, HIGHEST_GRADE), min_size=1
    ).filter(lambda judged: max(judged.values()) > 0)
)
def test_every_judgement_is_read(tmp_path_factory, judged):
    text = "".join(f"{query}\t0 {item}  {grade}\n\n" for (query, item), grade in judged.items())
    found = read(tmp_path_factory.mktemp("qrels"), text)
    assert {(q, i): grade for q, grades in found.items() for i, grade in grades.items()} == judged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q 0 a\n", "qrels.txt:1: expected 'query_id 0 item_id grade' with a whole grade, got 'q 0 a'"),
        (
            "query_id 0 item_id grade\nq 0 a 1\n",
            "qrels.txt:1: .*if this line has the names of the columns, remove it",
        ),
        ("q 0 a 1\nq 0 a x\n", "qrels.txt:2: expected"),
        ("q 0 a 1.5\n", "qrels.txt:1: expected .* whole grade, got"),
        ("a 0 q 1\n", "qrels.txt:1: the item is written before the query: write 'query_id 0 item_id grade'"),
        ("q,0,a,1\n", "qrels.txt:1: expected .* separated by spaces, not commas, got 'q,0,a,1'"),
        (
            "q 0 a 1\nq 0 z 1\n",
            "qrels.txt:2: the item 'z' is not in the catalogue: correct it, add it to the catalogue, or remove it",
        ),
        ("q 0 a 1\nz 0 a 1\n", "qrels.txt:2: the query 'z' is not among the queries: correct it, or remove it"),
        ("q 0 a 1\nq 0 a 2\n", "qrels.txt:2: the item 'a' is judged twice for query 'q': remove one"),
        ("q 0 a 5000\n", "qrels.txt:1: the grade 5000 is above 100"),
        ("q 0 a 0\n", "qrels.txt: no relevant judgements"),
        ("\n", "qrels.txt: no relevant judgements"),
        ("", "qrels.txt: the file is empty"),
    ],
)
def test_what_cannot_be_a_judgement_is_refused_with_its_line(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        read(tmp_path, text)


def test_what_a_person_knows_cannot_be_right_where_it_is_not_recommended(tmp_path):
    text = "q 0 a 1\nr 0 a 1\n"
    assert read(tmp_path, text, candidates_given=True) == {"q": {"a": 1}, "r": {"a": 1}}
    with pytest.raises(
        InputError, match=r"qrels.txt:2: the item 'a' is in the history of query 'r'.*remove the line, or the entry"
    ):
        read(tmp_path, text)
    assert read(tmp_path, "q 0 a 1\nr 0 a 0\n")["r"] == {"a": 0}
