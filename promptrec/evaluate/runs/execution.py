"""Execution of a run in batches that are stored at once, so that a killed run resumes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from promptrec.data.query import Query, RankRequest
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.runs.store import RunStore
from promptrec.rank.ranking import Ranking
from promptrec.recommender import BATCH, Recommender
from promptrec.retrieve.candidates import LEAST

RankInput = RankRequest | Query
"""A request with its candidates, or a query whose candidates are retrieved from the whole catalogue."""

OpenRecommender = Callable[[], Recommender]
OnRanked = Callable[[Sequence[Ranking]], None]


class Executor(Protocol):
    """Ranks batches somewhere. Whatever it runs on, the same batches give the same rankings."""

    def __call__(
        self, open_recommender: OpenRecommender, batches: Sequence[Sequence[RankInput]]
    ) -> Iterator[list[Ranking]]:
        """The rankings of each batch, in the order of the batches, as they are done."""


def run_locally(open_recommender: OpenRecommender, batches: Sequence[Sequence[RankInput]]) -> Iterator[list[Ranking]]:
    """See `Executor`. In this process, one batch after the other."""
    recommender = open_recommender()
    for batch in batches:
        yield rank_batch(recommender, batch)


def rank_batch(recommender: Recommender, batch: Sequence[RankInput]) -> list[Ranking]:
    """The rankings of one batch, in one reading of the engine's."""
    k = min(LEAST, recommender.retrieve)
    retrieved = [recommender.candidates(one, k) if isinstance(one, Query) else None for one in batch]
    requests = [found.request if found else one for found, one in zip(retrieved, batch, strict=True)]
    ranked = recommender.rank_many([request for request in requests if isinstance(request, RankRequest)])
    return [r.with_retrieval(found) if found else r for r, found in zip(ranked, retrieved, strict=True)]


def rank_missing(
    dataset: Dataset,
    store: RunStore,
    open_recommender: OpenRecommender,
    *,
    limit: int | None = None,
    retry_failed: bool = False,
    execute: Executor = run_locally,
    on_rankings: OnRanked = lambda rankings: None,
) -> None:
    """Rank the queries that the store lacks, of the dataset's first `limit` (None: all), and store each batch.

    Batches are cut at fixed places of the dataset, so that a run that goes on after a kill reads the same batches as
    one that was never stopped. Nothing is opened where nothing is left to do.

    Raises:
        EngineError: the engine died; what was ranked before is kept.
    """
    batches = [batch for batch in _batches(dataset, limit, store, retry_failed) if batch]
    if not batches:
        return
    for rankings in execute(open_recommender, batches):
        store.append(rankings)
        on_rankings(rankings)


def _batches(dataset: Dataset, limit: int | None, store: RunStore, retry_failed: bool) -> Iterator[list[RankInput]]:
    inputs: Sequence[RankInput] = dataset.requests if dataset.candidates_given else dataset.queries
    inputs = inputs[:limit]
    for start in range(0, len(inputs), BATCH):
        yield [a for a in inputs[start : start + BATCH] if needs_ranking(query_id_of(a), store, retry_failed)]


def query_id_of(one: RankInput) -> str:
    """The ID of the query."""
    return one.query_id if isinstance(one, Query) else one.query.query_id


def needs_ranking(query_id: str, store: RunStore, retry_failed: bool) -> bool:
    """Whether a query is still to be ranked."""
    return query_id not in store or (retry_failed and query_id in store.failed)
