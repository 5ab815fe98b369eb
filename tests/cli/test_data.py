import json

import pytest
from typer.testing import CliRunner

from promptrec.cli.data import app
from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.datasets.folder import write_dataset
from promptrec.evaluate.datasets.recipes import RECIPES
from promptrec.evaluate.datasets.registry import open_dataset


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PROMPTREC_DATA", str(tmp_path / "data"))
    write_dataset(
        tmp_path / "data" / "mine",
        about={"name": "mine", "domain": "wine", "language": "zh", "licence": "CC0", "source": "a friend"},
        catalog=Catalog([Item(item_id=i, title=i, fields={"grape": "x"}) for i in "abc"]),
        queries=[Query(query_id="q", preferences="dry"), Query(query_id="r", preferences="sweet")],
        candidates={"q": ["a", "b", "c"], "r": ["a", "b"]},
        relevance={"q": {"a": 2, "b": 1, "c": 0}, "r": {"a": 0}},
        training=Interactions.from_tuples([("u", "a", 4)]),
        splits={},
    )


def run(*words):
    done = CliRunner().invoke(app, list(words))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.mark.slow
def test_local_and_public_sets_are_listed_with_terms_and_splits():
    facts = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert next(iter(facts)) == "mine"
    assert facts["mine"]["licence"] == "CC0" and facts["mine"]["here"] == "yes" and facts["mine"]["splits"] == []
    assert facts["ml-100k"]["here"] == "no" and "near-cold-5" in facts["ml-100k"]["splits"]
    assert "forbids redistribution" in facts["ml-100k"]["warning"]
    assert "cold-user" not in facts["goodbooks-10k"]["splits"]
    shown = run("list").stdout
    assert "mine" in shown and "a friend" in shown and "lastfm-2k" in shown


def test_a_description_that_cannot_be_read_is_named_and_the_other_sets_are_listed(tmp_path):
    for name, about in (("broken", "name = "), ("marked", 'source = "[/] a friend"')):
        (tmp_path / "data" / name).mkdir()
        (tmp_path / "data" / name / "qrels.txt").touch()
        (tmp_path / "data" / name / "dataset.toml").write_text(about)
    for words in ((), ("--json",)):
        done = run("list", *words)
        assert done.exit_code == 2 and "mine" in done.stdout and "[/] a" in done.stdout and "planted" in done.stdout
        assert len(done.stderr.splitlines()) == 1 and "broken/dataset.toml:1: not readable as TOML" in done.stderr


def test_what_is_in_a_dataset():
    facts = json.loads(run("info", "mine", "--json").stdout)
    assert len(facts.pop("sha256")) == 64
    assert facts == {
        "name": "mine",
        "domain": "wine",
        "language": "zh",
        "licence": "CC0",
        "source": "a friend",
        "warning": "",
        "items": 3,
        "fields": ["grape"],
        "queries": 2,
        "candidates": 5,
        "relevant": 2,
        "queries_with_relevant": 1,
        "with_words": 2,
        "with_history": 0,
        "with_context": 0,
        "with_attributes": 0,
        "history_entries": 0,
        "history_not_found": 0,
        "ignored_columns": [],
        "remarks": [],
        "training_interactions": 1,
    }
    shown = run("info", "mine").stdout
    assert "queries with relevant:  1\n" in shown and "fields:                 grape\n" in shown


def test_what_is_passed_over_and_not_found_is_counted(tmp_path):
    rows = ({"query_id": "q", "words": "dry", "history": ["a", "Z"]}, {"query_id": "r", "preferences": "sweet"})
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "data" / "mine" / "queries.jsonl").write_text(text, encoding="utf-8")
    facts = json.loads(run("info", "mine", "--json").stdout)
    assert (facts["with_words"], facts["with_history"], facts["ignored_columns"]) == (1, 1, ["words"])
    assert (facts["history_entries"], facts["history_not_found"]) == (2, 1)


def test_without_candidates_all_items_are_meant(tmp_path):
    (tmp_path / "data" / "mine" / "candidates.jsonl").unlink()
    assert json.loads(run("info", "mine", "--json").stdout)["candidates"] == "all"


def test_getting_a_local_set_prints_its_folder(tmp_path):
    assert run("get", "mine").stdout == f"{tmp_path / 'data' / 'mine'}\n"


@pytest.mark.slow
def test_getting_a_public_set_warns_and_says_what_fails(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    for name in ("ml-100k", "ml-100k:near-cold-5"):
        done = CliRunner().invoke(app, ["get", name])
        assert isinstance(done.exception, InputError) and "are you online" in str(done.exception)
        assert "GroupLens forbids redistribution" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("command", ["get", "info"])
def test_an_unknown_name_lists_the_known(command):
    with pytest.raises(UnknownName, match="unknown dataset folder or name 'min'.*did you mean 'mine'"):
        run(command, "min")


def test_the_help_names_every_command_by_the_word_that_calls_it():
    said = run("--help").stdout.splitlines()
    first = next(line for line in said if "Datasets for evaluation" in line)
    words = first.replace(",", " ").replace(".", " ").split()
    assert {command.name or command.callback.__name__ for command in app.registered_commands} <= set(words)


@pytest.mark.parametrize("name", ["mine", "ml-100k", "ml-1m", "lastfm-2k", "goodbooks-10k", "planted"])
def test_info_takes_every_name_that_is_listed(name):
    assert name in {row["name"] for row in json.loads(run("list", "--json").stdout)}
    assert json.loads(run("info", name, "--json").stdout)["name"] == name
    assert run("info", name).exit_code == 0


def test_a_public_set_without_a_split_says_how_it_can_be_split():
    assert "near-cold-5" in run("info", "ml-100k").stdout
    with pytest.raises(
        InputError, match=r"ml-100k has no queries .* ml-100k:cold-user, .*ml-100k:near-cold-5"
    ) as refused:
        open_dataset("ml-100k")
    assert refused.value.code == "dataset-needs-split"
    assert set(refused.value.slots["splits"]) == {name for name in RECIPES if name.startswith("ml-100k:")}


def test_a_generated_set_needs_no_getting():
    assert run("get", "planted").exit_code == 0
