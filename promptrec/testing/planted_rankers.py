"""Rankers whose faults and virtues are known by construction, to prove what measures them."""

import time
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.rank.base import Setup
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder, build_rankings
from promptrec.retrieve.bm25 import document
from promptrec.retrieve.tokenize import words
from promptrec.testing.planted_dataset import Planted
from promptrec.testing.planted_vocabulary import TASTES


class PlantedMemoriser:
    """Knows by title what is right for whom, and cannot read descriptions: masked titles leave it nothing."""

    name: ClassVar[str] = "planted-memoriser"
    template_kind: ClassVar[str | None] = None
    reads_query: ClassVar[bool] = True

    def __init__(self, setup: Setup, remembered: Mapping[str, AbstractSet[str]]) -> None:
        self._setup = setup
        self._remembered = remembered

    @classmethod
    def of(cls, plant: Planted, setup: Setup) -> "PlantedMemoriser":
        """One that has met the plant's answers under its titles."""
        right = {query_id: {plant.catalog[i].title for i in ids} for query_id, ids in plant.relevant.items()}
        return cls(setup, right)

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        return _ranked(
            self, self._setup, requests, lambda r, item: item.title in self._remembered.get(r.query.query_id, ())
        )


class PlantedReader:
    """Knows the grammar of the planted tastes by its words, and looks at no title.

    The taste is the one whose wishes share most words with the person's; items are scored by the share of a plot
    of that taste that their fields say.
    """

    name: ClassVar[str] = "planted-reader"
    template_kind: ClassVar[str | None] = None
    reads_query: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._wishes = {taste: set(words(" ".join(told.wishes))) for taste, told in TASTES.items()}
        self._plots = {taste: [set(words(plot)) for plot in told.plots] for taste, told in TASTES.items()}

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        return _ranked(self, self._setup, requests, self._score)

    def _score(self, request: RankRequest, item: Item) -> float:
        asked = set(words(request.query.preferences))
        taste = max(self._wishes, key=lambda t: len(self._wishes[t] & asked))
        said = set(words(document(item.model_copy(update={"title": ""}))))
        return max(len(plot & said) / len(plot) for plot in self._plots[taste])


class PlantedCopier:
    """Gives the candidates back in the order of the request."""

    name: ClassVar[str] = "planted-copier"
    template_kind: ClassVar[str | None] = None
    reads_query: ClassVar[bool] = False

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        return _ranked(self, self._setup, requests, lambda request, item: -request.candidates.index(item))


def _ranked(
    ranker: PlantedMemoriser | PlantedReader | PlantedCopier,
    setup: Setup,
    requests: Sequence[RankRequest],
    score: Callable[[RankRequest, Item], float],
) -> list[Ranking]:
    started = time.perf_counter()
    evidence = [ResultBuilder(request) for request in requests]
    for e in evidence:
        for item in e.request.candidates:
            e.score(item.item_id, **{ranker.name: float(score(e.request, item))})
    return build_rankings(evidence, ranker.name, setup.seed, seconds=time.perf_counter() - started)
