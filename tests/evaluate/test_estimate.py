from dataclasses import replace

import pytest

from promptrec.evaluate.checks.memorisation import title_variants
from promptrec.evaluate.checks.robustness import PERTURBATIONS
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets import registry
from promptrec.evaluate.runs.cost_estimate import (
    MEMORISATION_RUNS,
    ROBUSTNESS_RUNS,
    SAMPLE,
    estimate_cost,
    format_duration,
)
from promptrec.testing.scripted_engine import ScriptedEngine


def test_tokens_are_those_of_the_sample_times_the_queries():
    engine = ScriptedEngine()
    cost = estimate_cost(Config(datasets=("planted",), rankers=("query-likelihood", "bm25"), limit=40), engine)
    (system,) = cost.systems
    assert (system.system, system.queries, system.sampled) == ("query-likelihood · scripted", 40, SAMPLE)
    assert len(engine.prompts) == SAMPLE * 8
    read = sum(len(prompt.encode()) for prompt in engine.prompts)  # a control token is one, and several bytes of text
    assert system.prompt_tokens == pytest.approx(10 * read, rel=1e-3)
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
