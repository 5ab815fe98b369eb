"""`embedding`: the cosine between a person's text and an item's, by a small text encoder. A strong rival."""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.engine.load import open_encoder
from promptrec.rank.base import Setup
from promptrec.rank.evidence import Evidence, conclude
from promptrec.rank.ranking import Ranking
from promptrec.retrieve.bm25 import document
from promptrec.retrieve.dense import Encoder
from promptrec.retrieve.pool import query_words


class Embedding:
    """Reads the same texts as `bm25`: all that is known of the person, and the item's title and fields."""

    name: ClassVar[str] = "embedding"
    template_kind: ClassVar[str | None] = None
    reads_query: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`. The rankings name the encoder as their model."""
        started = time.perf_counter()
        evidence = [Evidence(request) for request in requests]
        people = self._encoder.encode([query_words(request.query) for request in requests])
        items = iter(self._encoder.encode([document(item) for r in requests for item in r.candidates]))
        for e, person in zip(evidence, people, strict=True):
            for item, vector in zip(e.request.candidates, items, strict=False):
                e.score(item.item_id, embedding=float(vector @ person))
        rankings = conclude(evidence, self.name, self._setup, None, time.perf_counter() - started)
        return [ranking.model_copy(update={"model": self._encoder.model_id}) for ranking in rankings]

    @cached_property
    def _encoder(self) -> Encoder:
        return open_encoder(self._setup.encoder)
