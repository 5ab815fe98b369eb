"""The ranker `auto` in an evaluation: what it takes is what is run, and what it does is said while it does it."""

import pytest

from promptrec.cli.progress import Lines
from promptrec.engine.base import Output
from promptrec.engine.progress import report_progress
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.registry import planted_dataset
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.rank.expression import ranker_parts
from promptrec.rank.probe_data import probe_pairs
from promptrec.rank.selection.auto import AGREEMENT_REQUESTS
from promptrec.testing.scripted_engine import ScriptedEngine

pytestmark = pytest.mark.slow


class Listening(ProgressListener):
    def __init__(self):
        self.said, self.shares, self.started = [], [], []

    def on_note(self, message):
        self.said.append(message)

    def on_run_start(self, dataset, system, done, total):
        self.started.append((system, total))

    def on_read(self, share):
        self.shares.append((len(self.started), share))


PAIRS = probe_pairs("en")
TITLES = {r.query.preferences: PAIRS.catalog[PAIRS.right[r.query.query_id]].title for r in PAIRS.requests}


class Knowing(ScriptedEngine):
    """Knows the probe's right answers, and reports twice in each call."""

    def loglikelihood(self, prompts, continuations, *, adapter=None):
        report_progress(1, 2)
        out = super().loglikelihood(prompts, continuations, adapter=adapter)
        for n, asked in enumerate(zip(prompts, continuations, strict=True)):
            prompt, words = map(self.tokenizer.decode, asked)
            if any(said in words and title in prompt for said, title in TITLES.items()):
                out[n] = Output((-0.01,))
        report_progress(2, 2)
        return out


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))

    def start(users, listener, engine):
        data = planted_dataset(users=users, candidates=5, right=1)
        config = Config(datasets=("planted",), rankers=("auto", "query-likelihood"))
        return evaluate(config, tmp_path / "out", datasets=[data], engine=engine, listener=listener)

    return start


@pytest.mark.parametrize(
    ("users", "engine", "why"),
    [
        (6, Knowing(), "6 requests are too few to weigh by agreement"),
        (30, Knowing(), f"agreement with the others on {AGREEMENT_REQUESTS} requests"),
        (30, ScriptedEngine(), "no way of asking this model was surely better than chance"),
    ],
    ids=["few", "many", "weak"],
)
def test_auto_is_run_under_the_name_of_what_it_takes_and_says_why(run, users, engine, why):
    listener = Listening()
    found = run(users, listener, engine)
    rankers = [one.spec.ranker for one in found.datasets[0].runs]
    assert len(set(rankers)) == len(rankers) and "auto" not in rankers
    note = next(said for said in listener.said if "auto takes" in said)
    taken = note.split("auto takes ")[1].split(" with ")[0]
    assert taken in rankers and ranker_parts(taken) and why in note
    weighed = {(system, total) for system, total in listener.started if "which auto weighs" in system}
    assert bool(weighed) is isinstance(engine, Knowing)
    assert all(total == min(users, AGREEMENT_REQUESTS) for _, total in weighed)


def test_it_says_what_it_probes_and_what_it_weighs_before_it_says_what_it_takes(run):
    said = []
    listener = Lines(said.append)
    run(30, listener, Knowing())
    first = [next(n for n, line in enumerate(said) if part in line) for part in SAID]
    assert first == sorted(first)


SAID = (
    "auto: probing scripted as query-likelihood",
    f"bm25, which auto weighs, on planted: 0 of {AGREEMENT_REQUESTS} people, 0%",
    f"query-likelihood, which auto weighs, on planted: 0 of {AGREEMENT_REQUESTS} people, 0%",
    "planted: auto takes",
    "query-likelihood · scripted on planted: 0 of 30 people, 0%",
)


def test_what_an_engine_reports_reaches_whoever_watches(run):
    listener = Listening()
    run(30, listener, Knowing())
    assert {share for _, share in listener.shares} == {0.5, 1.0}
