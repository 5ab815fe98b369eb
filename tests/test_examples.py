"""The programs, datasets and packs of examples/ do what its README says."""

import importlib.util
import re
from pathlib import Path

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.authoring.run_tests import rank_with, run_tests
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.template.template import Template
from promptrec.testing.scripted_engine import ScriptedEngine

EXAMPLES = Path(__file__).parents[1] / "examples"
WINE = EXAMPLES / "pack" / "wine" / "en"


@pytest.fixture(scope="module")
def app():
    spec = importlib.util.spec_from_file_location("recommend", EXAMPLES / "app" / "recommend.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_app_recommends_and_says_what_a_list_rests_on(app):
    with app.open_recommender(engine=ScriptedEngine(), ranker="query-likelihood") as recommender:
        assert app.answer(recommender.recommend("a detective on an island", k=1)) == "For you:\n  The Last Ferry"
        assert app.answer(recommender.recommend("", k=1)) == "Popular right now:\n  Fast Money"


def test_the_app_says_when_nothing_can_be_ranked(app):
    engine = ScriptedEngine(fail=lambda text: "out of memory")
    with app.open_recommender(engine=engine, ranker="query-likelihood") as recommender:
        ranking = recommender.recommend("a detective", k=1)
    assert ranking.status == "failed" and app.answer(ranking) == "We cannot recommend anything at the moment."


@pytest.mark.model
def test_the_evaluation_measures_its_rankers_beside_the_baselines(tmp_path):
    config = Config.from_toml(
        EXAMPLES / "evaluation" / "stories.toml", {"datasets": [str(EXAMPLES / "evaluation" / "stories")]}
    )
    (measured,) = evaluate(config, tmp_path, engine=ScriptedEngine()).datasets
    assert {"query-likelihood", "item-pmi", "bm25", "random"} <= {run.spec.ranker for run in measured.runs}
    assert measured.headline and (tmp_path / "report.html").is_file()


def test_the_pack_has_no_findings_and_passes_its_tests():
    for path in sorted(WINE.glob("*.jinja")):
        assert check(path) == []
        template = Template.from_file(path, path.stem)
        catalog = template.pack.catalog()
        outcomes = run_tests(template, rank_with(template, ScriptedEngine(), catalog, 0), catalog)
        assert len(outcomes) == 2 and all(outcome.passed for outcome in outcomes)


def test_every_folder_is_in_the_table():
    listed = re.findall(r"^\| `(\w+)/`", (EXAMPLES / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "__pycache__")
