import json

import pytest

from promptrec.errors import InputError
from promptrec.evaluate.datasets.folder import load_dataset


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
        (
            "catalog.jsonl",
            '{"item_id": "a", "name": "A"}\n{"item_id": "b c", "name": "B"}\n',
            r"catalog.jsonl:2: the item ID 'b c' has white space",
        ),
        ("catalog.jsonl", '{"item_id": "a", "label": "A"}\n', r"no title column; .*item_id, label. Rename one title$"),
        (
            "queries.jsonl",
            '{"query_id": "q", "preferences": "x"}\n{"query_id": "r\\tx"}\n',
            r"queries.jsonl:2: the query ID",
        ),
        ("queries.jsonl", "{oops\n", r"queries.jsonl:1: not JSON"),
        ("candidates.jsonl", '{"query_id": "z", "candidates": ["a"]}\n', r"candidates.jsonl:1: the query 'z' is not"),
        ("qrels.txt", "z 0 a 1\n", r"qrels.txt:1: the query 'z' is not among the queries"),
        ("qrels.txt", None, "no qrels.txt: a dataset folder needs one, with a line 'query_id 0 item_id grade'"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(tmp_path, name, text, said):
    with pytest.raises(InputError, match=said):
        load_dataset(write(tmp_path, **{name: text}))


def test_what_is_said_of_the_set_is_read(tmp_path):
    told = 'domain = "films"\nlicence = "CC0"\nsource = "me"\n'
    data = load_dataset(write(tmp_path, **{"dataset.toml": told}))
    assert (data.domain, data.licence, data.source) == ("films", "CC0", "me")
    with pytest.raises(InputError, match="dataset.toml:1: not readable as TOML"):
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
    assert data.ignored_columns == ("note",)


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('license = "CC0"\n', "unknown field 'license'; known: name, domain, language, licence, source"),
        ('language = "english"\n', "language 'english': write 'en' .* or 'zh'"),
        ('[dataset]\nname = "x"\n', r"remove the line \[dataset\]"),
        ("name = 5\n", "name: expected text in quotes, got 5"),
        ('domain = ["films"]\n', r"domain: expected text in quotes, got \['films'\]"),
        *(
            (f"name = '{name}'\n", "name: .* cannot name a folder")
            for name in ("x/../../y", "/tmp/y", "..", "", r"a\b")
        ),
    ],
)
def test_a_description_that_cannot_be_meant_is_refused(tmp_path, text, said):
    with pytest.raises(InputError, match=f"dataset.toml: {said}"):
        load_dataset(write(tmp_path, **{"dataset.toml": text}))


def test_a_catalogue_without_popularity_takes_the_number_of_interactions(tmp_path):
    data = load_dataset(write(tmp_path, **{"interactions.csv": "user_id,item_id\nu,b\nv,b\n"}))
    assert [item.popularity for item in data.catalog] == [0.0, 2.0]
