import json

import pytest

from promptrec.errors import InputError
from promptrec.evaluate.dataset_folder import load_dataset


def write(folder, **changes):
    files = {
        "catalog.jsonl": '{"item_id": "a", "title": "A"}\n{"item_id": "b", "title": "B"}\n',
        "queries.jsonl": json.dumps({"query_id": "q", "preferences": "quiet", "history": ["b"], "turns": 3}) + "\n",
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
    assert request.query.preferences == "quiet" and request.query.history == ("b",)
    assert [item.item_id for item in request.candidates] == ["b", "a"]
    assert data.relevance == {"q": {"a": 2}}


def test_without_a_description_the_folder_names_it(tmp_path):
    assert load_dataset(write(tmp_path, **{"dataset.toml": None})).name == tmp_path.name


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("queries.jsonl", "{oops\n", r"queries.jsonl:1: not a JSON object"),
        ("queries.jsonl", '{"preferences": "x"}\n', r"queries.jsonl:1: no field 'query_id'"),
        (
            "queries.jsonl",
            '{"query_id": "q", "preferences": 5}\n',
            "queries.jsonl:1: query 'q': Input should be a valid",
        ),
        ("queries.jsonl", '{"query_id": "q", "preferences": "!!"}\n', "queries.jsonl:1: query 'q': .*no letter"),
        ("candidates.jsonl", "", "query 'q' has no candidates"),
        ("candidates.jsonl", '{"query_id": "q", "candidates": ["z"]}\n', "no item 'z'"),
        ("qrels.txt", "q 0 a\n", r"qrels.txt:1: expected"),
        ("qrels.txt", "q 0 a 1\nq 0 a x\n", r"qrels.txt:2: expected"),
        ("qrels.txt", "q 0 a 1.5\n", r"qrels.txt:1: expected .* whole grade"),
        ("qrels.txt", "q 0 a 1\nq 0 z 1\n", r"qrels.txt:2: the item 'z' is not in the catalogue"),
        ("qrels.txt", "q 0 a 1\nq 0 a 2\n", r"qrels.txt:2: the item 'a' is judged twice for query 'q'"),
        ("qrels.txt", None, "no such file"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(tmp_path, name, text, said):
    with pytest.raises(InputError, match=said):
        load_dataset(write(tmp_path, **{name: text}))


def test_what_is_said_of_the_set_is_read(tmp_path):
    told = 'domain = "films"\nlicence = "CC0"\nsource = "me"\n'
    data = load_dataset(write(tmp_path, **{"dataset.toml": told}))
    assert (data.domain, data.licence, data.source) == ("films", "CC0", "me")
    with pytest.raises(InputError, match="dataset.toml: not readable as TOML"):
        load_dataset(write(tmp_path, **{"dataset.toml": "oops"}))


def test_without_candidates_the_whole_catalogue_is_meant(tmp_path):
    data = load_dataset(write(tmp_path, **{"candidates.jsonl": None}))
    assert not data.candidates_given and data.requests == ()
    assert [query.query_id for query in data.queries] == ["q"]
    assert data.training is None


def test_training_interactions_are_read(tmp_path):
    data = load_dataset(write(tmp_path, **{"interactions.csv": "user_id,item_id,rating\nu,a,4\n"}))
    assert data.training is not None and data.training.users == {"u"} and data.candidates_given


def test_tables_will_do_for_catalogue_and_queries(tmp_path):
    table = 'query_id,preferences,history,attributes.age,note\n007,quiet,b|c,30,no\n8,"loud, fast",,,\n'
    changes = {"catalog.jsonl": None, "catalog.csv": "id,title\na,A\nb,B\n", "queries.jsonl": None}
    shown = '{"query_id": "007", "candidates": ["b"]}\n{"query_id": "8", "candidates": ["a"]}\n'
    data = load_dataset(
        write(tmp_path, **changes, **{"queries.csv": table, "candidates.jsonl": shown, "qrels.txt": "8 0 a 1\n"})
    )
    first, second = data.queries
    assert (first.query_id, first.history, first.attributes) == ("007", ("b", "c"), {"age": "30"})
    assert (second.preferences, second.history, second.attributes) == ("loud, fast", (), {})
    write(tmp_path, **changes, **{"queries.csv": "query_id,preferences\n,x\n"})
    with pytest.raises(InputError, match=r"queries.csv:2: no field 'query_id'"):
        load_dataset(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("catalog.jsonl", '{"item_id": "a", "title": "A!"}\n{"item_id": "b", "title": "B"}\n'),
        ("queries.jsonl", '{"query_id": "q", "preferences": "loud"}\n'),
        ("candidates.jsonl", '{"query_id": "q", "candidates": ["a", "b"]}\n'),
        ("candidates.jsonl", None),
        ("interactions.csv", "user_id,item_id\nu,a\n"),
    ],
)
def test_the_checksum_changes_with_all_that_a_ranker_sees(tmp_path, name, text):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    changed = write(tmp_path / "two", **{name: text})
    assert load_dataset(write(tmp_path / "one")).sha256 != load_dataset(changed).sha256


def test_the_checksum_is_blind_to_the_judgements(tmp_path):
    before = load_dataset(write(tmp_path)).sha256
    assert load_dataset(write(tmp_path, **{"qrels.txt": "q 0 b 1\n"})).sha256 == before


@pytest.mark.parametrize("shown", ['["a", "a"]', '"ab"', "[1]"])
def test_candidates_are_item_ids_each_once(tmp_path, shown):
    with pytest.raises(InputError, match=r"candidates.jsonl:1: query 'q': candidates must be a list"):
        load_dataset(write(tmp_path, **{"candidates.jsonl": f'{{"query_id": "q", "candidates": {shown}}}\n'}))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "queries.jsonl",
            '{"query_id": "q", "likes": "quiet"}\n',
            r"no query says anything: .*fields there are query_id, likes",
        ),
        ("qrels.txt", "q 0 a 0\n", "nothing is right for anybody"),
        ("qrels.txt", "", "nothing is right for anybody"),
        ("qrels.txt", "q 0 a 1\nz 0 a 1\n", r"qrels.txt:2: the query 'z' is not among the queries"),
        ("qrels.txt", "q 0 a 5000\n", r"qrels.txt:1: the grade 5000 is above 100"),
        (
            "candidates.jsonl",
            '{"query_id": "z", "candidates": ["a"]}\n',
            r"candidates.jsonl:1: the query 'z' is not among",
        ),
        (
            "dataset.toml",
            'license = "CC0"\n',
            "unknown field 'license'; known: name, domain, language, licence, source",
        ),
        ("dataset.toml", 'language = "english"\n', "language is a code such as 'en' or 'zh', got 'english'"),
    ],
)
def test_what_would_make_an_evaluation_mean_nothing_is_refused(tmp_path, name, text, said):
    with pytest.raises(InputError, match=said):
        load_dataset(write(tmp_path, **{name: text}))


def test_what_a_person_knows_cannot_be_right_where_it_is_not_recommended(tmp_path):
    told = {"queries.jsonl": '{"query_id": "q", "history": ["A"]}\n'}
    assert load_dataset(write(tmp_path, **told)).relevance == {"q": {"a": 2}}
    (tmp_path / "candidates.jsonl").unlink()
    with pytest.raises(InputError, match=r"qrels.txt:1: the item 'a' is in the history of query 'q'"):
        load_dataset(write(tmp_path, **told, **{"candidates.jsonl": None}))


def test_a_catalogue_without_popularity_takes_the_number_of_interactions(tmp_path):
    data = load_dataset(write(tmp_path, **{"interactions.csv": "user_id,item_id\nu,b\nv,b\n"}))
    assert [item.popularity for item in data.catalog] == [0.0, 2.0]


def test_a_query_stands_there_once(tmp_path):
    with pytest.raises(InputError, match="query 'q' stands there twice"):
        load_dataset(write(tmp_path, **{"queries.jsonl": '{"query_id": "q"}\n' * 2}))
