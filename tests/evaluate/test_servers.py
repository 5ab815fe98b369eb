"""An evaluation that reads a server which fails: it goes on, counts it, and keeps what it has."""

import pytest

from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import EngineOptions
from promptrec.engine.server import Retry, ServerEngine
from promptrec.errors import EngineError
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.evaluate.results import read_evaluation
from promptrec.evaluate.runs import execution
from promptrec.evaluate.runs.store import RunStore
from tests.stand_in import MODEL, StandIn, model_folder

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
READER = "query-likelihood"
BATCH = 8


class Notes(ProgressListener):
    def __init__(self):
        self.said = []

    def on_note(self, message):
        self.said.append(message)


@pytest.fixture
def server(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr(execution, "BATCH", BATCH)
    server = StandIn()
    server.folder = model_folder(tmp_path_factory.mktemp("models") / MODEL)
    yield server
    server.stop()


def run(server, data, out, **how):
    info = ModelInfo(MODEL, server.folder, "", "")
    engine = ServerEngine(info, EngineOptions(base_url=server.url), Retry(backoff=(0.01,), patience=0.3))
    try:
        return evaluate(Config(datasets=(data.name,), rankers=(READER,)), out, engine=engine, datasets=[data], **how)
    finally:
        engine.close()


def kept(out):
    (folder,) = out.glob(f"*/{READER}-*")
    return RunStore(folder)


def systems(found):
    return {run.spec.ranker for run in found.datasets[0].runs}


@pytest.mark.parametrize("answer", [(502, "<html>Bad Gateway</html>"), (400, "no"), (200, {"error": "busy"}), b""])
def test_a_prompt_that_fails_for_good_is_counted_and_the_run_goes_on(server, planted_dataset, tmp_path, answer):
    data = planted_dataset(users=2 * BATCH)
    unlucky = []

    def misbehave(n, body):
        unlucky.extend([body["prompt"]] if n == 30 else [])
        return answer if body["prompt"] in unlucky else None

    server.misbehave = misbehave
    found = run(server, data, tmp_path)
    assert found.unanswered == (f"{READER} · {MODEL} on planted: a prompt failed for 6.2% of the rankings",)
    assert len(kept(tmp_path)) == 2 * BATCH and len(kept(tmp_path).failed) == 1
    (measured,) = [run for run in found.datasets[0].runs if run.spec.ranker == READER]
    assert measured.validity["unanswered"] == measured.validity["repaired"] == 1 / (2 * BATCH)
    assert "unanswered" in (tmp_path / "report.html").read_text()
    unlucky.clear()
    server.bodies.clear()
    assert run(server, data, tmp_path, retry_failed=True).unanswered == ()
    assert len(server.bodies) == 6 and not kept(tmp_path).failed


def test_a_server_that_goes_leaves_a_report_and_what_was_ranked(server, planted_dataset, tmp_path):
    data = planted_dataset(users=4 * BATCH)
    server.misbehave = lambda n, body: b"" if n > BATCH * 6 + 20 else None
    listener = Notes()
    with pytest.raises(EngineError, match="cannot reach the server .*the same command resumes.*--retry-failed"):
        run(server, data, tmp_path, listener=listener)
    found = read_evaluation(tmp_path)
    assert {"random", "bm25"} <= systems(found) and READER not in systems(found)
    assert "cannot reach" in found.datasets[0].skipped[READER]
    assert any(said.startswith(f"{READER} stopped: cannot reach") for said in listener.said)
    assert READER in (tmp_path / "report.html").read_text()
    before = kept(tmp_path)
    assert len(before) == 2 * BATCH and 0 < len(before.failed) <= BATCH
    server.misbehave = lambda n, body: None
    finished = run(server, data, tmp_path, retry_failed=True)
    assert READER in systems(finished) and finished.unanswered == finished.failed == ()
    assert len(kept(tmp_path)) == 4 * BATCH


def test_a_server_that_is_not_there_ends_the_evaluation_behind_the_baselines(server, planted_dataset, tmp_path):
    address, data = server.url, planted_dataset()
    server.stop()
    config = Config(
        datasets=(data.name,),
        rankers=(READER, "yes-no"),
        models=(str(server.folder),),
        engine="server",
        engine_options={"base_url": address},
    )
    with pytest.raises(EngineError, match="cannot reach the server at .*start it"):
        evaluate(config, tmp_path, datasets=[data])
    found = read_evaluation(tmp_path)
    assert {"random", "bm25"} <= systems(found)
    assert {name.partition(" ")[0] for name in found.datasets[0].skipped} >= {READER, "yes-no"}
    server.start()
    assert {READER, "yes-no"} <= systems(evaluate(config, tmp_path, datasets=[data]))
