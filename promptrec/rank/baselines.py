"""The rows every honest table needs: `random`, `popular`, `bm25`. None of them reads a model."""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.errors import InputError
from promptrec.rank.base import Setup
from promptrec.rank.evidence import Evidence, conclude
from promptrec.rank.order import seeded_hash
from promptrec.rank.ranking import Ranking
from promptrec.retrieve.bm25 import Bm25
from promptrec.retrieve.pool import query_words


class Random:
    """A uniform number for each query and item, from the seed."""

    name: ClassVar[str] = "random"
    template_kind: ClassVar[str | None] = None
    reads_query: ClassVar[bool] = False

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        evidence = [Evidence(request) for request in requests]
        for e in evidence:
            for item in e.request.candidates:
                draw = seeded_hash(self._setup.seed, "random", e.request.query.query_id, item.item_id)
                e.score(item.item_id, random=draw / 2**64)
        return conclude(evidence, self.name, self._setup, None, time.perf_counter() - started)


class Popular:
    """The catalogue's popularity; items without one come last."""

    name: ClassVar[str] = "popular"
    template_kind: ClassVar[str | None] = None
    reads_query: ClassVar[bool] = False

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        evidence = [Evidence(request) for request in requests]
        for e in evidence:
            for item in e.request.candidates:
                if item.popularity is not None:
                    e.score(item.item_id, popular=item.popularity)
            unknown = len(e.request.candidates) - len(e.scores)
            if unknown:
                e.status = "repaired" if e.scores else "fallback"
                e.notes.append(f"{unknown} candidates have no popularity and come last in a seeded random order")
        return conclude(evidence, self.name, self._setup, None, time.perf_counter() - started)


class Bm25Ranker:
    """BM25 of the person's words against each item's text, with the statistics of the whole catalogue."""

    name: ClassVar[str] = "bm25"
    template_kind: ClassVar[str | None] = None
    reads_query: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        evidence = [Evidence(request) for request in requests]
        for e in evidence:
            scores = self._index.scores(query_words(e.request.query), e.request.candidates)
            for item, score in zip(e.request.candidates, scores, strict=True):
                e.score(item.item_id, bm25=score)
        return conclude(evidence, self.name, self._setup, None, time.perf_counter() - started)

    @cached_property
    def _index(self) -> Bm25:
        if self._setup.catalog is None:
            raise InputError("the ranker bm25 needs a catalogue for its word statistics: give catalog=…")
        return Bm25(self._setup.catalog)
