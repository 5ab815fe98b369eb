"""The ranker `auto` in an evaluation: what it takes is what is run, and is said."""

from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.named import planted_dataset
from promptrec.evaluate.watch import Watch
from promptrec.rank.names import ranker_parts
from promptrec.testing.scripted import ScriptedEngine


class Listening(Watch):
    def __init__(self):
        self.said = []

    def notes(self, said):
        self.said.append(said)


def test_auto_is_run_under_the_name_of_what_it_takes_and_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))
    data = planted_dataset(users=6, candidates=5, right=1)
    watch = Listening()
    config = Config(datasets=("planted",), rankers=("auto", "query-likelihood"))
    found = evaluate(config, tmp_path / "out", datasets=[data], engine=ScriptedEngine(), watch=watch)
    rankers = [run.spec.ranker for run in found.datasets[0].runs]
    assert len(set(rankers)) == len(rankers) and "auto" not in rankers
    note = next(said for said in watch.said if "auto takes" in said)
    taken = note.split("auto takes ")[1].split(" with ")[0]
    assert taken in rankers and ranker_parts(taken)
