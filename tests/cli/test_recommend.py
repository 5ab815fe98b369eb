import json
import os
from pathlib import Path

import jsonschema
import pytest

from promptrec.cli.options import settings
from promptrec.errors import InputError

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "ranking.schema.json").read_text())


def recommend(promptrec, catalog_file, *words, **given):
    return promptrec("recommend", "--catalog", catalog_file, *words, **given)


def test_json_holds_the_evidence_and_validates(promptrec, catalog_file):
    done = recommend(promptrec, catalog_file, "-p", "soldiers", "--ranker", "bm25", "--json", "-k", "2")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    jsonschema.validate(told, SCHEMA)
    assert told["status"] == "ok" and told["ranker"] == "bm25" and told["seed"] == 0
    assert told["items"][0]["item_id"] == "war" and len(told["items"]) == 2
    assert told["items"][0]["scores"]["bm25"] > 0 and told["items"][0]["rank"] == 1


def test_the_table_has_titles_and_scores(promptrec, catalog_file):
    done = recommend(promptrec, catalog_file, "-p", "a slow train", "--ranker", "bm25")
    assert done.returncode == 0 and "Slow Train" in done.stdout and "query: ok" in done.stdout


def test_nothing_known_is_an_abstention_that_says_so(promptrec, catalog_file):
    done = recommend(promptrec, catalog_file, "--ranker", "bm25", "--json")
    told = json.loads(done.stdout)
    assert told["status"] == "abstained" and "nothing is known" in told["reason"]
    assert [item["item_id"] for item in told["items"]] == ["space", "love", "war"]


def test_a_disliked_item_is_not_recommended(promptrec, catalog_file):
    words = ("-p", "soldiers hold a bridge in a ship", "--disliked", "The Bridge", "--ranker", "bm25", "--json")
    done = recommend(promptrec, catalog_file, *words)
    assert json.loads(done.stdout)["items"][0]["item_id"] == "space"
    assert "war" not in done.stdout


def test_a_reader_that_no_ranker_can_use_is_said(promptrec, catalog_file):
    done = recommend(promptrec, catalog_file, "-p", "a ship", "--ranker", "bm25", "--intent-reader", "model")
    assert "--intent-reader changes nothing with bm25" in done.stderr
    assert "changes" not in recommend(promptrec, catalog_file, "-p", "a ship", "--ranker", "bm25").stderr


def test_history_and_candidates(promptrec, catalog_file):
    words = ("--history", "The Bridge", "--candidates", "love,space", "--ranker", "bm25", "--json")
    told = json.loads(recommend(promptrec, catalog_file, *words).stdout)
    assert sorted(item["item_id"] for item in told["items"]) == ["love", "space"]


@pytest.mark.parametrize(
    ("candidates", "ids"),
    [
        (["Paris, Texas"], ["Paris, Texas"]),
        (["Paris, Texas,a , Paris"], ["Paris, Texas", "Paris", "a"]),
        (['"Paris, Texas",a'], ["Paris, Texas", "a"]),
        (["a", " x y ,,"], ["a", "x y"]),
        (['12" single,"""say"" ""b"""'], ['12" single', '"say" "b"']),
        (["cafe\u0301", "C++,C"], ["C", "C++", "café"]),
    ],
)
def test_ids_that_hold_commas_blanks_and_quotes(promptrec, tmp_path, candidates, ids):
    known = ["Paris, Texas", "Paris", "a", "x y", '12" single', '"say" "b"', "café", "C", "C++", "Texas"]
    rows = [{"id": item_id, "title": f"Title {n}"} for n, item_id in enumerate(known)]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = [word for entry in candidates for word in ("--candidates", entry)]
    done = recommend(promptrec, "c.jsonl", "-p", "title", *words, "--ranker", "bm25", "--json")
    assert done.returncode == 0, done.stderr
    assert sorted(item["item_id"] for item in json.loads(done.stdout)["items"]) == sorted(ids)


@pytest.mark.parametrize("title", ["Paris, Texas", "Learning C++", "The Who", "???"])
def test_a_title_of_the_history_may_hold_commas_and_signs(promptrec, tmp_path, title):
    titles = ["Paris, Texas", "Paris", "Learning C++", "Learning C", "The Who", "???", "!!!"]
    (tmp_path / "c.csv").write_text("id,title\n" + "\n".join(f'{n},"{name}"' for n, name in enumerate(titles)))
    done = recommend(promptrec, "c.csv", "--history", title, "--ranker", "bm25", "--json")
    assert done.returncode == 0, done.stderr
    assert {item["title"] for item in json.loads(done.stdout)["items"]} == set(titles) - {title}


@pytest.mark.model
def test_a_real_model_reads_and_the_output_says_which_engine_and_why(promptrec, catalog_file):
    words = ("-p", "I want to see soldiers and battles", "--engine", "transformers")
    done = recommend(promptrec, catalog_file, *words)
    assert done.returncode == 0, done.stderr
    assert "engine: transformers (asked for; " in done.stdout and "query-likelihood on smollm2-135m" in done.stdout
    assert "The Bridge" in done.stdout and "prompt tokens" in done.stdout
    told = json.loads(recommend(promptrec, catalog_file, *words, "--json").stdout)
    assert told["model"] == "smollm2-135m" and told["templates"][0]["name"] == "general/en/query-likelihood"
    assert told["usage"]["prompt_tokens"] > 50 and told["items"][0]["item_id"] == "war"


@pytest.mark.model
def test_what_a_model_says_whoever_asks_is_asked_once_for_all_runs(promptrec, catalog_file, tmp_path):
    words = ("--engine", "transformers", "--ranker", "item-pmi", "--score-cache", "scores.sqlite", "--json")
    first, again = (json.loads(recommend(promptrec, catalog_file, "-p", p, *words).stdout) for p in ("war", "love"))
    assert (first["usage"]["calls"], again["usage"]["calls"]) == (6, 3)
    (tmp_path / "scores.sqlite").write_text("something else " * 1000)
    refused = recommend(promptrec, catalog_file, "-p", "war", *words)
    assert refused.returncode != 0 and "scores.sqlite" in refused.stderr and "Traceback" not in refused.stderr


BAD = {
    "empty words": (["-p", "  "], "--preferences is empty"),
    "10 MB is shown by the library": (["-p", "word " * 5000], "characters; the limit is"),
    "binary": (["-p", "\x01\x02\x03ab"], "60% of the text is damaged characters"),
    "no items": (["-p", "x", "--candidates", "war,love", "--ranker", "bm25", "-k", "-1"], "k must be at least 1"),
    "only emoji": (["-p", "😀🎬😀"], "no letter or digit"),
    "unknown ranker": (["-p", "x", "--ranker", "bm52"], "did you mean 'bm25'?"),
    "unknown engine": (["-p", "x", "--engine", "gpu"], "known: server, transformers, vllm"),
    "unknown model": (["-p", "x", "--model", "gpt9"], "known: gemma3-270m, smollm2-135m"),
    "a model that looks like markup": (["-p", "x", "--model", "[/]"], "unknown model '[/]'"),
    "unknown template": (["-p", "x", "--template", "flims/en"], "did you mean 'films/en'?"),
    "an unknown template that no ranker reads": (
        ["-p", "x", "--ranker", "bm25", "--template", "nope"],
        "template 'nope'",
    ),
    "a template of no ranker": (["-p", "x", "--ranker", "bm25", "--template", "films"], "did you mean 'films/en'?"),
    "unknown candidate": (["-p", "x", "--ranker", "bm25", "--candidates", "space,wra"], "no item 'wra'; near it: war"),
    "a bad option": (["-p", "x", "--engine-option", "dtype"], "NAME=VALUE"),
    "an unknown option": (["-p", "x", "--engine-option", "dtyp=float32"], "unknown engine option 'dtyp'"),
    "an option given twice": (["-p", "x", "--columns", "title=name", "--columns", "title=id"], "title is given twice"),
    "a slip in our name": (["-p", "x", "--columns", "tilte=name"], "the columns are: id, name (read as tilte), plot"),
    "interactions": (["-p", "x", "--ranker", "item-knn"], "`promptrec evaluate` takes them from a dataset"),
    "a bad column": (["-p", "x", "--columns", "title=label"], "no column 'label'"),
    "k below one": (["-p", "x", "--ranker", "bm25", "-k", "0"], "k must be at least 1"),
    "a dead server": (
        ["-p", "x", "--engine", "server", "--engine-option", "base_url=http://127.0.0.1:9/v1"],
        "cannot reach the server at http://127.0.0.1:9/v1",
    ),
}


# Only the server is not there: the model is.
@pytest.mark.parametrize(
    "case", [*sorted(BAD.keys() - {"a dead server"}), pytest.param("a dead server", marks=pytest.mark.model)]
)
def test_a_mistake_is_one_line_and_exit_code_two(promptrec, catalog_file, case):
    words, said = BAD[case]
    done = recommend(promptrec, catalog_file, *words)
    assert done.returncode == 2
    assert said in done.stderr and done.stderr.startswith("promptrec: error: ")
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,plot\n1,x\n", "no title column; the columns are: id, plot. Rename one, or say which it is"),
        ("id,name\n1,A\n1,B\n", ":3: the ID '1' stands already at"),
        ("", "the file is empty"),
    ],
)
def test_a_catalogue_that_cannot_be_used_names_file_and_line(promptrec, tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    done = promptrec("recommend", "--catalog", path, "-p", "x", "--ranker", "bm25")
    assert done.returncode == 2 and said in done.stderr and "bad.csv" in done.stderr


def test_a_column_without_a_name_is_told_how_to_be_taken_and_can_be(promptrec, tmp_path):
    path = tmp_path / "wines.csv"
    path.write_text(",title,notes\n0,Monte Alto,citrus\n1,Casa Baja,plum\n")
    words = ("recommend", "--catalog", path, "-p", "plum", "--ranker", "bm25", "--json")
    refused = promptrec(*words)
    assert "The first column has no name: write item_id there" in refused.stderr
    assert "--columns item_id= (in Python columns={'item_id': ''})" in refused.stderr
    done = promptrec(*words, "--columns", "item_id=")
    assert done.returncode == 0 and json.loads(done.stdout)["items"][0]["item_id"] == "1"


def test_a_missing_catalogue_and_an_unknown_bundle(promptrec):
    assert "no such file" in promptrec("recommend", "--catalog", "nope.csv", "-p", "x").stderr
    assert "known: films, places-zh" in promptrec("recommend", "--catalog", "bundled:film", "-p", "x").stderr


def test_a_model_that_is_not_added_names_the_command(promptrec, catalog_file, tmp_path):
    done = recommend(promptrec, catalog_file, "-p", "x", PROMPTREC_HOME=str(tmp_path / "empty home"))
    assert done.returncode == 2 and "promptrec model add smollm2-135m" in done.stderr


@pytest.mark.parametrize(
    ("ranker", "words", "said"),
    [
        (
            "bm25",
            ("--template", "films/en", "--score-cache", "."),
            "--template, --score-cache change nothing with bm25",
        ),
        ("bm25", ("--model", "nope", "--engine", "server"), "--model, --engine change nothing with bm25"),
        (
            "bm25:2:random",
            ("--position-bias", "x", "--templates", "."),
            "--templates, --position-bias change nothing with",
        ),
    ],
)
def test_an_option_that_changes_nothing_is_said(promptrec, catalog_file, ranker, words, said):
    done = recommend(promptrec, catalog_file, "-p", "war", "--ranker", ranker, *words, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["ranker"] == ranker
    assert done.stderr.startswith(f"promptrec: {said}") and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_line_and_a_reader_that_left_is_none(promptrec_process, catalog_file, unbuffered):
    words = ("recommend", "--catalog", catalog_file, "-p", "war", "--ranker", "bm25", "--json")
    for command in (words, ("data", "list"), ("--help",)):
        full = os.open("/dev/full", os.O_WRONLY)
        done = promptrec_process(*command, given={"stdout": full}, PYTHONUNBUFFERED=unbuffered)
        os.close(full)
        assert done.returncode == 2 and done.stderr.startswith("promptrec: error: the output or a file cannot be")
        assert "No space left on device" in done.stderr and len(done.stderr.splitlines()) == 1
        reader, writer = os.pipe()
        os.close(reader)
        done = promptrec_process(*command, given={"stdout": writer}, PYTHONUNBUFFERED=unbuffered)
        os.close(writer)
        assert done.returncode == 1 and done.stderr == ""


def test_help_and_version(promptrec):
    assert promptrec("--version").stdout.startswith("promptrec 0.")
    for words in ([], ["recommend"], ["model"], ["template"], ["demo"]):
        done = promptrec(*words, "--help")
        assert done.returncode == 0 and "Usage:" in done.stdout


def test_an_error_of_an_option_that_may_be_secret_holds_it_nowhere():
    with pytest.raises(InputError) as refused:
        settings("--engine-option", ["sk-planted"], secret=True)
    assert refused.value.code == "option-secret-pair" and "planted" not in f"{refused.value} {vars(refused.value)}"
    with pytest.raises(InputError, match="--columns takes NAME=VALUE, got 'title'") as refused:
        settings("--columns", ["title"])
    assert (refused.value.code, refused.value.slots["option"]) == ("option-pair", "--columns")
