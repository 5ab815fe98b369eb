import json

import pytest

from promptrec.errors import InputError
from promptrec.evaluate.dataset import load_dataset


def write(folder, **changes):
    files = {
        "catalog.jsonl": '{"item_id": "a", "title": "A"}\n{"item_id": "b", "title": "B"}\n',
        "queries.jsonl": json.dumps({"query_id": "q", "preferences": "quiet", "history": ["a"], "turns": 3}) + "\n",
        "candidates.jsonl": '{"query_id": "q", "candidates": ["b", "a"]}\n',
        "qrels.txt": "q 0 a 2\n\n",
        "dataset.toml": 'name = "tiny"\nlanguage = "zh"\n',
    }
    for name, text in (files | changes).items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_becomes_requests_and_judgements(tmp_path):
    data = load_dataset(write(tmp_path))
    (request,) = data.requests
    assert (data.name, data.language) == ("tiny", "zh")
    assert request.query.preferences == "quiet" and request.query.history == ("a",)
    assert [item.item_id for item in request.candidates] == ["b", "a"]
    assert data.relevance == {"q": {"a": 2}}


def test_without_a_description_the_folder_names_it(tmp_path):
    assert load_dataset(write(tmp_path, **{"dataset.toml": None})).name == tmp_path.name


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("queries.jsonl", "{oops\n", r"queries.jsonl:1: not a JSON object"),
        ("queries.jsonl", '{"preferences": "x"}\n', r"queries.jsonl:1: no field 'query_id'"),
        ("queries.jsonl", '{"query_id": "q", "preferences": 5}\n', "queries.jsonl: query 'q': Input should be a valid"),
        ("queries.jsonl", '{"query_id": "q", "preferences": "!!"}\n', "queries.jsonl: query 'q': .*no letter"),
        ("candidates.jsonl", "", "query 'q' has no candidates"),
        ("candidates.jsonl", '{"query_id": "q", "candidates": ["z"]}\n', "no item 'z'"),
        ("qrels.txt", "q 0 a\n", r"qrels.txt:1: expected"),
        ("qrels.txt", "q 0 a 1\nq 0 a x\n", r"qrels.txt:2: expected"),
        ("qrels.txt", None, "no such file"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(tmp_path, name, text, said):
    with pytest.raises(InputError, match=said):
        load_dataset(write(tmp_path, **{name: text}))
