"""Embedding baseline: similarity of the query and each item's text by a text encoder."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.engine.registry import open_encoder
from promptrec.messages import reason
from promptrec.rank.base import ModelFreeRanker
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder
from promptrec.retrieve.bm25 import document
from promptrec.retrieve.candidates import query_words
from promptrec.retrieve.text_encoder import Encoder


class Embedding(ModelFreeRanker):
    """Similarity of the texts that `bm25` reads, by the encoder's own measure, usually the cosine."""

    name: ClassVar[str] = "embedding"
    pointwise: ClassVar[bool] = True
    subtracts_dislikes: ClassVar[bool] = True

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`. The rankings name the encoder as their model."""
        return [r.model_copy(update={"model": self._encoder.model_id}) for r in super().rank(requests, engine)]

    def score(self, evidence: Sequence[ResultBuilder]) -> None:
        """See `ModelFreeRanker.score`."""
        queries = self._encoder.encode_query([query_words(e.request.query) for e in evidence])
        items = self._encoder.encode_document([document(item) for e in evidence for item in e.request.candidates])
        end = 0
        for e, query, cut in zip(evidence, queries.vectors, queries.truncated_to, strict=True):
            start, end = end, end + len(e.request.candidates)
            near = self._encoder.similarity(query[None], items.vectors[start:end])[0]
            for item, score in zip(e.request.candidates, near, strict=True):
                e.score(item.item_id, embedding=float(score))
            truncations = {"query": cut, "item": next(filter(None, items.truncated_to[start:end]), None)}
            lost = [reason("truncated-to", name=name, tokens=tokens) for name, tokens in truncations.items() if tokens]
            e.truncations |= dict.fromkeys(lost)

    @cached_property
    def _encoder(self) -> Encoder:
        return open_encoder(self._setup.encoder)
