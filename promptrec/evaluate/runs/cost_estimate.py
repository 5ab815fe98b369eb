"""Price of systems on a dataset: tokens by a dry run, and seconds by ranking a few queries."""

import re
import time
from collections.abc import Sequence
from dataclasses import replace

from promptrec.data.query import RankRequest
from promptrec.data.record import Record
from promptrec.engine.base import Engine
from promptrec.engine.dry_run.engine import SIMULATED, DryRunEngine
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.execution import RankInput, rank_batch
from promptrec.evaluate.runs.systems import Engines, check_training, requested_systems, resolve_auto
from promptrec.intent.settings import NO_SETTINGS, IntentSettings
from promptrec.rank.baselines.embedding import Embedding
from promptrec.rank.baselines.simple import Bm25Ranker, Popular, Random
from promptrec.rank.cost import Plan, Speed, plan
from promptrec.rank.listwise.labels import ListwiseLabels
from promptrec.rank.listwise.position_bias import ListwisePrior
from promptrec.rank.registry import ALIASES
from promptrec.retrieve.candidates import retrieve_candidates
from promptrec.retrieve.registry import DEFAULT_RETRIEVER, open_retriever

# Queries that are ranked by the model itself, to measure its speed, and those whose prompts are counted one by one.
SAMPLE, COUNTED = 4, 1000
# A masked and a permuted run; five orders, and one each of paraphrases, typos and a distraction.
MEMORISATION_RUNS, ROBUSTNESS_RUNS = 2, 8


class SystemCost(Record):
    """One system on one dataset: totals over all queries of the run and of its checks."""

    dataset: str
    system: str
    queries: int
    """Queries of the run, and again for each check that ranks them."""
    sampled: int
    """Queries that the model ranked to measure its speed."""
    templates: tuple[str, ...]
    prompt_tokens: int
    """As `plan_system` counts them."""
    decoded_tokens: int
    """The most that can be generated."""
    seconds: float


class CostEstimate(Record):
    """The systems that read a model. What was ranked before is not taken off, and baselines cost next to nothing."""

    systems: tuple[SystemCost, ...]

    @property
    def seconds(self) -> float:
        """Of all of them."""
        return sum(system.seconds for system in self.systems)

    def __str__(self) -> str:
        lines = [
            f"{s.dataset} · {s.system}: {s.queries:,} queries, about {s.prompt_tokens:,} prompt tokens"
            + (f" and at most {s.decoded_tokens:,} written" if s.decoded_tokens else "")
            + f", {format_duration(s.seconds)} (from {s.sampled} queries); prompts by {', '.join(s.templates)}"
            for s in self.systems
        ]
        return "\n".join([*lines, f"all of it: about {format_duration(self.seconds)}; nothing was kept"])


def estimate_cost(
    config: Config, engine: Engine | None = None, listener: ProgressListener | None = None
) -> CostEstimate:
    """Price each system that reads a model on each dataset: tokens by a dry run, seconds by ranking the first queries.

    Nothing is stored. Tokens are those of `promptrec plan`.

    Args:
        config: of the evaluation.
        engine: one that is open, in place of the configuration's models.
        listener: gets the notes of `open_dataset` and of `auto`.

    Raises:
        As `promptrec.evaluate.evaluator.evaluate`.
    """
    listener = listener or ProgressListener()
    datasets = [open_dataset(name, listener.on_note) for name in config.datasets]
    systems = requested_systems(config, engine)
    for system in systems:
        for dataset in datasets:
            check_training(system, dataset)
    engines = Engines()
    try:
        costs = [
            _cost(config, dataset, system, engines)
            for requested in systems
            for dataset in datasets
            for system in resolve_auto([requested], dataset, engines, listener)
            if system.reads_model
        ]
    finally:
        engines.close()
    return CostEstimate(systems=tuple(costs))


def plan_system(
    system: System,
    dataset: Dataset,
    counter: DryRunEngine,
    requests: Sequence[RankRequest],
    *,
    users: int | None = None,
    items: float | None = None,
    speed: Speed | None = None,
) -> Plan:
    """Price a system without weights: the one implementation behind `promptrec plan` and `evaluate --dry-run`.

    Args:
        system: its engine is replaced.
        dataset: catalogue, training interactions, and the domain and language that choose a template.
        counter: dry-run engine of the system's model.
        requests: queries with their candidates.
        users: number of queries to price, if there are more than `requests`; else the first `COUNTED` stand for all.
        items: number of distinct candidates of all these queries; None counts those of `requests`.
        speed: of the machine, if it is known.

    Raises:
        InputError: no requests. UnknownName, ModelError, TemplateError: a part of the system that cannot be used.
    """
    if users is None:
        users = len(requests)
        items = len({item.item_id for request in requests for item in request.candidates})
        requests = requests[:COUNTED]
    weightless = replace(system, ranker=_without_weights(system.ranker), engine=counter)
    run = weightless.open(dataset).run
    return plan(system.ranker, run, counter, requests, users=users, items=items, speed=speed)


def dataset_requests(
    dataset: Dataset,
    retrieve: int,
    limit: int | None = None,
    retriever: str = DEFAULT_RETRIEVER,
    settings: IntentSettings | None = NO_SETTINGS,
) -> tuple[RankRequest, ...]:
    """The first `limit` queries of a dataset with their candidates.

    Args:
        dataset: with candidates, or without.
        retrieve: number of candidates to retrieve for each query if the dataset has none.
        limit: number of queries; None: all.
        retriever: name of the retriever.
        settings: what a pack adds to the rules that read a query; None: words are taken literally.
    """
    if dataset.candidates_given:
        return dataset.requests[:limit]
    catalog, index = dataset.catalog, open_retriever(retriever, dataset.catalog)
    queries = dataset.queries[:limit]
    if settings is None:
        queries = tuple(query.model_copy(update={"intent": False}) for query in queries)
    return tuple(
        retrieve_candidates(catalog, query, retrieve, index, settings=settings or NO_SETTINGS).request
        for query in queries
    )


def _without_weights(name: str) -> str:
    """The ranker with stand-ins for parts that need weights or a position bias but write no prompts."""
    written = ALIASES.get(name, name).replace(ListwisePrior.name, ListwiseLabels.name)
    stand_in = next((free.name for free in (Random, Popular, Bm25Ranker) if free.name not in written), Random.name)
    return re.sub(rf"\b{Embedding.name}\b", stand_in, written)


def _counter(system: System, engine: Engine) -> DryRunEngine:
    """The dry-run engine in place of an open one; its cache is simulated where that engine's is known."""
    if system.model is not None and engine.name in SIMULATED:
        return DryRunEngine.of(system.model, engine.name, system.options)
    return DryRunEngine(engine.model_id, engine.tokenizer, engine.context_length, name=engine.name)


def _cost(config: Config, dataset: Dataset, system: System, engines: Engines) -> SystemCost:
    everything: tuple[RankInput, ...] = dataset.requests if dataset.candidates_given else dataset.queries
    sample = everything[: config.limit][:SAMPLE]
    engine = engines.get(system)
    assert engine is not None  # noqa: S101 - the caller leaves out systems that read no model
    recommender = system.open(dataset, engine)
    started = time.perf_counter()
    rank_batch(recommender, sample)
    seconds = time.perf_counter() - started
    settings = system.intent_settings(dataset)
    requests = dataset_requests(dataset, config.retrieve, config.limit, config.retriever, settings)
    checked = min(config.check_limit, len(requests))
    runs = MEMORISATION_RUNS * config.memorisation + ROBUSTNESS_RUNS * config.robustness
    counter = _counter(system, engine)
    once = plan_system(system, dataset, counter, requests).total
    check = plan_system(system, dataset, counter, requests[:checked]).total if runs else None
    passes = len(requests) + checked * runs
    return SystemCost(
        dataset=dataset.name,
        system=system.spec(dataset).system,
        queries=passes,
        sampled=len(sample),
        templates=tuple(template.name for template in system.prompt_templates(dataset)),
        prompt_tokens=round(once.prompt_tokens + (runs * check.prompt_tokens if check else 0)),
        decoded_tokens=round(once.decoded_tokens + (runs * check.decoded_tokens if check else 0)),
        seconds=passes / len(sample) * seconds,
    )


def format_duration(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
