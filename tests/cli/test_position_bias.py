"""Fitting a position bias from a dataset's queries, ranking with it, and what is said where it cannot be used."""

import json
import random

import pytest
from typer.testing import CliRunner

from promptrec.cli.main import build_app
from promptrec.engine.registry import EngineChoice
from promptrec.rank.listwise.position_bias import LEAST_REQUESTS, PositionBias
from promptrec.testing.scripted_engine import ScriptedEngine


@pytest.fixture
def fit(monkeypatch, tmp_path):
    """Runs the command in this process, with an engine that likes early labels and needs no weights."""
    engine = ScriptedEngine(next=lambda text, label: -1.0 - ord(label) / 10)
    monkeypatch.setattr(
        "promptrec.cli.options.open_engine", lambda *told: (engine, EngineChoice("scripted", "asked for"))
    )

    def run(dataset, *words):
        return CliRunner().invoke(
            build_app(["position-bias"]), ["position-bias", str(dataset), "--out", str(tmp_path / "prior.json"), *words]
        )

    return run


@pytest.fixture
def mine(tmp_path):
    """Twenty people without candidates, one of whom says nothing, over ten books."""
    folder, rng = tmp_path / "mine", random.Random(0)
    folder.mkdir()
    (folder / "catalog.csv").write_text("item_id,title\n" + "".join(f"b{n},Book {n} of rain\n" for n in range(10)))
    people = "".join(f"q{n},{rng.choice(['rain', 'a book'])}\n" for n in range(19))
    (folder / "queries.csv").write_text(f"query_id,preferences\n{people}q19,\n")
    (folder / "qrels.txt").write_text("q0 0 b1 1\n")
    return folder


def test_a_datasets_queries_become_a_prior_that_says_what_the_model_likes(fit, tmp_path):
    done = fit("planted", "--limit", f"{LEAST_REQUESTS}")
    assert done.exit_code == 0, done.output
    found = PositionBias.load(tmp_path / "prior.json")
    assert found.template.name == "films/en/listwise-labels" and found.by_size[8].requests == LEAST_REQUESTS
    assert found.by_size[8].offsets == pytest.approx([0.35 - n / 10 for n in range(8)])
    words = " ".join(done.stdout.split())
    assert f"8 {LEAST_REQUESTS} A +0.35 H -0.35" in words and "prior.json" in words and "not used" not in words


def test_json_is_what_is_kept(fit, tmp_path):
    done = fit("planted", "--limit", "2", "--json")
    assert json.loads(done.stdout) == json.loads((tmp_path / "prior.json").read_text())


def test_candidates_are_retrieved_where_there_are_none_and_who_says_nothing_is_left_out(fit, mine, tmp_path):
    assert fit(mine, "--retrieve", "4").exit_code == 0
    found = PositionBias.load(tmp_path / "prior.json")
    assert {n: offsets.requests for n, offsets in found.by_size.items()} == {4: 19}
    assert found.template.name == "general/en/listwise-labels"


def test_too_few_requests_and_requests_that_cannot_be_read_are_said(fit, monkeypatch):
    assert f"not used: it takes {LEAST_REQUESTS}" in " ".join(fit("planted", "--limit", "3").stdout.split())
    lost = iter(["out of memory", None, None])
    engine = ScriptedEngine(next=lambda text, label: -1.0, fail=lambda text: next(lost))
    monkeypatch.setattr(
        "promptrec.cli.options.open_engine", lambda *told: (engine, EngineChoice("scripted", "asked for"))
    )
    assert "1 of 3 requests could not be read" in fit("planted", "--limit", "3").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("planted", "--out", "nowhere/prior.json"), "--out nowhere/prior.json: give a file"),
        (("planted", "--out", "."), "--out .: give a file"),
        (("plantde", "--out", "prior.json"), "did you mean 'planted'"),
        (("planted", "--out", "prior.json", "--model", "smollm9"), "unknown model 'smollm9'"),
        (("planted", "--out", "prior.json", "--model", "[/]"), "unknown model '[/]'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_two(promptrec, words, said):
    done = promptrec("position-bias", *words)
    assert done.returncode == 2 and said in done.stderr and done.stdout == ""
    assert done.stderr.startswith("promptrec: error: ") and len(done.stderr.splitlines()) == 1


def test_a_prior_that_is_missing_is_said_before_anything_is_run(promptrec, tmp_path):
    for words, said in (
        ((), "fit one with `promptrec position-bias`"),
        (("--position-bias", "no.json"), "No such file"),
    ):
        done = promptrec("evaluate", "planted", "--ranker", "listwise-prior", *words)
        assert done.returncode == 2 and said in done.stderr and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()


@pytest.mark.model
def test_a_prior_of_a_real_model_is_used_by_evaluate_and_recommend_and_refused_for_another_template(
    promptrec, catalog_file
):
    read = ("--engine", "transformers")
    fitted = promptrec("position-bias", "planted", "--limit", f"{LEAST_REQUESTS}", "--out", "prior.json", *read)
    assert fitted.returncode == 0, fitted.stderr
    words = ("--ranker", "listwise-prior", "--position-bias", "prior.json", *read)
    done = promptrec("evaluate", "planted", "--limit", "2", "--out", "run", "--json", *words)
    assert done.returncode == 0, done.stderr
    specs = {run["spec"]["ranker"]: run["spec"] for run in json.loads(done.stdout)["datasets"][0]["runs"]}
    assert specs["listwise-prior"]["position_bias_sha256"] and specs["random"]["position_bias_sha256"] is None
    other = promptrec("recommend", "--catalog", catalog_file, "-p", "a slow train", *words)
    assert other.returncode == 2 and len(other.stderr.splitlines()) == 1
    assert "prior.json was fitted for the template films/en/listwise-labels (now general/en" in other.stderr
