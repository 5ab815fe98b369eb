"""`Runner`: one system on one dataset, ranked as far as it is not ranked yet, then measured."""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from promptrec.engine.progress import listening
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.metrics.diversity import ItemVectors
from promptrec.evaluate.metrics.ranking import measure
from promptrec.evaluate.progress import ProgressListener
from promptrec.evaluate.runs.execution import Open, complete, executor, local, wanted
from promptrec.evaluate.runs.measure import Measurement, measure_run
from promptrec.evaluate.runs.spec import System
from promptrec.evaluate.runs.store import RunStore
from promptrec.evaluate.systems import Engines, settled
from promptrec.rank.ranking import Ranking


class Runner:
    """Keeps each run in a folder of its own below `out`, named for what it is.

    Args:
        config: what is measured, where, and by how many workers.
        out: the evaluation's folder.
        retry_failed: rank queries again whose ranking failed.
        watch: told how it goes on.
    """

    def __init__(self, config: Config, out: Path, retry_failed: bool, watch: ProgressListener) -> None:
        self.config = config
        self.out = out
        self._retry_failed = retry_failed
        self._watch = watch
        self._engines = Engines()
        self._execute = executor(config.executor, config.workers)
        self._vectors: dict[str, ItemVectors] = {}

    def run(self, system: System, dataset: Dataset, limit: int | None) -> tuple[RunStore, Measurement]:
        """The run of a system on the first `limit` queries (None: all) of a dataset."""
        spec = system.spec(dataset)
        store = RunStore(self.out / dataset.name / spec.folder_name, spec)
        asked = [query.query_id for query in dataset.queries[:limit]]
        done = sum(not wanted(query_id, store, self._retry_failed) for query_id in asked)
        self._watch.run_starts(dataset.name, spec.system, done, len(asked))
        running = _RunningMean(dataset, self.config.primary)

        def ranked(rankings: Sequence[Ranking]) -> None:
            self._watch.ranked(rankings, running.with_more(rankings))

        with listening(self._watch.reads):
            complete(
                dataset,
                store,
                self._opener(system, dataset),
                limit=limit,
                retry_failed=self._retry_failed,
                execute=self._execute if system.reads_model else local,
                done=ranked,
            )
        if dataset.sha256 not in self._vectors:
            self._vectors = {dataset.sha256: ItemVectors.tfidf(dataset.catalog)}
        found = measure_run(store, dataset, limit, self.config.metrics, self._vectors[dataset.sha256])
        self._watch.run_ends()
        return store, found

    def settled(self, systems: Sequence[System], dataset: Dataset) -> list[System]:
        """See `promptrec.evaluate.systems.settled`."""
        return settled(systems, dataset, self._engines, self._watch)

    def close(self) -> None:
        """Free the engine that is open."""
        self._engines.close()

    def _opener(self, system: System, dataset: Dataset) -> Open:
        """Called only if something is left to rank. Workers elsewhere each open an engine of their own."""
        if self._execute is local or not system.reads_model:
            return lambda: system.open(dataset, self._engines.get(system))
        return partial(system.open, dataset)


class _RunningMean:
    """The mean of a metric over all rankings so far."""

    def __init__(self, dataset: Dataset, metric: str) -> None:
        self._relevance, self._metric = dataset.relevance, metric
        self._sum, self._n = 0.0, 0

    def with_more(self, rankings: Sequence[Ranking]) -> float | None:
        for ranking in rankings:
            relevance = self._relevance.get(ranking.query_id, {})
            value = measure(ranking.tie_groups(), relevance, (self._metric,))[self._metric]
            if not math.isnan(value):
                self._sum, self._n = self._sum + value, self._n + 1
        return self._sum / self._n if self._n else None
