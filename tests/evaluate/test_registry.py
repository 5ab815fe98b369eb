import json

import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.datasets.folder import write_dataset
from promptrec.evaluate.datasets.registry import find_dataset, known_datasets, local_datasets, open_dataset

ABOUT = {"name": 'a "quoted" name', "domain": "films", "language": "zh", "licence": "CC0", "source": "我"}
QUERIES = (Query(query_id="q1", preferences="quiet", history=("C",), attributes={"age": "3"}), Query(query_id="q2"))


def write(folder, candidates=None):
    items = [Item(item_id="a", title="A", fields={"genres": ("x", "y")}), Item(item_id="b", title="B")]
    write_dataset(
        folder,
        about=ABOUT,
        catalog=Catalog(items),
        queries=QUERIES,
        candidates=candidates,
        relevance={"q1": {"a": 2, "b": 0}, "q2": {"b": 1}},
        training=Interactions.from_tuples([("u", "b", 4, 10), ("v", "b", 2.5, 11)]),
        splits={"scheme": "none"},
    )
    return folder


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PROMPTREC_DATA", str(tmp_path / "data"))


def test_what_is_written_is_read_again(tmp_path):
    data = open_dataset(write(tmp_path / "new" / "set", {"q1": ["b", "a"], "q2": ["a"]}))
    assert (data.name, data.domain, data.language, data.licence, data.source) == tuple(ABOUT.values())
    assert data.queries == QUERIES and data.candidates_given
    assert [[item.item_id for item in request.candidates] for request in data.requests] == [["b", "a"], ["a"]]
    assert data.relevance == {"q1": {"a": 2, "b": 0}, "q2": {"b": 1}}
    assert data.catalog["a"].fields == {"genres": ("x", "y")}
    assert [item.popularity for item in data.catalog] == [0, 2]
    assert [one[:3] for one in data.training] == [("u", "b", 4.0), ("v", "b", 2.5)]
    assert json.loads((tmp_path / "new" / "set" / "splits.json").read_text()) == {"scheme": "none"}


def test_candidates_may_be_left_out(tmp_path):
    folder = write(tmp_path / "set")
    assert not (folder / "candidates.jsonl").exists() and not open_dataset(folder).candidates_given


def test_a_folder_of_data_goes_by_its_name(tmp_path):
    folder = write(tmp_path / "data" / "mine")
    (tmp_path / "data" / "no queries").mkdir()
    assert find_dataset("mine") == folder and open_dataset("mine").queries == QUERIES
    assert local_datasets() == ["mine"] and known_datasets()[0] == "mine"
    assert "ml-100k:near-cold-5" in known_datasets()


def test_a_folder_on_the_spot_comes_before_a_name(tmp_path, monkeypatch):
    write(tmp_path / "data" / "mine")
    here = write(tmp_path / "here" / "mine")
    monkeypatch.chdir(here.parent)
    assert find_dataset("mine").resolve() == here


def test_a_name_nobody_knows_is_answered_with_the_nearest_and_the_command_that_lists_all(tmp_path):
    with pytest.raises(UnknownName) as told:
        open_dataset("ml-100k:near-cold")
    assert str(told.value).startswith(
        "unknown dataset folder or name 'ml-100k:near-cold' (did you mean 'ml-100k:near-cold-"
    )
    assert str(told.value).endswith("; `promptrec data list` lists the known") and len(str(told.value)) < 150


def test_a_misspelt_folder_is_answered_with_the_one_beside_it(tmp_path, monkeypatch):
    write(tmp_path / "here" / "mine")
    (tmp_path / "here" / "mien-of-pictures").mkdir()
    monkeypatch.chdir(tmp_path)
    for missing, meant in (("here/mien", "here/mine/"), (tmp_path / "here" / "mien", f"{tmp_path}/here/mine/")):
        with pytest.raises(UnknownName) as told:
            open_dataset(missing)
        assert f"(did you mean {meant!r}?)" in str(told.value)


def test_columns_that_are_passed_over_are_told_once(tmp_path):
    folder = write(tmp_path / "set")
    said = []
    open_dataset(folder, said.append)
    assert said == []
    (folder / "queries.jsonl").write_text(
        '{"query_id": "q1", "words": "quiet", "history": ["C"]}\n{"query_id": "q2", "words": "loud", "branch": "x"}\n'
    )
    open_dataset(folder, said.append)
    assert len(said) == 1 and said[0].endswith("passed over: words (did you mean preferences?), branch")


def test_a_folder_that_is_no_dataset_says_what_it_lacks(tmp_path):
    (tmp_path / "data" / "ml-100k:cold-user").mkdir(parents=True)
    with pytest.raises(InputError, match="no catalog.jsonl, catalog.csv or catalog.parquet: a dataset folder needs"):
        open_dataset("ml-100k:cold-user")


@pytest.mark.parametrize("name", ["planted", "mine"])
def test_a_folder_of_results_of_a_sets_name_does_not_hide_it(tmp_path, monkeypatch, name):
    write(data_folder := tmp_path / "data" / "mine", {"q1": ["b", "a"], "q2": ["a"]})
    monkeypatch.setenv("PROMPTREC_DATA", str(data_folder.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / name / "planted").mkdir(parents=True)
    (tmp_path / name / "evaluation.json").write_text("{}")
    assert len(open_dataset(name).queries) > 1


def test_a_folder_whose_name_is_no_text_is_refused(tmp_path):
    with pytest.raises(InputError, match="not in UTF-8"):
        find_dataset(str(tmp_path / "donn\udce9es"))
