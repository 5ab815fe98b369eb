from types import SimpleNamespace

import pytest

from promptrec.errors import EngineError, InputError, UnknownName
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs import execution
from promptrec.evaluate.runs.execution import rank_missing, run_locally
from promptrec.evaluate.runs.runner import executor
from promptrec.evaluate.runs.store import RunStore
from promptrec.retrieve.registry import RETRIEVERS
from promptrec.testing.scripted_engine import ScriptedEngine

READER = "query-likelihood"
# Small, so that few people make several.
BATCH = 8


def store_for(system, dataset, folder):
    return RunStore(folder, system.spec(dataset))


def carry_out(dataset, folder, engine, **how):
    system = System(READER, engine=engine)
    store = store_for(system, dataset, folder)
    rank_missing(dataset, store, lambda: system.open(dataset), **how)
    return store


def results(store):
    return [(r.query_id, r.status, r.tie_groups()) for r in store.rankings()]


def test_every_query_is_ranked_once_and_kept_in_order(tmp_path, planted_dataset):
    data, engine = planted_dataset(), ScriptedEngine()
    store = carry_out(data, tmp_path, engine)
    assert [r.query_id for r in store.rankings()] == [q.query_id for q in data.queries]
    assert all(
        sorted(r.item_ids) == sorted(i.item_id for i in q.candidates)
        for r, q in zip(store.rankings(), data.requests, strict=True)
    )
    asked = len(engine.prompts)
    carry_out(data, tmp_path, engine)
    assert len(engine.prompts) == asked


def test_nothing_is_opened_where_nothing_is_left_to_do(tmp_path, planted_dataset):
    data, engine = planted_dataset(), ScriptedEngine()
    store = carry_out(data, tmp_path, engine)

    opened = []
    rank_missing(data, store, lambda: opened.append("a recommender"))
    assert opened == []


def test_a_longer_run_goes_on_from_a_shorter_one(tmp_path, planted_dataset):
    data, engine = planted_dataset(), ScriptedEngine()
    assert len(carry_out(data, tmp_path / "a", engine, limit=3)) == 3
    short = len(engine.prompts)
    grown = carry_out(data, tmp_path / "a", engine)
    whole = carry_out(data, tmp_path / "b", ScriptedEngine())
    assert results(grown) == results(whole)
    assert len(engine.prompts) - short == 7 * 6


def test_an_engine_that_dies_stops_the_run_and_what_was_ranked_is_kept(tmp_path, planted_dataset, monkeypatch):
    monkeypatch.setattr(execution, "BATCH", BATCH)
    data = planted_dataset(users=2 * BATCH + 5)

    class Dies(ScriptedEngine):
        calls = 0

        def loglikelihood(self, prompts, continuations, *, adapter=None):
            Dies.calls += 1
            if Dies.calls > 1:
                raise EngineError("the server is gone")
            return super().loglikelihood(prompts, continuations, adapter=adapter)

    with pytest.raises(EngineError, match="gone"):
        carry_out(data, tmp_path, Dies())
    revived = ScriptedEngine()
    store = carry_out(data, tmp_path, revived)
    assert len(store) == 2 * BATCH + 5 and not store.failed
    assert len(revived.prompts) == (BATCH + 5) * 6


def test_failed_queries_are_kept_as_failed_and_ranked_again_when_asked(tmp_path, planted_dataset):
    data = planted_dataset()
    unlucky = data.queries[3].preferences
    broken = ScriptedEngine(fail=lambda text: "out of memory" if unlucky in text else None)
    store = carry_out(data, tmp_path, broken)
    failed = store.failed
    assert data.queries[3].query_id in failed
    assert carry_out(data, tmp_path, ScriptedEngine()).failed == failed
    mended = carry_out(data, tmp_path, ScriptedEngine(), retry_failed=True)
    assert not mended.failed and results(mended)[3][1] in {"ok", "failed"}
    assert len((tmp_path / "rankings.jsonl").read_text().splitlines()) == 10 + len(failed)


def test_where_no_candidates_are_given_they_are_retrieved(tmp_path, open_planted):
    store = carry_out(open_planted, tmp_path, ScriptedEngine(), limit=2)
    assert all(len(r.items) == 50 for r in store.rankings())
    assert store.spec.retrieve == 50


def test_the_retriever_of_a_system_finds_the_candidates(tmp_path, open_planted, monkeypatch):
    first = list(open_planted.catalog)[:3]
    index = SimpleNamespace(search=lambda query, k: [(item.item_id, 1.0) for item in first][:k])
    monkeypatch.setitem(RETRIEVERS, "first", lambda catalog: index)
    system = System("bm25", retrieve=3, retriever="first")
    store = store_for(system, open_planted, tmp_path)
    rank_missing(open_planted, store, lambda: system.open(open_planted), limit=2)
    assert store.spec.retriever == "first"
    assert [set(ranking.item_ids) for ranking in store.rankings()] == [{item.item_id for item in first}] * 2


def test_batches_are_cut_at_the_same_places_after_a_stop(tmp_path, planted_dataset, monkeypatch):
    monkeypatch.setattr(execution, "BATCH", BATCH)
    data, sizes = planted_dataset(users=BATCH + 4), []
    system = System("bm25")
    store = store_for(system, data, tmp_path)

    def stops(open_recommender, batches):
        sizes.append([len(batch) for batch in batches])
        yield next(run_locally(open_recommender, batches))

    rank_missing(data, store, lambda: system.open(data), execute=stops)
    rank_missing(data, store, lambda: system.open(data), execute=stops)
    assert sizes == [[BATCH, 4], [4]]


def test_executors_have_names_and_the_local_one_has_one_worker():
    assert executor("local", 1) is run_locally
    with pytest.raises(InputError, match="one worker, got 3"):
        executor("local", 3)
    with pytest.raises(UnknownName, match="local, ray"):
        executor("slurm", 1)
