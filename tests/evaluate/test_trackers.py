import json
import time
from pathlib import Path

import pytest

from promptrec.errors import UnknownName
from promptrec.evaluate.config import Config
from promptrec.evaluate.results import DatasetResult, Estimate, Evaluation, RunResult
from promptrec.evaluate.run_spec import RunSpec
from promptrec.evaluate.trackers import TRACKERS, numbers, open_trackers

RUN = RunResult(
    folder="d/bm25-0",
    spec=RunSpec(dataset="d", dataset_sha256="0", ranker="bm25", intent="rules-1"),
    baseline=True,
    queries=2,
    metrics={
        "ndcg@10": Estimate(mean=0.25, low=0.1, high=0.4, n=2),
        "auc": Estimate(mean=None, low=None, high=None, n=0),
    },
    beyond_accuracy={"gini@10": 0.5, "novelty@10": None},
    cost={"seconds": 3.0},
)
EVALUATION = Evaluation(
    config=Config(datasets=("d",)),
    datasets=(
        DatasetResult(
            name="d",
            language="en",
            domain="general",
            licence="none",
            source="none",
            sha256="0",
            items=3,
            queries=2,
            judged=2,
            candidates="3 given for each query",
            headline="bm25 is first.",
            runs=(RUN,),
        ),
    ),
    command="promptrec evaluate d",
    machine="none",
    date="2026-11-24T00:00:00+00:00",
    versions={},
)


def test_numbers_are_named_for_what_they_are_about_and_undefined_ones_left_out():
    assert numbers(RUN) == {"ndcg@10": 0.25, "beyond_accuracy/gini@10": 0.5, "cost/seconds": 3.0}


def test_jsonl_is_always_there_and_only_grows(tmp_path):
    for _ in range(2):
        for log in open_trackers(()):
            log(EVALUATION, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert len(rows) == 2 and rows[0]["ndcg@10"] == 0.25 and rows[0]["system"] == "bm25"


def test_an_unknown_tracker_is_said():
    with pytest.raises(UnknownName, match="jsonl, mlflow, tensorboard, wandb"):
        open_trackers(["excel"])


def test_tensorboard_has_the_scalars(tmp_path):
    pytest.importorskip("tensorboardX")
    for log in open_trackers(["tensorboard"]):
        log(EVALUATION, tmp_path)
    (events,) = (tmp_path / "tensorboard" / "d").rglob("events*")
    assert b"ndcg_10" in events.read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_mlflow_holds_parameters_and_metrics_offline(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path / "one", tmp_path / "two"):  # the second is not logged where the first one was
        folder.mkdir()
        for log in open_trackers(["mlflow"]):
            log(EVALUATION, folder)
        client = mlflow.MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
        (found,) = client.search_runs([client.get_experiment_by_name("promptrec").experiment_id])
        assert found.data.metrics["ndcg_at_10"] == 0.25 and found.data.params["ranker"] == "bm25"
        assert found.info.status == "FINISHED"


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.filterwarnings("default")
def test_wandb_keeps_the_run_offline_in_the_folder_given_wherever_its_own_process_was_started(tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.delenv("WANDB_MODE", raising=False)
    for started in ("first", "second"):  # what the first run starts also writes the second
        (tmp_path / started / "out").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / started)
        for log in open_trackers(["wandb"]):
            log(EVALUATION, Path("out"))
    (logged,) = (tmp_path / "second" / "out" / "wandb").glob("offline-run-*/*.wandb")
    end = time.monotonic() + 30
    while b"ndcg@10" not in logged.read_bytes():  # its own process writes the file, and a little later
        assert time.monotonic() < end
        time.sleep(0.1)


def test_every_tracker_but_jsonl_is_an_extra_by_its_own_name():
    assert list(TRACKERS) == ["jsonl", "mlflow", "wandb", "tensorboard"]
