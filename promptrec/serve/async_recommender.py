"""`AsyncRecommender`: asyncio interface for servers. Concurrent calls are ranked in one batch."""

import asyncio
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.rank.ranking import Ranking
from promptrec.recommender import BATCH, Recommender

_Call = tuple[RankRequest, "asyncio.Future[Ranking]"]


class AsyncRecommender:
    """Awaitable `recommend` and `rank` over one `Recommender`.

    The model is read by one worker, batch after batch, off the event loop: an engine that is not safe for threads is
    safe here, and whoever calls while a batch is running joins the next. A caller's mistake raises in that caller
    alone; one who gives up waiting is skipped. A dead engine gives rankings with status failed, as `run` does.

    Example:
        async with AsyncRecommender(recommender) as front_door:
            ranking = await front_door.recommend(Query(preferences="slow, sad science fiction"))
    """

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender
        self._calls: asyncio.Queue[_Call] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._worker = asyncio.create_task(self._serve())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        while not self._calls.empty():
            self._calls.get_nowait()[1].cancel()

    async def recommend(self, query: Query | str, k: int = 10) -> Ranking:
        """See `Recommender.recommend`."""
        retrieved = await asyncio.to_thread(self._recommender.candidates, query, k)
        return (await self._ranked(retrieved.request)).with_retrieval(retrieved).top(k)

    async def rank(self, query: Query | str, candidates: Iterable[Item | str | int]) -> Ranking:
        """See `Recommender.rank`."""
        return await self._ranked(self._recommender.request(query, candidates))

    async def _ranked(self, request: RankRequest) -> Ranking:
        if self._worker is None or self._worker.done():
            raise RuntimeError("AsyncRecommender is used outside its `async with` block")
        answer: asyncio.Future[Ranking] = asyncio.get_running_loop().create_future()
        await self._calls.put((request, answer))
        return await answer

    async def _serve(self) -> None:
        while True:
            batch = [await self._calls.get()]
            while len(batch) < BATCH and not self._calls.empty():
                batch.append(self._calls.get_nowait())
            await self._answer([call for call in batch if not call[1].cancelled()])

    async def _answer(self, batch: Sequence[_Call]) -> None:
        try:
            run = await asyncio.to_thread(self._recommender.run, [request for request, _ in batch])
            for (_, answer), ranking in zip(batch, run, strict=True):
                if not answer.done():
                    answer.set_result(ranking)
        except Exception as error:  # whatever went wrong belongs to the callers, not to the worker
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
        finally:  # the worker was cancelled: nobody will answer these
            for _, answer in batch:
                answer.cancel()
