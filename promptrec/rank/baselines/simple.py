"""Simple baselines: `random`, `popular`, `bm25`."""

from collections.abc import Sequence
from typing import ClassVar

from promptrec.errors import InputError
from promptrec.messages import reason
from promptrec.rank.base import ModelFreeRanker
from promptrec.rank.ordering import seeded_hash
from promptrec.rank.result_builder import ResultBuilder
from promptrec.retrieve.bm25 import Bm25
from promptrec.retrieve.candidates import query_words


class Random(ModelFreeRanker):
    """Uniform random score of each query and item, from the seed."""

    name: ClassVar[str] = "random"
    pointwise: ClassVar[bool] = True
    reads_query: ClassVar[bool] = False

    def score(self, evidence: Sequence[ResultBuilder]) -> None:
        """See `ModelFreeRanker.score`."""
        for e in evidence:
            for item in e.request.candidates:
                draw = seeded_hash(self._setup.seed, "random", e.request.query.query_id, item.item_id)
                e.score(item.item_id, random=draw / 2**64)


class Popular(ModelFreeRanker):
    """Popularity of the catalogue; items without one come last."""

    name: ClassVar[str] = "popular"
    reads_query: ClassVar[bool] = False

    def score(self, evidence: Sequence[ResultBuilder]) -> None:
        """See `ModelFreeRanker.score`."""
        for e in evidence:
            for item in e.request.candidates:
                if item.popularity is not None:
                    e.score(item.item_id, popular=item.popularity)
            unknown = len(e.request.candidates) - len(e.scores)
            if unknown:
                e.status = "repaired" if e.scores else "fallback"
                e.notes.append(reason("without-popularity", unknown=unknown))


class Bm25Ranker(ModelFreeRanker):
    """BM25 of the query and each item's text, with the word statistics of the catalogue."""

    name: ClassVar[str] = "bm25"
    pointwise: ClassVar[bool] = True
    subtracts_dislikes: ClassVar[bool] = True

    def score(self, evidence: Sequence[ResultBuilder]) -> None:
        """See `ModelFreeRanker.score`."""
        index = self._index
        for e in evidence:
            scores = index.scores(query_words(e.request.query), e.request.candidates)
            for item, score in zip(e.request.candidates, scores, strict=True):
                e.score(item.item_id, bm25=score)

    @property
    def _index(self) -> Bm25:
        if self._setup.catalog is None:
            raise InputError("ranker-needs-catalogue-for-words")
        return Bm25.of(self._setup.catalog)
