"""Carrying a run out, batch by batch, so that what is ranked is never lost and never paid for twice."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from promptrec.data.query import Query, RankRequest
from promptrec.errors import InputError, MissingExtra, UnknownName
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.runs.store import RunStore
from promptrec.rank.ranking import Ranking
from promptrec.recommender import BATCH, Recommender

Asked = RankRequest | Query
"""A request with its candidates, or a query whose candidates are retrieved from the whole catalogue."""

Open = Callable[[], Recommender]
Done = Callable[[Sequence[Ranking]], None]


class Executor(Protocol):
    """Ranks batches somewhere. Whatever it runs on, the same batches give the same rankings."""

    def __call__(self, open_recommender: Open, batches: Sequence[Sequence[Asked]]) -> Iterator[list[Ranking]]:
        """The rankings of each batch, in the order of the batches, as they are done."""


def local(open_recommender: Open, batches: Sequence[Sequence[Asked]]) -> Iterator[list[Ranking]]:
    """See `Executor`. In this process, one batch after the other."""
    recommender = open_recommender()
    for batch in batches:
        yield rank_batch(recommender, batch)


def rank_batch(recommender: Recommender, batch: Sequence[Asked]) -> list[Ranking]:
    """The rankings of one batch, in one reading of the engine's."""
    retrieved = [recommender.candidates(asked, k=1) if isinstance(asked, Query) else None for asked in batch]
    requests = [found.request if found else asked for found, asked in zip(retrieved, batch, strict=True)]
    ranked = recommender.rank_many([request for request in requests if isinstance(request, RankRequest)])
    return [r.with_note(found.note) if found else r for r, found in zip(ranked, retrieved, strict=True)]


def executor(name: str, workers: int) -> Executor:
    """The executor of this name, with so many workers.

    Raises:
        UnknownName: there is none of this name. InputError: workers where there can be only one. MissingExtra: no Ray.
    """
    if name == "local":
        if workers != 1:
            raise InputError(f"the executor local has one worker, got {workers}: take the executor ray for more")
        return local
    if name != "ray":
        raise UnknownName("executor", name, ("local", "ray"))
    try:
        from promptrec.evaluate.runs.ray_executor import RayExecutor
    except ImportError:
        raise MissingExtra("ray", "ray") from None
    return RayExecutor(workers)


def complete(
    dataset: Dataset,
    store: RunStore,
    open_recommender: Open,
    *,
    limit: int | None = None,
    retry_failed: bool = False,
    execute: Executor = local,
    done: Done = lambda rankings: None,
) -> None:
    """Rank the dataset's first `limit` queries (None: all) that the store has no ranking of, and keep each batch.

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
        done(rankings)


def _batches(dataset: Dataset, limit: int | None, store: RunStore, retry_failed: bool) -> Iterator[list[Asked]]:
    asked: Sequence[Asked] = dataset.requests if dataset.candidates_given else dataset.queries
    asked = asked[:limit]
    for start in range(0, len(asked), BATCH):
        yield [a for a in asked[start : start + BATCH] if wanted(query_id_of(a), store, retry_failed)]


def query_id_of(asked: Asked) -> str:
    """The ID of the query that is asked."""
    return asked.query_id if isinstance(asked, Query) else asked.query.query_id


def wanted(query_id: str, store: RunStore, retry_failed: bool) -> bool:
    """Whether a query is still to be ranked."""
    return query_id not in store or (retry_failed and query_id in store.failed)
