import json
import re

import pytest

CATALOG = """item_id,title,description
b1,Slow Rain,A widower learns to cook in a fishing village.
b2,Fast Money,Two brothers rob the same bank three times.
b3,The Long Winter,A family waits for the snow to melt.
"""
QUERIES = """query_id,preferences,history
anna,quiet stories about food and families,
bo,"crime, and it may be funny",The Long Winter
"""
QRELS = "anna 0 b1 2\nanna 0 b3 1\nbo 0 b2 1\n"


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, text in (("catalog.csv", CATALOG), ("queries.csv", QUERIES), ("qrels.txt", QRELS)):
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def no_models(tmp_path):
    return {"PROMPTREC_HOME": str(tmp_path / "home")}


@pytest.mark.slow
def test_a_folder_of_ones_own_becomes_a_report(promptrec, mine, tmp_path, no_models):
    done = promptrec("evaluate", "mine", "--ranker", "bm25", "--out", "runs/mine", **no_models)
    assert done.returncode == 0, done.stderr
    assert "bm25" in done.stdout and "report: runs/mine/report.html" in done.stdout
    assert done.stderr.splitlines() == ["random on mine: 0 of 2 people, 0%", "bm25 on mine: 0 of 2 people, 0%"]
    page = (tmp_path / "runs" / "mine" / "report.html").read_text(encoding="utf-8")
    assert "bm25 has the highest ndcg@10" in page
    again = promptrec("report", "runs/mine", "--json", **no_models)
    found = json.loads(again.stdout)
    assert [d["name"] for d in found["datasets"]] == ["mine"] and found["command"].startswith("promptrec evaluate mine")


@pytest.mark.slow
def test_two_runs_are_compared_and_nothing_is_called_better_without_reason(promptrec, mine, tmp_path, no_models):
    promptrec("evaluate", "mine", "--ranker", "bm25", "--out", "runs/mine", **no_models)
    one, other = (next((tmp_path / "runs/mine/mine").glob(f"{name}-*")) for name in ("bm25", "random"))
    done = promptrec("compare", one, other, **no_models)
    assert done.returncode == 0, done.stderr
    assert "no difference shown in ndcg@10" in done.stdout and " is better than " not in done.stdout
    asked = promptrec("compare", one, other, "--metric", "mrr", "--json", **no_models)
    assert list(json.loads(asked.stdout)["contrasts"]) == ["mrr"]
    (mine / "queries.csv").write_text(QUERIES + "cleo,winter and snow,\n")
    (mine / "qrels.txt").write_text(QRELS + "cleo 0 b3 1\n")
    promptrec("evaluate", "mine", "--ranker", "bm25", "--out", "runs/more", **no_models)
    unlike = promptrec("compare", one, next((tmp_path / "runs/more/mine").glob("bm25-*")), **no_models)
    assert unlike.returncode == 2 and "ranked different data" in unlike.stderr
    whole = promptrec("compare", "runs/mine", other, **no_models)
    assert whole.returncode == 2 and "name one of" in whole.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a dataset"),
        (("mine/catalog.csv",), "is a file: give the dataset folder"),
        (("mine", "--out", "mine/catalog.csv"), "cannot be the folder of an evaluation"),
        (("",), "the name of the dataset is empty: `promptrec data list` lists"),
        (("no-such",), "unknown dataset folder or name 'no-such'.*data list"),
        (("mien",), r"unknown dataset folder or name 'mien' \(did you mean 'mine/'\?\)"),
        (("mine", "--limit", "ten"), "limit: expected a whole number from 1, such as 100, got 'ten'"),
        (("mine", "--max-failed", "5"), "max_failed: expected a share from 0 to 1, such as 0.01, got '5'"),
        (("mine", "--metric", "ndcg@5,recall@5"), "--metric ndcg@5 --metric recall@5"),
        (("mine", "--ranker", "item-knn"), "put interactions.csv .* into its folder"),
        (("mine", "--ranker", "best"), "unknown ranker 'best'"),
        (("mine", "--metric", "ndcg"), "ndcg@10"),
        (("mine", "--tracker", "excel"), "unknown tracker 'excel'"),
        (("mine", "--executor", "slurm"), "unknown executor 'slurm'"),
        (("mine", "--ranker", "yes-no", "--model", "smollm2-135m"), "promptrec model add smollm2-135m"),
        (("--config", "none.toml"), "none.toml: no such file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(promptrec, mine, no_models, words, said):
    done = promptrec("evaluate", *words, **no_models)
    assert done.returncode == 2 and done.stdout == ""
    assert re.search(f"^promptrec: error: .*{said}", done.stderr.strip()) and done.stderr.count("\n") == 1


def test_an_option_that_changes_nothing_is_said_and_an_unknown_template_is_refused(promptrec, mine, no_models):
    words = "mine --ranker bm25 --position-bias none.json --model nope --check-limit 5 --template".split()
    done = promptrec("evaluate", *words, "films/en", **no_models)
    assert done.returncode == 0
    assert "promptrec: --model, --position-bias, --template change nothing with bm25\n" in done.stderr
    assert "promptrec: --check-limit changes nothing without --memorisation or --robustness\n" in done.stderr
    refused = promptrec("evaluate", *words, "nope", **no_models)
    assert refused.returncode == 2 and "promptrec: error: unknown template 'nope'" in refused.stderr


@pytest.mark.slow
def test_a_column_that_nobody_reads_is_said_once_and_in_the_report(promptrec, mine, tmp_path, no_models):
    (mine / "queries.csv").write_text(QUERIES.replace("preferences", "words"))
    done = promptrec("evaluate", "mine", "--ranker", "bm25", "--out", "runs/mine", **no_models)
    lost = "columns of the queries that are passed over: words (did you mean preferences?)"
    assert done.returncode == 0 and done.stderr.count(lost) == 1
    for name in ("report.html", "report.md"):
        report = (tmp_path / "runs" / "mine" / name).read_text(encoding="utf-8")
        assert "People with words: 0 of 2; with a history: 1;" in report and lost[1:] in report


def test_a_bad_line_is_named_before_anything_is_run(promptrec, mine, tmp_path, no_models):
    (mine / "qrels.txt").write_text("anna 0 b1\n")
    done = promptrec("evaluate", "mine", "--ranker", "bm25", **no_models)
    assert done.returncode == 2 and "qrels.txt:1" in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.model
def test_a_dry_run_tells_tokens_and_time_and_keeps_nothing(promptrec, mine, tmp_path):
    done = promptrec("evaluate", "mine", "--ranker", "query-likelihood", "--engine", "transformers", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert re.search(r"mine · query-likelihood · smollm2-135m: 2 queries, about [\d,]+ prompt tokens", done.stdout)
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_two_evaluations_are_compared_system_by_system(promptrec, mine, tmp_path, no_models):
    promptrec("evaluate", "mine", "--ranker", "bm25", "--out", "runs/one", **no_models)
    promptrec(
        "evaluate", "mine", "--ranker", "bm25", "--ranker", "random", "--seed", "5", "--out", "runs/two", **no_models
    )
    done = promptrec("compare", "runs/one", "runs/two", "--metric", "ndcg@10", **no_models)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert {line.partition(" (")[0] for line in said} == {"bm25", "random"}
    assert all("(runs/one)" in line and "(runs/two)" in line and "ndcg@10" in line for line in said)
    found = json.loads(promptrec("compare", "runs/one", "runs/two", "--json", **no_models).stdout)
    assert len(found) == 2 and all(len(comparison["contrasts"]) > 1 for comparison in found)


@pytest.mark.slow
def test_evaluations_of_other_systems_or_data_are_told_apart(promptrec, mine, tmp_path, no_models):
    promptrec("evaluate", "mine", "--ranker", "bm25", "--out", "runs/one", **no_models)
    promptrec("evaluate", "mine", "--ranker", "bm25+random", "--out", "runs/sum", **no_models)
    partly = promptrec("compare", "runs/one", "runs/sum", "--metric", "mrr", **no_models)
    assert partly.returncode == 0 and "promptrec: only in runs/sum: bm25+random on mine" in partly.stderr
    (mine / "qrels.txt").write_text("anna 0 b2 1\nbo 0 b1 1\n")
    (mine / "catalog.csv").write_text(CATALOG.replace("Fast", "Slow"))
    promptrec("evaluate", "mine", "--ranker", "bm25", "--out", "runs/other", **no_models)
    other = promptrec("compare", "runs/one", "runs/other", **no_models)
    assert other.returncode == 2 and "ranked different data" in other.stderr
