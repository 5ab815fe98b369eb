import pytest

from promptrec.errors import InputError
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.run_folder import read_values


def test_the_values_of_a_run_are_those_that_were_measured(tmp_path, planted_dataset):
    found = evaluate(Config(datasets=("planted",), rankers=("bm25",)), tmp_path, datasets=[planted_dataset()])
    (measured,) = (run for run in found.datasets[0].runs if run.spec.ranker == "bm25")
    spec, values = read_values(tmp_path / measured.folder)
    assert spec == measured.spec and set(values) == set(found.config.metrics)
    mean = sum(values["mrr"].values()) / len(values["mrr"])
    assert mean == pytest.approx(measured.metrics["mrr"].mean)


def test_an_evaluation_is_not_a_run_and_its_runs_are_listed(tmp_path, planted_dataset):
    evaluate(Config(datasets=("planted",), rankers=("bm25",)), tmp_path, datasets=[planted_dataset()])
    with pytest.raises(InputError, match=r"several runs: name one of .*planted/bm25-"):
        read_values(tmp_path)


def test_a_run_that_did_not_end_is_said(tmp_path, planted_dataset):
    found = evaluate(Config(datasets=("planted",), rankers=("bm25",)), tmp_path, datasets=[planted_dataset()])
    folder = tmp_path / found.datasets[0].runs[0].folder
    (folder / "per_query.csv").unlink()
    with pytest.raises(InputError, match="the run did not end"):
        read_values(folder)
