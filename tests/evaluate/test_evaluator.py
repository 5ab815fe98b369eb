import csv
import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets import registry
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.evaluate.results import EVALUATION, Evaluation, read_evaluation
from promptrec.evaluate.runs import execution
from promptrec.testing.scripted_engine import ScriptedEngine

pytestmark = pytest.mark.slow

READER = "query-likelihood"


@pytest.fixture(autouse=True, scope="module")
def no_encoder(tmp_path_factory):
    """Without an added encoder the embedding baseline is left out, which is quicker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMPTREC_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def run(data, out, *rankers, **changes):
    how = {name: changes.pop(name) for name in ("listener", "retry_failed") if name in changes}
    engine = changes.pop("engine", None) or ScriptedEngine()
    config = Config(datasets=(data.name,), rankers=rankers, **changes)
    return evaluate(config, out, engine=engine, datasets=[data], **how)


@dataclass(frozen=True)
class Done:
    """One evaluation that many tests read: of two rankers, in a folder."""

    out: Path
    found: Evaluation
    engine: ScriptedEngine
    prompts: tuple[str, ...]


@pytest.fixture(scope="module")
def done(tmp_path_factory, no_encoder):
    out, engine = tmp_path_factory.mktemp("done"), ScriptedEngine()
    found = run(registry.planted_dataset(10, items=64, candidates=6), out, READER, "listwise-labels", engine=engine)
    return Done(out, found, engine, tuple(engine.prompts))


def test_baselines_are_always_beside_and_those_left_out_are_said(done):
    (result,) = done.found.datasets
    systems = {run.system for run in result.runs}
    assert {"random", "popular", "bm25", f"{READER} · scripted"} <= systems
    assert "promptrec model add minilm" in result.skipped["embedding"]
    assert "no training interactions" in result.skipped["item-knn"]
    assert [r.baseline for r in result.runs if r.system == "bm25"] == [True]
    means = [r.metrics["ndcg@10"].mean for r in result.runs]
    assert means == sorted(means, reverse=True)


def test_what_is_written_can_be_read_back_and_every_run_has_its_files(done):
    found = done.found
    assert read_evaluation(done.out) == found
    assert found.datasets[0].headline.split(" (")[0] in (done.out / "report.md").read_text(encoding="utf-8")
    for measured in found.datasets[0].runs:
        folder = done.out / measured.folder
        assert {p.name for p in folder.iterdir()} == {
            "run.json",
            "rankings.jsonl",
            "run.trec",
            "metrics.json",
            "per_query.csv",
        }
        rows = list(csv.DictReader((folder / "per_query.csv").read_text().splitlines()))
        mean = sum(float(row["ndcg@10"]) for row in rows) / len(rows)
        assert mean == pytest.approx(measured.metrics["ndcg@10"].mean) and len(rows) == 10


def test_a_baseline_that_wins_is_said_in_the_first_line(tmp_path, planted_dataset):
    """The scripted reply names no candidate, so listwise-text is no better than chance; BM25 is told the answer."""
    data = planted_dataset(users=40)
    liked = {
        r.query.query_id: [i.title for i in r.candidates if i.item_id in data.relevance[r.query.query_id]]
        for r in data.requests
    }
    told = tuple(q.model_copy(update={"preferences": " ".join(liked[q.query_id])}) for q in data.queries)
    told_requests = tuple(replace(r, query=q) for r, q in zip(data.requests, told, strict=True))
    told_data = replace(data, queries=told, requests=told_requests)
    engine = ScriptedEngine(reply=lambda prompt: "I cannot say")
    (result,) = run(told_data, tmp_path, "listwise-text", engine=engine).datasets
    assert result.headline.startswith("A baseline won: bm25 has the highest ndcg@10")
    assert "bm25 is better than listwise-text · scripted" in result.headline


def test_the_same_command_again_reads_no_model(done, planted_dataset):
    assert done.prompts
    again = run(planted_dataset(), done.out, READER, "listwise-labels", engine=done.engine)
    assert tuple(done.engine.prompts) == done.prompts
    assert again.datasets == done.found.datasets


def test_another_seed_or_other_data_is_another_run_and_the_old_one_stays(tmp_path, planted_dataset):
    first = run(planted_dataset(), tmp_path, "bm25").datasets[0]
    other = run(planted_dataset(), tmp_path, "bm25", seed=1).datasets[0]
    assert first.runs[0].folder != other.runs[0].folder and (tmp_path / first.runs[0].folder).is_dir()
    changed = run(planted_dataset(seed=5), tmp_path, "bm25").datasets[0]
    assert not {r.folder for r in changed.runs} & {r.folder for r in first.runs}


def test_metrics_are_the_same_to_the_byte_every_time(done, tmp_path, planted_dataset):
    run(planted_dataset(), tmp_path, READER, "listwise-labels")
    files = [p for p in sorted(done.out.rglob("*")) if p.suffix in {".csv", ".trec"} or p.name == "metrics.json"]
    assert len(files) == 3 * len(done.found.datasets[0].runs)
    for path in files:
        assert path.read_bytes() == (tmp_path / path.relative_to(done.out)).read_bytes()


def test_rankers_never_see_a_judgement(done, tmp_path, planted_dataset):
    """With other judgements the rankings are the same, and no prompt says a grade's query or item ID."""
    data, (first,) = planted_dataset(), done.found.datasets
    flipped = {
        q: {i.item_id: 1 for i in r.candidates if i.item_id not in data.relevance[q]}
        for r in data.requests
        for q in [r.query.query_id]
    }
    (second,) = run(replace(data, relevance=flipped), tmp_path, READER, "listwise-labels").datasets
    for measured in first.runs:
        assert (done.out / measured.folder / "run.trec").read_text() == (
            tmp_path / measured.folder / "run.trec"
        ).read_text()
    ids = {q.query_id for q in data.queries} | {i.item_id for i in data.catalog}
    assert not any(i in prompt for prompt in done.prompts for i in ids)
    auc = {m.system: m.metrics["auc"].mean for m in first.runs}
    assert all(m.metrics["auc"].mean == pytest.approx(1 - auc[m.system]) for m in second.runs)


def test_too_many_failures_are_said(tmp_path, planted_dataset):
    broken = ScriptedEngine(fail=lambda text: "out of memory")
    found = run(planted_dataset(), tmp_path, READER, engine=broken)
    assert found.failed == (f"{READER} · scripted on planted: 100.0% of the rankings failed",)
    mended = run(planted_dataset(), tmp_path, READER, retry_failed=True)
    assert mended.failed == ()


def test_memorisation_and_robustness_stand_beside_the_accuracy(tmp_path, planted_dataset):
    found = run(
        planted_dataset(users=6), tmp_path, READER, "listwise-labels", memorisation=True, robustness=True, check_limit=5
    )
    by_system = {m.spec.ranker: m for m in found.datasets[0].runs}
    reader = by_system[READER]
    assert set(reader.memorisation) == {"masked", "permuted"} and reader.memorisation["masked"].n == 5
    assert set(reader.robustness) == {"order", "paraphrase", "typos", "distractor"}
    assert reader.robustness["order"].kendall_tau == pytest.approx(1.0) and reader.robustness["order"].top1_flips == 0
    assert reader.position_lift == () and len(by_system["listwise-labels"].position_lift) == 6
    assert by_system["bm25"].memorisation == {}


def test_whoever_watches_is_told_of_every_run_and_query(tmp_path, planted_dataset):
    class Counts(ProgressListener):
        def __init__(self):
            self.totals, self.ranked_queries, self.ends, self.means = [], 0, 0, []

        def on_run_start(self, dataset, system, done, total):
            self.totals.append((done, total))

        def on_rankings(self, rankings, running):
            self.ranked_queries += len(rankings)
            self.means.append(running)

        def on_run_end(self):
            self.ends += 1

    listener = Counts()
    found = run(planted_dataset(), tmp_path, "bm25", listener=listener)
    n = len(found.datasets[0].runs)
    assert listener.totals[:n] == [(0, 10)] * n and listener.ends >= n and listener.ranked_queries == 10 * n
    assert listener.means[0] == pytest.approx(
        next(m.metrics["ndcg@10"].mean for m in found.datasets[0].runs if m.system == "random")
    )


def test_a_folder_that_cannot_be_made_is_said(tmp_path, planted_dataset):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file/runs cannot be the folder of an evaluation .*: choose another"):
        run(planted_dataset(), tmp_path / "file" / "runs", "bm25")


def test_queries_without_anything_right_are_counted_apart(tmp_path, planted_dataset):
    data = planted_dataset()
    (result,) = run(replace(data, relevance=dict(list(data.relevance.items())[:7])), tmp_path, "bm25").datasets
    assert (result.queries, result.judged) == (10, 7) and result.runs[0].metrics["mrr"].n == 7
    assert "10 queries (7 have something right, and count)" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_what_the_candidates_are_is_said_as_it_is(tmp_path, open_planted, planted_dataset):
    def said(data, retrieve):
        return (
            run(data, tmp_path / f"{retrieve}-{data.candidates_given}", "bm25", retrieve=retrieve)
            .datasets[0]
            .candidates
        )

    assert said(open_planted, 5) == "the 5 that BM25 retrieves from the whole catalogue"
    assert said(open_planted, 64) == said(open_planted, 99) == "all 64 items, less those in a person's history"
    assert said(planted_dataset(), 5) == "6 given for each query"


def test_how_to_repeat_it_is_what_the_caller_says_and_without_a_command_it_is_python(tmp_path, planted_dataset):
    assert run(planted_dataset(), tmp_path, "bm25").command == "from Python: the configuration below"
    config = Config(datasets=("planted",), rankers=("bm25",))
    again = evaluate(config, tmp_path, datasets=[planted_dataset()], command="promptrec evaluate planted")
    assert again.command == "promptrec evaluate planted"


def test_datasets_of_one_name_are_refused_before_they_share_a_folder(tmp_path, planted_dataset):
    with pytest.raises(InputError, match=r"one name \(planted, planted\)"):
        evaluate(Config(datasets=("a", "b")), tmp_path, datasets=[planted_dataset(), planted_dataset(seed=1)])
    assert not list(tmp_path.iterdir())


def test_an_unknown_dataset_is_said(tmp_path):
    with pytest.raises(UnknownName, match="unknown dataset folder or name 'no-such'"):
        evaluate(Config(datasets=("no-such",), rankers=("bm25",)), tmp_path)
    assert not (tmp_path / EVALUATION).exists()


KILLED = """
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
import test_evaluator

test_evaluator.in_small_batches(Path(sys.argv[2]), "killed", pause=0.3)
"""


def in_small_batches(folder, out, pause=0.0):
    """An evaluation that writes the number of prompts of each call into a file beside its folder."""

    class Slow(ScriptedEngine):
        def loglikelihood(self, prompts, continuations, *, adapter=None):
            time.sleep(pause)
            with (folder / f"{out}.calls").open("a") as file:
                file.write(f"{len(prompts)}\n")
            return super().loglikelihood(prompts, continuations, adapter=adapter)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execution, "BATCH", 8)
        config = Config(datasets=("planted",), rankers=(READER,))
        data = registry.planted_dataset(users=60, items=64)
        return evaluate(config, folder / out, datasets=[data], engine=Slow())


def test_a_run_that_is_killed_half_way_ends_as_one_that_was_not(tmp_path):
    def read(out):
        return [int(line) for line in (tmp_path / f"{out}.calls").read_text().split()]

    in_small_batches(tmp_path, "whole")
    with subprocess.Popen([sys.executable, "-c", KILLED, Path(__file__).parent, tmp_path]) as process:
        while not (tmp_path / "killed.calls").exists() or len(read("killed")) < 2:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "killed" / EVALUATION).exists()
    in_small_batches(tmp_path, "killed")
    assert sum(read("killed")) <= sum(read("whole")) + max(read("whole"))
    for name in ("metrics.json", "per_query.csv", "run.trec"):
        whole = {p.parent.name: p.read_bytes() for p in (tmp_path / "whole").rglob(name)}
        killed = {p.parent.name: p.read_bytes() for p in (tmp_path / "killed").rglob(name)}
        assert whole == killed and len(whole) >= 4
    results = [json.loads((tmp_path / out / EVALUATION).read_text())["datasets"][0] for out in ("whole", "killed")]
    assert results[0]["headline"] == results[1]["headline"]
