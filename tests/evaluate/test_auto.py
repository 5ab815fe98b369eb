"""The ranker `auto` in an evaluation: what it takes is what is run, and what it does is said while it does it."""

import pytest

from promptrec.cli.progress import Lines
from promptrec.engine.progress import report_progress
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.named import planted_dataset
from promptrec.evaluate.watch import Watch
from promptrec.rank.auto import AT_HAND
from promptrec.rank.names import ranker_parts
from promptrec.testing.scripted import ScriptedEngine


class Listening(Watch):
    def __init__(self):
        self.said, self.shares, self.started = [], [], []

    def notes(self, said):
        self.said.append(said)

    def run_starts(self, dataset, system, done, total):
        self.started.append((system, total))

    def reads(self, share):
        self.shares.append((len(self.started), share))


class Halfway(ScriptedEngine):
    """Reports twice in each call."""

    def loglikelihood(self, prompts, continuations, *, adapter=None):
        report_progress(1, 2)
        out = super().loglikelihood(prompts, continuations, adapter=adapter)
        report_progress(2, 2)
        return out


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))

    def start(users, watch, rankers=("auto", "query-likelihood")):
        data = planted_dataset(users=users, candidates=5, right=1)
        config = Config(datasets=("planted",), rankers=rankers)
        return evaluate(config, tmp_path / "out", datasets=[data], engine=Halfway(), watch=watch)

    return start


@pytest.mark.parametrize("users", [6, 30])
def test_auto_is_run_under_the_name_of_what_it_takes_and_says_why(run, users):
    watch = Listening()
    found = run(users, watch)
    rankers = [one.spec.ranker for one in found.datasets[0].runs]
    assert len(set(rankers)) == len(rankers) and "auto" not in rankers
    note = next(said for said in watch.said if "auto takes" in said)
    taken = note.split("auto takes ")[1].split(" with ")[0]
    assert taken in rankers and ranker_parts(taken)
    assert ("too few" in note) is (users == 6) and ("agreement with the others on 20" in note) is (users == 30)


def test_it_says_what_it_probes_and_what_it_weighs_before_it_says_what_it_takes(run):
    watch = Listening()
    run(30, watch)
    probed = [said for said in watch.said if "probing" in said]
    assert any("query-likelihood" in said for said in probed) and watch.said.index(probed[-1]) < len(watch.said) - 1
    weighed = [(system, total) for system, total in watch.started if "which auto weighs" in system]
    assert ("bm25, which auto weighs,", AT_HAND) in weighed and len(weighed) >= 2
    assert {share for _, share in watch.shares} == {0.5, 1.0}, "what the engine reports reaches whoever watches"


def test_a_log_of_it_says_each_of_these_on_a_line(run):
    said = []
    run(30, Lines(said.append))
    text = "\n".join(said)
    assert "auto: probing scripted as query-likelihood" in text
    assert f"bm25, which auto weighs, on planted: 0 of {AT_HAND} people, 0%" in text
    assert "planted: auto takes" in text
