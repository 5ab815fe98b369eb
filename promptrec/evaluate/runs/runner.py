"""`Runner`: ranks and measures one system on one dataset, and resumes earlier runs."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from promptrec.engine.progress import listening
from promptrec.errors import InputError, MissingExtra, UnknownName
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.metrics.beyond_accuracy import ItemVectors
from promptrec.evaluate.metrics.ranking import RunningMean, measure
from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.evaluate.results import none_if_nan
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.execution import Executor, OpenRecommender, needs_ranking, rank_missing, run_locally
from promptrec.evaluate.runs.measure import Measurement, measure_run
from promptrec.evaluate.runs.store import RunStore
from promptrec.evaluate.runs.systems import Engines, resolve_auto
from promptrec.rank.ranking import Ranking


class Runner:
    """Keeps each run in a folder of its own below `out`, named for what it is.

    Args:
        config: metrics, executor and workers.
        out: the evaluation's folder.
        retry_failed: rank queries again whose ranking failed.
        listener: gets the progress.
    """

    def __init__(self, config: Config, out: Path, retry_failed: bool, listener: ProgressListener) -> None:
        self.config = config
        self.out = out
        self._retry_failed = retry_failed
        self._listener = listener
        self._engines = Engines()
        self._execute = executor(config.executor, config.workers)
        self._vectors: dict[str, ItemVectors] = {}

    def run(self, system: System, dataset: Dataset, limit: int | None) -> tuple[RunStore, Measurement]:
        """The run of a system on the first `limit` queries (None: all) of a dataset."""
        spec = system.spec(dataset)
        store = RunStore(self.out / dataset.name / spec.folder_name, spec)
        query_ids = [query.query_id for query in dataset.queries[:limit]]
        done = sum(not needs_ranking(query_id, store, self._retry_failed) for query_id in query_ids)
        self._listener.on_run_start(dataset.name, spec.system, done, len(query_ids))
        mean, primary = RunningMean(), self.config.primary

        def on_rankings(rankings: Sequence[Ranking]) -> None:
            for ranking in rankings:
                relevance = dataset.relevance.get(ranking.query_id, {})
                mean.add(measure(ranking.tie_groups(), relevance, (primary,))[primary])
            self._listener.on_rankings(rankings, none_if_nan(mean.value))

        with listening(self._listener.on_read):
            rank_missing(
                dataset,
                store,
                self._opener(system, dataset),
                limit=limit,
                retry_failed=self._retry_failed,
                execute=self._execute if system.reads_model else run_locally,
                on_rankings=on_rankings,
            )
        if dataset.sha256 not in self._vectors:
            self._vectors = {dataset.sha256: ItemVectors.tfidf(dataset.catalog)}
        found = measure_run(store, dataset, limit, self.config.metrics, self._vectors[dataset.sha256])
        self._listener.on_run_end()
        return store, found

    def resolve_auto(self, systems: Sequence[System], dataset: Dataset) -> list[System]:
        """See `promptrec.evaluate.runs.systems.settled`."""
        return resolve_auto(systems, dataset, self._engines, self._listener)

    def close(self) -> None:
        """Free the engine that is open."""
        self._engines.close()

    def _opener(self, system: System, dataset: Dataset) -> OpenRecommender:
        """Called only if something is left to rank. Workers elsewhere each open an engine of their own."""
        if self._execute is run_locally or not system.reads_model:
            return lambda: system.open(dataset, self._engines.get(system))
        return partial(system.open, dataset)


def executor(name: str, workers: int) -> Executor:
    """The executor of this name, with so many workers.

    Raises:
        UnknownName: there is none of this name. InputError: workers where there can be only one. MissingExtra: no Ray.
    """
    if name == "local":
        if workers != 1:
            raise InputError("workers-of-local", workers=workers)
        return run_locally
    if name != "ray":
        raise UnknownName("executor", name, ("local", "ray"))
    try:
        from promptrec.evaluate.runs.ray_executor import RayExecutor
    except ImportError:
        raise MissingExtra("ray", "ray") from None
    return RayExecutor(workers)
