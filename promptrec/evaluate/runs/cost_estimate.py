"""What an evaluation would cost, from reading a few of its queries."""

import time

from pydantic import BaseModel, ConfigDict

from promptrec.engine.base import Engine
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.execution import RankInput, rank_batch
from promptrec.evaluate.runs.systems import Engines, check_training, requested_systems, resolve_auto

SAMPLE = 4
# A masked and a permuted run; five orders, and one each of paraphrases, typos and a distraction.
MEMORISATION_RUNS, ROBUSTNESS_RUNS = 2, 8


class SystemCost(BaseModel):
    """One system on one dataset: totals over all its queries, in tokens and seconds, from `sampled` of them."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    system: str
    queries: int
    sampled: int
    templates: tuple[str, ...]
    prompt_tokens: int
    decoded_tokens: int
    seconds: float


class CostEstimate(BaseModel):
    """The systems that read a model. What was ranked before is not taken off, and baselines cost next to nothing."""

    model_config = ConfigDict(frozen=True)

    systems: tuple[SystemCost, ...]

    @property
    def seconds(self) -> float:
        """Of all of them."""
        return sum(system.seconds for system in self.systems)

    def __str__(self) -> str:
        lines = [
            f"{s.dataset} · {s.system}: {s.queries:,} queries, about {s.prompt_tokens:,} prompt tokens"
            + (f" and {s.decoded_tokens:,} written" if s.decoded_tokens else "")
            + f", {format_duration(s.seconds)} (from {s.sampled} queries); prompts by {', '.join(s.templates)}"
            for s in self.systems
        ]
        return "\n".join([*lines, f"all of it: about {format_duration(self.seconds)}; nothing was kept"])


def estimate_cost(
    config: Config, engine: Engine | None = None, listener: ProgressListener | None = None
) -> CostEstimate:
    """Read the first few queries of each dataset with each system that reads a model; nothing is kept.

    `listener` is told what `open_dataset` says, and what `auto` measures.

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


def _cost(config: Config, dataset: Dataset, system: System, engines: Engines) -> SystemCost:
    everything: tuple[RankInput, ...] = dataset.requests if dataset.candidates_given else dataset.queries
    sample = everything[: config.limit][:SAMPLE]
    recommender = system.open(dataset, engines.get(system))
    started = time.perf_counter()
    usages = [ranking.usage for ranking in rank_batch(recommender, sample)]
    seconds = time.perf_counter() - started
    queries = len(dataset.queries[: config.limit])
    checked = min(config.check_limit, queries)
    passes = queries + checked * (MEMORISATION_RUNS * config.memorisation + ROBUSTNESS_RUNS * config.robustness)
    share = passes / len(sample)
    return SystemCost(
        dataset=dataset.name,
        system=system.spec(dataset).system,
        queries=passes,
        sampled=len(sample),
        templates=tuple(template.name for template in system.prompt_templates(dataset)),
        prompt_tokens=round(share * sum(usage.prompt_tokens for usage in usages)),
        decoded_tokens=round(share * sum(usage.decoded_tokens for usage in usages)),
        seconds=share * seconds,
    )


def format_duration(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
