"""Planted rankers: rankers whose faults and virtues are known by construction, to test what measures them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.data.query import RankRequest
from promptrec.rank.base import ModelFreeRanker, Setup
from promptrec.rank.result_builder import ResultBuilder
from promptrec.retrieve.bm25 import document
from promptrec.retrieve.tokenize import words
from promptrec.testing.planted_dataset import TASTES, PlantedDataset


class _PlantedRanker(ModelFreeRanker):
    def score(self, evidence: Sequence[ResultBuilder]) -> None:
        """See `ModelFreeRanker.score`."""
        for e in evidence:
            for item in e.request.candidates:
                e.score(item.item_id, **{self.name: float(self._score(e.request, item))})

    @abstractmethod
    def _score(self, request: RankRequest, item: Item) -> float:
        """The score of one candidate."""


class PlantedMemoriser(_PlantedRanker):
    """Knows the relevant titles of each query, and reads no descriptions: masked titles leave it nothing."""

    name: ClassVar[str] = "planted-memoriser"

    def __init__(self, setup: Setup, titles: Mapping[str, AbstractSet[str]]) -> None:
        super().__init__(setup)
        self._titles = titles

    @classmethod
    def of(cls, planted: PlantedDataset, setup: Setup) -> "PlantedMemoriser":
        """A memoriser of a dataset's relevant titles."""
        titles = {query_id: {planted.catalog[i].title for i in ids} for query_id, ids in planted.relevant.items()}
        return cls(setup, titles)

    def _score(self, request: RankRequest, item: Item) -> float:
        return item.title in self._titles.get(request.query.query_id, ())


class PlantedReader(_PlantedRanker):
    """Knows the vocabulary of the planted tastes, and reads no titles.

    The taste is the one whose wishes share most words with the query; the score of an item is the share of a plot of
    that taste that is in its fields.
    """

    name: ClassVar[str] = "planted-reader"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._wishes = {name: set(words(" ".join(taste.wishes))) for name, taste in TASTES.items()}
        self._plots = {name: [set(words(plot)) for plot in taste.plots] for name, taste in TASTES.items()}

    def _score(self, request: RankRequest, item: Item) -> float:
        query = set(words(request.query.preferences))
        taste = max(self._wishes, key=lambda t: len(self._wishes[t] & query))
        text = set(words(document(item.model_copy(update={"title": ""}))))
        return max(len(plot & text) / len(plot) for plot in self._plots[taste])


class PlantedCopier(_PlantedRanker):
    """Returns the candidates in the order of the request."""

    name: ClassVar[str] = "planted-copier"
    reads_query: ClassVar[bool] = False

    def _score(self, request: RankRequest, item: Item) -> float:
        return -request.candidates.index(item)
