import pytest

from promptrec.errors import InputError
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.results import EVALUATION, read_evaluation
from promptrec.evaluate.runs.store import read_values

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize(
    "text", ["", "query_id,mrr\nq,abc\n", "query_id,mrr\nq\n", "query_id,mrr\nq,1,2\n", "q,m\nq,inf\n"]
)
def test_values_that_something_else_changed_are_refused(tmp_path, planted_dataset, text):
    found = evaluate(Config(datasets=("planted",), rankers=("bm25",)), tmp_path, datasets=[planted_dataset()])
    folder = tmp_path / found.datasets[0].runs[0].folder
    (folder / "per_query.csv").write_text(text)
    with pytest.raises(InputError, match=r"per_query\.csv: another program changed the file: give its `promptrec"):
        read_values(folder)


def test_an_evaluation_that_is_no_text_is_refused_in_a_line(tmp_path):
    (tmp_path / EVALUATION).write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"evaluation\.json: Invalid JSON.*; evaluate again"):
        read_evaluation(tmp_path)
