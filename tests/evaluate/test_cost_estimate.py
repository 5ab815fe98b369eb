from dataclasses import replace

import pytest

from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.evaluate.checks.memorisation import title_variants
from promptrec.evaluate.checks.robustness import PERTURBATIONS
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets import registry
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.cost_estimate import (
    MEMORISATION_RUNS,
    ROBUSTNESS_RUNS,
    SAMPLE,
    dataset_requests,
    estimate_cost,
    format_duration,
    plan_system,
)
from promptrec.testing.scripted_engine import ScriptedEngine


@pytest.mark.slow
@pytest.mark.parametrize("candidates_given", [True, False])
@pytest.mark.parametrize("ranker", ["query-likelihood", "item-pmi", "listwise-shifts", "yes-no+bm25"])
def test_a_dry_run_and_a_plan_agree_to_the_token(monkeypatch, planted_dataset, ranker, candidates_given):
    data = planted_dataset(users=12)
    if not candidates_given:
        data = replace(data, requests=(), candidates_given=False)
    monkeypatch.setitem(registry.GENERATED, "planted", lambda: data)
    engine = ScriptedEngine()
    config = Config(datasets=("planted",), rankers=(ranker,), limit=10, retrieve=6)
    (priced,) = estimate_cost(config, engine).systems
    counter = DryRunEngine(engine.model_id, engine.tokenizer, engine.context_length, name=engine.name)
    system = System(ranker, engine=counter, retrieve=6)
    planned = plan_system(system, data, counter, dataset_requests(data, 6, 10)).total
    assert (priced.prompt_tokens, priced.decoded_tokens) == (planned.prompt_tokens, planned.decoded_tokens)
    assert engine.prompts and priced.queries == 10 and priced.sampled == SAMPLE
    if ranker == "query-likelihood":  # no prompt depends on an answer: what is priced is what is read
        engine.prompts.clear()
        ranked = System(ranker, engine=engine, retrieve=6).open(data, engine).run(dataset_requests(data, 6, 10))
        assert priced.prompt_tokens == sum(ranking.usage.prompt_tokens for ranking in ranked)


@pytest.mark.parametrize("literal", [False, True])
def test_what_is_refused_is_priced_as_it_is_read(monkeypatch, planted_dataset, literal):
    data = planted_dataset(users=6)
    queries = tuple(q.model_copy(update={"preferences": f"{q.preferences}, but no horror"}) for q in data.queries)
    data = replace(data, queries=queries, requests=(), candidates_given=False)
    monkeypatch.setitem(registry.GENERATED, "planted", lambda: data)
    engine = ScriptedEngine()
    config = Config(datasets=("planted",), rankers=("query-likelihood",), retrieve=6, literal=literal)
    priced = estimate_cost(config, engine).systems
    for system, intent in zip(priced, (True, False), strict=False):
        recommender = System("query-likelihood", engine=engine, retrieve=6, intent=intent).open(data, engine)
        read = sum(r.usage.prompt_tokens for r in recommender.recommend_many(queries, k=6))
        assert system.prompt_tokens == read
    assert len(priced) == 1 + literal


def test_tokens_are_counted_for_every_query_and_the_model_ranks_a_sample():
    engine = ScriptedEngine()
    cost = estimate_cost(Config(datasets=("planted",), rankers=("query-likelihood", "bm25"), limit=40), engine)
    (system,) = cost.systems
    assert (system.system, system.queries, system.sampled) == ("query-likelihood · scripted", 40, SAMPLE)
    assert len(engine.prompts) == SAMPLE * 8
    read = sum(len(prompt.encode()) for prompt in engine.prompts)
    assert system.prompt_tokens == pytest.approx(10 * read, rel=0.1)
    assert "query-likelihood · scripted: 40 queries, about " in str(cost) and str(cost).endswith("nothing was kept")


def test_the_template_is_named_so_that_a_misspelt_domain_is_seen(monkeypatch, planted_dataset):
    for domain, template in (("films", "films/en/query-likelihood"), ("bookz", "general/en/query-likelihood")):
        monkeypatch.setitem(
            registry.GENERATED, "planted", lambda domain=domain: replace(planted_dataset(), domain=domain)
        )
        cost = estimate_cost(Config(datasets=("planted",), rankers=("query-likelihood",)), ScriptedEngine())
        assert f"(from 4 queries); prompts by {template}\n" in str(cost)


def test_checks_are_counted_as_the_passes_they_are(planted_dataset):
    asked = Config(datasets=("planted",), rankers=("item-pmi",), limit=30, check_limit=10)
    checked = asked.model_copy(update={"memorisation": True, "robustness": True})
    plain, whole = (estimate_cost(config, ScriptedEngine()).systems[0].queries for config in (asked, checked))
    assert (plain, whole) == (30, 30 + 10 * (MEMORISATION_RUNS + ROBUSTNESS_RUNS))
    assert len(title_variants(planted_dataset(), 0)) - 1 == MEMORISATION_RUNS
    assert len(PERTURBATIONS) - 1 + 5 == ROBUSTNESS_RUNS


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3.4, "3 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (5400, "1 h 30 min"), (7260, "2 h 01 min")],
)
def test_durations_are_said_as_people_say_them(seconds, said):
    assert format_duration(seconds) == said
