import pytest

from promptrec.data.formats.trec import read_run
from promptrec.errors import InputError


def test_the_score_decides_and_not_the_rank(tmp_path):
    path = tmp_path / "run.trec"
    path.write_text("q1 Q0 a 1 0.5 me\nq1 Q0 b 2 0.9 me\n\nq2 Q0 a 1 -3 me\nq1 Q0 c 3 5e-1 me\n")
    assert read_run(path) == {"q1": [("b", 0.9), ("a", 0.5), ("c", 0.5)], "q2": [("a", -3.0)]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_and_signs_of_other_programs_do_not_part_ids_from_ours(tmp_path, encoding):
    path = tmp_path / "run.trec"
    path.write_bytes("q1 Q0 a&amp;b 1 0.5 me\r\nq1 Q0 １ 2 0.4 me\r\n".encode(encoding))
    assert read_run(path) == {"q1": [("a&b", 0.5), ("1", 0.4)]}


@pytest.mark.parametrize("line", ["q Q0 a 1 0.5", "q Q0 a 1 high me", "q Q0 a 1 nan me", "q Q0 a 1 inf me", "a,b"])
def test_a_line_of_another_form_is_said_with_its_number(tmp_path, line):
    path = tmp_path / "run.trec"
    path.write_text(f"q Q0 z 1 2 me\n{line}\n")
    with pytest.raises(InputError, match=r"run.trec:2: expected 'query_id Q0 item_id rank score tag', got"):
        read_run(path)


def test_an_item_stands_once_for_a_query(tmp_path):
    path = tmp_path / "run.trec"
    path.write_text("q Q0 a 1 2 me\np Q0 a 1 2 me\nq Q0 a 2 1 me\n")
    with pytest.raises(InputError, match="run.trec:3: the item 'a' stands twice for the query 'q'"):
        read_run(path)
